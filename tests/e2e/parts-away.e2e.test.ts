import { describe, expect, it } from '@jest/globals';
import { eventually } from './http.ts';
import { ownAgent, ownPostgres, ownStack, ownTemporal } from './own-parts.ts';
import { historyOf } from './temporal.ts';
import { verifies } from './verifies.ts';

describe('Temporal away', () => {
  it(
    verifies('DURABLE-3', 'refuses or accepts starts, and what was accepted runs'),
    async () => {
      const temporal = await ownTemporal();
      const { stack, scenario } = await ownStack({ temporalAddress: temporal.address });
      const workflow = await scenario.publish([{ say: { set: { ok: true } } }]);
      const listening = await scenario.publish([
        { hear: { listen: { to: { one: { with: { type: 'go' } } } } } },
      ]);
      const waiting = (await scenario.start(listening)).text('id');
      await scenario.reaches(waiting, 'waiting');
      await temporal.stop();
      const answers = await Promise.all(Array.from({ length: 5 }, () => scenario.start(workflow)));
      answers.push(await scenario.start(workflow), await scenario.start(workflow));
      const accepted = answers.filter(({ status }) => status === 202);
      const refused = answers.filter(({ status }) => status === 503);
      expect(accepted.length + refused.length).toBe(answers.length);
      expect(accepted.length).toBeGreaterThan(0);
      for (const answer of refused) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      const signal = await scenario.call(`POST /v1/runs/${waiting}/signals/go`, { json: { n: 1 } });
      expect(signal.status).toBe(202);
      await eventually(
        () => stack.api.ready(),
        (ready) => !ready,
      );
      await temporal.again();
      for (const answer of accepted) {
        expect(await scenario.ended(answer.text('id'))).toMatchObject({
          status: 'completed',
          output: { ok: true },
        });
      }
      expect(await scenario.ended(waiting)).toMatchObject({ status: 'completed', output: [{ n: 1 }] });
      await eventually(
        () => stack.api.ready(),
        (ready) => ready,
        { withinMs: 60_000 },
      );
    },
    180_000,
  );
});

describe('PostgreSQL away', () => {
  it(
    verifies('DURABLE-4', 'turns readiness red, and everything accepted goes on when it is back'),
    async () => {
      const postgres = await ownPostgres();
      const { stack, scenario } = await ownStack({
        database: { url: postgres.address, drop: () => Promise.resolve() },
      });
      const agent = await ownAgent();
      const name = await scenario.register(`${agent.url}/work`);
      const workflow = await scenario.publish([
        { nap: { wait: 'PT2S' } },
        { work: { call: 'agent', with: { agent: name, input: { n: 1 } } } },
      ]);
      const runs = await Promise.all(
        Array.from({ length: 5 }, async () => (await scenario.start(workflow)).text('id')),
      );
      const napping = await Promise.all(runs.map((id) => scenario.reaches(id, 'waiting')));
      await postgres.stop();
      await eventually(
        () => stack.api.ready(),
        (ready) => !ready,
      );
      await eventually(
        () => stack.worker.ready(),
        (ready) => !ready,
      );
      const refused = await scenario.start(workflow);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([
        503,
        expect.stringMatching(/^\d+$/),
      ]);
      // The naps end while nothing can be stored.
      await eventually(
        () => Promise.all(napping.map((run) => historyOf(run))),
        (histories) => histories.every((events) => events.some((event) => event.timerFiredEventAttributes)),
      );
      await postgres.again();
      for (const id of runs)
        expect(await scenario.ended(id)).toMatchObject({ status: 'completed', output: { n: 1 } });
      expect(agent.effects).toHaveLength(5);
      await eventually(
        () => stack.worker.ready(),
        (ready) => ready,
        { withinMs: 60_000 },
      );
    },
    180_000,
  );
});
