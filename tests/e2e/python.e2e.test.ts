import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseJson, type JsonObject } from '@baton/core';
import { isAlive } from '@baton/stand';
import { eventually } from './http.ts';
import { hasPython, pythonWorker, type PythonWorker } from './python-worker.ts';
import { callAgent, createScenario, type Scenario } from './scenario.ts';
import { openStream } from './sse.ts';
import { startStack, type Stack } from './stack.ts';
import { historyOf } from './temporal.ts';
import { verifies } from './verifies.ts';

const SECRET = 'a-secret-of-python';

let stack: Stack;
let scenario: Scenario;
let python: PythonWorker;

/** Packages are downloaded when they are not there yet. */
const PATIENCE_MS = 400_000;

/** Registers a graph of the desk, and returns its name. */
async function desk(more: JsonObject): Promise<string> {
  const agent = scenario.name('desk');
  const config = { runtime: 'python', framework: 'langgraph', module: 'desk.py', ...more };
  const answer = await scenario.call(`PUT /v1/agents/${agent}/versions/1.0.0`, {
    json: { adapter: 'framework', config, timeout: 'PT5M' },
  });
  if (answer.status !== 201) throw new Error(`Not registered: ${JSON.stringify(answer.body)}`);
  return agent;
}

const ask = (agent: string, more: JsonObject = {}): JsonObject => ({
  ask: callAgent(agent, { input: '${ . }', ...more }),
});

/** A run of the sleeping graph, the file in which it notes its process, and that process. */
async function sleeping(): Promise<{ run: string; pid: number }> {
  const agent = await desk({ export: 'sleeper' });
  const note = join(await mkdtemp(join(tmpdir(), 'baton-python-')), 'note');
  const run = (await scenario.start(await scenario.publish([ask(agent)]), { note })).text('id');
  const read = (): Promise<string> => readFile(note, 'utf8').catch(() => '');
  const pid = await eventually(read, (text) => text !== '', { withinMs: 60_000 });
  return { run, pid: Number(pid) };
}

(hasPython() ? describe : describe.skip)('an agent in Python', () => {
  beforeAll(async () => {
    stack = await startStack();
    scenario = createScenario(stack.apiUrl);
    python = await pythonWorker(stack, { BATON_SECRET_DESK: SECRET });
    await python.start();
    // The first call of a framework waits for its packages.
    const agent = await desk({ export: 'desk', parameters: { asks: false, secret: '$secrets.desk' } });
    const run = (await scenario.start(await scenario.publish([ask(agent)]), { topic: 'tea' })).text('id');
    await scenario.ended(run, { withinMs: PATIENCE_MS });
  }, PATIENCE_MS);
  afterAll(async () => {
    await python.stop();
    await stack.stop();
  });

  it(
    verifies('PYTHON-1', 'asks a person, and goes on once with the answer'),
    async () => {
      const agent = await desk({ export: 'desk' });
      const policy = { candidates: { roles: ['editor'] } };
      const workflow = await scenario.publish([ask(agent, { pauses: { policy } })]);
      const run = (await scenario.start(workflow, { topic: 'rivers' })).text('id');
      const { id, etag, task } = await scenario.humanTask(run);
      expect(task).toMatchObject({ title: 'Publish rivers?', context: { agent: `${agent}@1.0.0` } });
      expect((await scenario.decide(id, { action: 'approve' }, { as: 'bob:editor', etag })).status).toBe(200);
      expect(await scenario.ended(run)).toMatchObject({
        status: 'completed',
        output: { topic: 'rivers', text: 'About rivers.', published: true },
      });
    },
    PATIENCE_MS,
  );

  it(
    verifies('PYTHON-1', 'gives and takes large values, which lie outside of the history'),
    async () => {
      const agent = await desk({ export: 'desk', parameters: { asks: false } });
      const topic = 'rivers '.repeat(20_000);
      const run = await scenario.run([ask(agent)], { topic });
      expect(run).toMatchObject({ status: 'completed', output: { text: `About ${topic}.` } });
      expect(JSON.stringify(await historyOf(run, stack.temporalAddress)).length).toBeLessThan(64 * 1024);
    },
    PATIENCE_MS,
  );

  it(
    verifies('PYTHON-1', 'is heard by readers of its run while it works'),
    async () => {
      const agent = await desk({ export: 'teller' });
      const note = join(await mkdtemp(join(tmpdir(), 'baton-python-')), 'note');
      const run = (await scenario.start(await scenario.publish([ask(agent)]), { note })).text('id');
      const stream = await openStream(`${stack.apiUrl}/v1/runs/${run}/events`);
      const told = await stream.until((frames) =>
        frames.some(({ id, event }) => id === '' && event === 'agent.tool_result'),
      );
      const data = told.find(({ event }) => event === 'agent.tool_call')?.data ?? '';
      const toolCall = { name: 'look_up', arguments: { river: 'Rhine' } };
      expect(parseJson(data)).toMatchObject({ toolCall });
      await writeFile(note, 'heard');
      expect(await scenario.ended(run)).toMatchObject({ status: 'completed', output: { woken: true } });
      stream.close();
    },
    PATIENCE_MS,
  );

  it(
    verifies('PYTHON-1', 'that is canceled ends with its process in less than 15 seconds'),
    async () => {
      const { run, pid } = await sleeping();
      expect(isAlive(pid)).toBe(true);
      const since = performance.now();
      await scenario.call(`POST /v1/runs/${run}/cancel`, { json: {} });
      await eventually(
        async () => isAlive(pid),
        (alive) => !alive,
      );
      expect(performance.now() - since).toBeLessThan(15_000);
      expect(await scenario.ended(run)).toMatchObject({ status: 'canceled' });
    },
    PATIENCE_MS,
  );

  it(
    verifies('PYTHON-1', 'completes its run although its worker was killed in the middle of the call'),
    async () => {
      const { run, pid } = await sleeping();
      await python.kill();
      await eventually(
        async () => isAlive(pid),
        (alive) => !alive,
      );
      await python.start();
      expect(await scenario.ended(run, { withinMs: 90_000 })).toMatchObject({
        status: 'completed',
        output: { woken: true },
      });
    },
    PATIENCE_MS,
  );

  it(
    verifies('PYTHON-1', 'fails for good with a sentence when there is no such module or export'),
    async () => {
      const missing = await scenario.run([ask(await desk({ module: 'nobody.py', export: 'desk' }))], {});
      expect(missing).toMatchObject({
        status: 'faulted',
        error: { detail: expect.stringContaining('There is no file "nobody.py"') },
      });
      const unknown = await scenario.run([ask(await desk({ export: 'counter' }))], {});
      expect(unknown).toMatchObject({
        status: 'faulted',
        error: { detail: expect.stringContaining('the module has no "counter"') },
      });
    },
    PATIENCE_MS,
  );
});
