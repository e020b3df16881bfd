import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';
import { createCall } from '../http.ts';
import { blocksOf, executedPart, readPage, ROOT } from '../markdown.ts';
import { verifies } from '../verifies.ts';
import { brokenPromise, missingPrograms, walk } from '../walk.ts';

const apiUrl = process.env['BATON_E2E_API_URL'] ?? '';
const call = createCall(apiUrl);

let folder = '';
const started: SupervisedProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-docs-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
});

interface AgentParams {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts an agent of a page and waits until something answers on its port. */
async function startAgent({ command, args, port, env = {} }: AgentParams): Promise<string> {
  const logFile = join(folder, 'agent.log');
  const agent = await startProcess({
    ...{ name: 'The agent', command, args, cwd: folder, logFile },
    env: { ...process.env, ...env },
  });
  started.push(agent);
  const url = `http://127.0.0.1:${port}/`;
  await waitUntil({
    what: `${command} ${args.join(' ')}`,
    look: () => fetch(url).then(() => null),
  });
  return url;
}

/** True when a program is missing, which is told by name. */
function lacks(programs: readonly string[], what: string): boolean {
  const missing = missingPrograms(programs);
  if (missing.length > 0)
    process.stderr.write(`${what} was not tried: ${missing.join(', ')} is not on PATH.\n`);
  return missing.length > 0;
}

async function copyExamples(port: number): Promise<void> {
  await cp(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
  for (const name of ['article-analyst', 'page-maker']) {
    const file = join(folder, 'examples', 'agents', `${name}.agent.json`);
    await writeFile(file, (await readFile(file, 'utf8')).replace(':4310/', `:${port}/`));
  }
}

describe('README.md', () => {
  it(verifies(['AGENT-1', 'FLOW-1', 'RUN-5', 'HUMAN-2'], 'leads by curl to what it promises'), async () => {
    if (lacks(['bash', 'curl', 'sed', 'grep'], 'The walk of README.md')) return;
    const port = await freePort();
    await copyExamples(port);
    await startAgent({
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join(ROOT, 'examples/agents/article-agents.ts')],
      port,
      env: { ARTICLE_AGENTS_PORT: String(port), ARTICLE_AGENTS_DIR: '.baton/published' },
    });
    const legs = await walk({
      part: executedPart(readPage('README.md'), 'walk'),
      folder,
      // A busy machine may need longer than a reader's to come to the question.
      replace: [
        ['http://127.0.0.1:8080', apiUrl],
        ['/tmp/baton-head', join(folder, 'head')],
        ['wait=2', 'wait=5'],
      ],
    });
    expect(legs).toHaveLength(6);
    for (const { promised, printed } of legs) expect(brokenPromise(promised, printed)).toBeNull();
  });
});

describe('docs/guides/http-agents.md', () => {
  const page = readPage('docs/guides/http-agents.md');

  async function expectAgentOfGuide(language: string, command: string): Promise<void> {
    const block = blocksOf(page).find((one) => one.language === language && one.file !== null);
    const [port, name, file] = [await freePort(), `word-counter-${language}`, block?.file ?? ''];
    await writeFile(join(folder, file), (block?.text ?? '').replaceAll('4320', String(port)));
    const url = await startAgent({ command, args: [file], port });
    const legs = await walk({
      part: executedPart(page, 'guide'),
      folder,
      replace: [
        ['http://127.0.0.1:8080', apiUrl],
        ['http://127.0.0.1:4320/', url],
        ['word-counter', name],
      ],
    });
    expect(legs).toHaveLength(1);
    for (const { promised, printed } of legs) expect(brokenPromise(promised, printed)).toBeNull();
    expect(await runGuideWorkflow(name)).toEqual({ words: 4 });
    expect(await askTwice(url)).toEqual([{ words: 2 }, { words: 2 }]);
  }

  /** The definition of the page, with the agent of this test. */
  async function runGuideWorkflow(agent: string): Promise<unknown> {
    const definition = blocksOf(page).find(({ language }) => language === 'yaml')?.text ?? '';
    const workflow = `count-${agent}`;
    const raw = definition.replaceAll('word-counter', agent).replaceAll('count-words', workflow);
    const headers = { 'content-type': 'application/yaml' };
    await call(`PUT /v1/workflows/${workflow}/versions/1.0.0`, { raw, headers });
    const json = { input: { text: 'one two three four' } };
    const run = await call(`POST /v1/workflows/${workflow}/runs`, { json, headers: { prefer: 'wait=30' } });
    return run.field('output');
  }

  /** Two deliveries under one key, the second with another text. */
  async function askTwice(url: string): Promise<readonly unknown[]> {
    const ask = async (text: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ text }) });
      return response.json();
    };
    return [await ask('one two'), await ask('one two three')];
  }

  it(verifies(['AGENT-1', 'AGENT-3'], 'shows an agent in Node that runs'), async () => {
    if (lacks(['bash', 'curl'], 'The guide’s agent in Node')) return;
    await expectAgentOfGuide('js', process.execPath);
  });

  it(verifies(['AGENT-1', 'AGENT-3'], 'shows an agent in Python that runs'), async () => {
    if (lacks(['bash', 'curl', 'python3'], 'The guide’s agent in Python')) return;
    await expectAgentOfGuide('python', 'python3');
  });
});
