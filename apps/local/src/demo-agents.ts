import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';

/** What {@link startExampleAgents} needs. */
export interface ExampleAgentsParams {
  /** The checkout. */
  readonly root: string;
  /** Keeps their log and the pages they write. */
  readonly stateDir: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/**
 * Starts the example agents as a process of their own; null when they run already, as after an earlier demo that is still
 * up. Pages are written to `published` of the state folder. Throws a sentence when the port belongs to somebody else.
 */
export async function startExampleAgents(params: ExampleAgentsParams): Promise<SupervisedProcess | null> {
  const { root, stateDir, port, signal } = params;
  if (await exampleAgentsAnswer(port)) return null;
  const outputDir = join(stateDir, 'published');
  await mkdir(outputDir, { recursive: true });
  const agents = await startProcess({
    name: 'The example agents',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(root, 'examples', 'agents', 'article-agents.ts')],
    env: { ARTICLE_AGENTS_PORT: String(port), ARTICLE_AGENTS_DIR: outputDir },
    cwd: root,
    logFile: join(stateDir, 'logs', 'example-agents.log'),
  });
  const look = async (): Promise<string | null> =>
    (await exampleAgentsAnswer(port)) ? null : 'they do not answer yet';
  const died = agents.ended.then(async () => {
    throw new Error(`The example agents ended as soon as they were started:\n${await agents.logTail()}`);
  });
  // Afterwards their end is the business of whoever holds the process.
  died.catch(() => undefined);
  await Promise.race([waitUntil({ what: 'The example agents', look, signal, timeoutMs: 20_000 }), died]);
  return agents;
}

/** Whether the example agents listen on this port of 127.0.0.1. */
export async function exampleAgentsAnswer(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
    return (await response.text()).includes('"/analyse"');
  } catch {
    // Nobody answers, or nobody who speaks HTTP.
    return false;
  }
}
