import { describe, expect, it } from '@jest/globals';
import { startAgent } from './agent-stand-in.ts';
import { eventually, textOf } from './http.ts';
import { callAgent, createScenario, itemsOf, objectOf } from './scenario.ts';
import { describeExecution } from './temporal.ts';
import { verifies } from './verifies.ts';

const { call, publish, register, start, ended } = createScenario();

describe('a run of many steps', () => {
  it(
    verifies(['LANG-3', 'LANG-4', 'RUN-5', 'RUN-6'], 'goes on in another execution with all it had'),
    async () => {
      const agent = await startAgent();
      const name = await register(`${agent.url}/sum`);
      const tasks = [
        { begin: { set: { n: 0 }, export: { as: '{ word: "kept" }' } } },
        {
          limited: {
            timeout: { after: 'PT3M' },
            do: [
              { again: { set: { n: '${ .n + 1 }' } } },
              { back: { switch: [{ more: { when: '.n < 4000', then: 'again' } }] } },
            ],
          },
        },
        { hear: { listen: { to: { one: { with: { type: 'go' } } } } } },
        { sum: callAgent(name, { input: { heard: '${ . }', word: '${ $context.word }' } }) },
      ];
      const run = objectOf(await start(await publish(tasks, { timeout: { after: 'PT5M' } })));
      const id = textOf(run, 'id');
      const first = (await describeExecution(run)).runId;
      // It comes long before the listener, and must wait with the rest of the state.
      expect((await call(`POST /v1/runs/${id}/signals/go`, { json: { at: 1 } })).status).toBe(202);
      const output = { heard: [{ at: 1 }], word: 'kept' };
      expect(await ended(id, { withinMs: 120_000 })).toMatchObject({ status: 'completed', output });
      expect((await describeExecution(run)).runId).not.toBe(first);
      expect(agent.effects).toHaveLength(1);
      const json = { headers: { accept: 'application/json' } };
      const last = await eventually(
        async () => itemsOf(await call(`GET /v1/runs/${id}/events?after=16000&limit=200`, json)),
        (events) => events.at(-1)?.['type'] === 'run.completed',
      );
      expect(last.map(({ position }) => position)).toEqual(last.map((_event, index) => 16_001 + index));
      await agent.stop();
    },
    180_000,
  );
});
