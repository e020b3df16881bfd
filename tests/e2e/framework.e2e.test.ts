import { describe, expect, it } from '@jest/globals';
import { isObject, own, parseJson, type Json, type JsonObject } from '@baton/core';
import { isAlive } from '@baton/stand';
import { eventually } from './http.ts';
import { ownAgent, ownStack } from './own-parts.ts';
import { callAgent, type Scenario } from './scenario.ts';
import { openStream, type Frame } from './sse.ts';
import { verifies } from './verifies.ts';

async function registerModule(scenario: Scenario, config: JsonObject): Promise<string> {
  const agent = scenario.name('module');
  const answer = await scenario.call(`PUT /v1/agents/${agent}/versions/1.0.0`, {
    json: { adapter: 'framework', config: { runtime: 'node', ...config }, timeout: 'PT1M' },
  });
  if (answer.status !== 201) throw new Error(`Not registered: ${JSON.stringify(answer.body)}`);
  return agent;
}

const memberOf = (value: unknown, key: string): Json | undefined =>
  isObject(value) ? own(value, key) : undefined;

/** What agents have told live. */
const toldIn = (frames: readonly Frame[]): readonly (Json | undefined)[] =>
  frames
    .filter(({ id, event }) => id === '' && event === 'agent.message')
    .map((frame) => memberOf(parseJson(frame.data), 'text'));

const REFUND = { order: 'A-1', amount: 180, reason: 'cold' };

describe('an agent of a Node framework', () => {
  it(
    verifies(
      'FRAMEWORK-1',
      'tells what it does, asks a person, and goes on with the answer in another process',
    ),
    async () => {
      const { stack, scenario } = await ownStack();
      const agent = await registerModule(scenario, {
        framework: 'langgraph',
        module: 'examples/framework/refund-graph.ts',
        export: 'refundDesk',
        parameters: { free: 50 },
      });
      const policy = { candidates: { roles: ['support'] } };
      const ask = callAgent(agent, { input: '${ . }', pauses: { policy } });
      const workflow = await scenario.publish([{ ask }]);
      const run = (await scenario.start(workflow, REFUND)).text('id');
      const stream = await openStream(`${stack.apiUrl}/v1/runs/${run}/events`);
      const { id, etag, task } = await scenario.humanTask(run);
      expect(task).toMatchObject({ title: 'Refund 180 dollars for A-1?' });
      expect(toldIn(stream.frames)).toEqual(['Order A-1: 180 dollars, a person decides.']);
      stream.close();
      // Nothing of the graph is left but what the pause carries.
      await stack.worker.kill();
      await stack.worker.start();
      expect((await scenario.decide(id, { action: 'approve' }, { as: 'bob:support', etag })).status).toBe(
        200,
      );
      expect(await scenario.ended(run)).toMatchObject({
        status: 'completed',
        output: { ...REFUND, approved: true, letter: 'We have refunded 180 dollars for A-1.' },
      });
    },
    120_000,
  );

  it(
    verifies('FRAMEWORK-1', 'ends with its worker, and its call is made again by the next one'),
    async () => {
      const { stack, scenario } = await ownStack();
      const held = Promise.withResolvers<void>();
      const other = await ownAgent(async (call) => {
        await held.promise;
        return { body: memberOf(call.body, 'input') ?? null };
      });
      const agent = await registerModule(scenario, {
        framework: 'langchain',
        module: 'tests/e2e/node-agents/caller.mjs',
        export: 'caller',
        parameters: { url: `${other.url}/work` },
      });
      const ask = callAgent(agent, { input: { cups: 2 } });
      const run = (await scenario.start(await scenario.publish([{ ask }]))).text('id');
      const pidOf = (n: number): number => Number(memberOf(other.calls[n]?.body, 'pid'));
      const calls = async (): Promise<number> => other.calls.length;
      await eventually(calls, (count) => count === 1, { withinMs: 30_000 });
      expect(isAlive(pidOf(0))).toBe(true);
      await stack.worker.kill();
      await eventually(
        async () => isAlive(pidOf(0)),
        (alive) => !alive,
      );
      held.resolve();
      await stack.worker.start();
      expect(await scenario.ended(run, { withinMs: 90_000 })).toMatchObject({
        status: 'completed',
        output: { cups: 2 },
      });
      expect(other.effects).toHaveLength(1);
      const last = pidOf(other.calls.length - 1);
      await stack.worker.stop();
      expect(isAlive(last)).toBe(false);
    },
    180_000,
  );
});
