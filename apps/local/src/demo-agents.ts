import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { portTaken, startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';

/** What {@link startExampleAgents} needs. */
export interface ExampleAgentsParams {
  /** The checkout. */
  readonly root: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/**
 * Starts the example agents as a process of their own; null when they run already, as after an earlier demo that is still
 * up. Pages are written to `.baton/published`. Throws a sentence when the port belongs to somebody else.
 */
export async function startExampleAgents(params: ExampleAgentsParams): Promise<SupervisedProcess | null> {
  const { root, port, signal } = params;
  if (await areThere(port)) return null;
  if (await portTaken(port)) {
    throw new Error(
      `Port ${port} for the example agents is taken: set BATON_DEMO_AGENTS_PORT to a free one, as in BATON_DEMO_AGENTS_PORT=${port + 1} npm start -- --demo.`,
    );
  }
  const outputDir = join(root, '.baton', 'published');
  await mkdir(outputDir, { recursive: true });
  const agents = await startProcess({
    name: 'The example agents',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(root, 'examples', 'agents', 'article-agents.ts')],
    env: { ARTICLE_AGENTS_PORT: String(port), ARTICLE_AGENTS_DIR: outputDir },
    cwd: root,
    logFile: join(root, '.baton', 'logs', 'example-agents.log'),
  });
  const look = async (): Promise<string | null> => ((await areThere(port)) ? null : 'they do not answer yet');
  const died = agents.ended.then(async () => {
    throw new Error(`The example agents ended as soon as they were started:\n${await agents.logTail()}`);
  });
  // Afterwards their end is the business of whoever holds the process.
  died.catch(() => undefined);
  await Promise.race([waitUntil({ what: 'The example agents', look, signal, timeoutMs: 20_000 }), died]);
  return agents;
}

async function areThere(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
    return (await response.text()).includes('"/analyse"');
  } catch {
    // Nobody answers, or nobody who speaks HTTP.
    return false;
  }
}
