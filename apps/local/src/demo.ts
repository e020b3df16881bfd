import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createClient } from '@baton/sdk';
import type { SupervisedProcess } from '@baton/stand';
import { startExampleAgents } from './demo-agents.ts';
import type { Ask } from './demo-decision.ts';
import { printable } from './demo-event-line.ts';
import { parseArticle } from './demo-examples-codec.ts';
import { publishExamples } from './demo-examples.ts';
import { createPrompt } from './demo-prompt.ts';
import { runToItsEnd, type DemoEnd } from './demo-run.ts';
import type { Terminal } from './terminal.ts';

/** What {@link runDemo} needs. */
export interface DemoParams {
  /** The checkout, with `examples/`. */
  readonly root: string;
  /** Keeps the pages that are published. */
  readonly stateDir: string;
  /** Of a Baton that is ready, without a slash at the end. */
  readonly apiUrl: string;
  /** `null` when a Temporal of one's own is used and nobody said where its UI is. */
  readonly temporalUiUrl: string | null;
  /** Approves without asking; else standard input must be a terminal. */
  readonly yes: boolean;
  /** The article, from the checkout; default `examples/input/article.txt`. */
  readonly input: string | null;
  /** Where the example agents answer, on 127.0.0.1. */
  readonly agentsPort: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Takes over the example agents, which then stay up; without it they end with the demo. */
  readonly onStarted?: (part: SupervisedProcess) => Promise<void>;
}

const WORKFLOW = 'publish-article';

/**
 * Shows the main use on a Baton that is up: publish the examples, start one, show its events, decide, show the result.
 * Answers whether the run completed. Throws a sentence when something stands in the way.
 */
export async function runDemo(params: DemoParams): Promise<boolean> {
  const { root, stateDir, yes, signal, terminal, agentsPort } = params;
  const file = resolve(root, params.input ?? join('examples', 'input', 'article.txt'));
  const article = parseArticle(await readFile(file, 'utf8'), file);
  terminal.line(
    `\nThe demo: "${printable(article.title)}" is read by an agent, decided by a person and published.`,
  );
  const agents = await startExampleAgents({ root, stateDir, port: agentsPort, signal });
  try {
    if (agents !== null) await params.onStarted?.(agents);
    const ask = yes ? null : createPrompt(process.stdin, process.stdout);
    const end = await play(params, { article, ask });
    showEnd(params, end);
    return end.last === 'run.completed';
  } finally {
    if (params.onStarted === undefined) await agents?.stop();
  }
}

interface Play {
  readonly article: { readonly title: string; readonly text: string };
  readonly ask: Ask | null;
}

async function play(params: DemoParams, { article, ask }: Play): Promise<DemoEnd> {
  const { root, apiUrl, agentsPort, terminal, signal } = params;
  const requester = createClient({ baseUrl: apiUrl, token: 'dev:demo' });
  const editor = createClient({ baseUrl: apiUrl, token: 'dev:editor:editor' });
  const folder = join(root, 'examples');
  const { agents, workflows } = await publishExamples({ folder, agentsPort, client: requester });
  for (const { name, version } of agents) terminal.line(`  agent     ${name} ${version}`);
  for (const { name, version } of workflows) terminal.line(`  workflow  ${name} ${version}`);
  const workflow = workflows.find(({ name }) => name === WORKFLOW);
  if (workflow === undefined) throw new Error(`There is no workflow ${WORKFLOW} in ${folder}.`);
  return runToItsEnd({
    ...{ clients: { requester, editor }, ask, terminal, apiUrl, signal },
    ...{ workflow: workflow.name, version: workflow.version, input: { ...article } },
  });
}

function showEnd({ apiUrl, temporalUiUrl, terminal }: DemoParams, { run, last }: DemoEnd): void {
  const { output, error, links } = run;
  const completed = last === 'run.completed';
  terminal.line(completed ? '\nThe result:' : `\nThe run ended with ${last}:`);
  terminal.line(printable(JSON.stringify(completed ? output : error, null, 2)));
  const page = typeof output === 'object' && output !== null && 'page' in output ? output.page : null;
  terminal.line('');
  if (typeof page === 'string') terminal.line(`  Page         ${printable(page)}`);
  terminal.line(`  Run          ${apiUrl}${links.self}  (with the header "Authorization: Bearer dev:demo")`);
  const ui = links.temporal ?? temporalUiUrl;
  if (ui !== null) terminal.line(`  Temporal UI  ${ui}`);
}
