import { describe, expect, it } from '@jest/globals';
import { textOf } from '../http.ts';
import { ownAgent, ownStack } from '../own-parts.ts';
import { callAgent, objectOf } from '../scenario.ts';
import { verifies } from '../verifies.ts';

/** Appends what was heard to the context. */
const NOTED = '($context // []) + .';

describe('a run that is long', () => {
  // With workers of their own: others would wait behind hundreds of calls.

  it(
    verifies('DURABLE-6', 'takes 10,000 items, 500 side by side at most'),
    async () => {
      const { register, publish, start, ended } = (await ownStack()).scenario;
      let [open, most] = [0, 0];
      const agent = await ownAgent(async ({ body }) => {
        open += 1;
        most = Math.max(most, open);
        await new Promise(setImmediate);
        open -= 1;
        return { body };
      });
      const name = await register(`${agent.url}/item`, { effects: 'idempotent' });
      const each = { for: { in: '[range(10000)]', each: 'n' }, metadata: { baton: { concurrency: 500 } } };
      const ask = callAgent(name, { input: '${ $n }' });
      const tasks = [{ all: { ...each, do: [{ ask }] } }, { count: { set: { items: '${ length }' } } }];
      const run = objectOf(await start(await publish(tasks)));
      expect(await ended(textOf(run, 'id'), { withinMs: 400_000 })).toMatchObject({
        status: 'completed',
        output: { items: 10_000 },
      });
      expect(agent.effects).toHaveLength(10_000);
      expect(most).toBeLessThanOrEqual(500);
    },
    420_000,
  );

  it(
    verifies('DURABLE-6', 'hears 2,000 signals, each once and in order'),
    async () => {
      const { call, publish, start, ended } = (await ownStack()).scenario;
      const listen = { listen: { to: { one: { with: { type: 'tick' } } } } };
      const hear = {
        for: { in: '[range(2000)]' },
        do: [{ tick: listen }, { note: { export: { as: NOTED }, set: '${ . }' } }],
      };
      const run = objectOf(await start(await publish([{ hear }, { all: { set: '${ $context }' } }])));
      const id = textOf(run, 'id');
      for (let n = 0; n < 2_000; n += 50) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, i) => call(`POST /v1/runs/${id}/signals/tick`, { json: n + i })),
        );
        expect(answers.every(({ status }) => status === 202)).toBe(true);
      }
      const { output } = await ended(id, { withinMs: 120_000 });
      expect([...new Set(numbersIn(output))].toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 2_000 }, (_, n) => n),
      );
    },
    180_000,
  );
});

function numbersIn(output: unknown): readonly number[] {
  return Array.isArray(output) ? output.filter((item) => typeof item === 'number') : [];
}
