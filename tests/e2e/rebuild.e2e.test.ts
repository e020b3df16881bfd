import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@baton/core';
import { textOf } from './http.ts';
import { ownAgent, ownStack } from './own-parts.ts';
import { projectionsIn, rebuild, withDatabase } from './projections.ts';
import { askHuman, callAgent, objectOf, type Scenario } from './scenario.ts';
import { connectTemporal, workflowIdOf } from './temporal.ts';
import { verifies } from './verifies.ts';

const LISTEN: JsonObject = { hear: { listen: { to: { one: { with: { type: 'go' } } } } } };
const EDITORS = { candidates: { roles: ['editor'] } };

describe('npm run rebuild', () => {
  it(
    verifies('DURABLE-6', 'brings every projection back from Temporal, and open runs go on'),
    async () => {
      const { stack, scenario } = await ownStack();
      const agent = await ownAgent();
      const name = await scenario.register(`${agent.url}/work`);
      const runs = await runsOfAllKinds(scenario, name);
      const { client, stop } = await connectTemporal(stack.temporalAddress);
      await client.workflow.getHandle(workflowIdOf(runs.terminated)).terminate('by an operator');
      await withDatabase(stack, (select) =>
        select("UPDATE runs SET heard_at = now() - interval '2 minutes' WHERE ended_at IS NULL"),
      );
      expect(await scenario.ended(textOf(runs.terminated, 'id'))).toMatchObject({ status: 'canceled' });
      await stack.worker.stop();
      const before = await projectionsIn(stack);
      expect(before.runs).toHaveLength(9);

      await withDatabase(stack, async (select) => {
        await select('TRUNCATE run_events, steps');
        await select(`UPDATE runs SET status = 'pending', output = NULL, error = NULL, ended_at = NULL,
          started_at = NULL, last_event_at = NULL, last_position = 0, last_seq = 0, provisional = NULL, usage = '{}',
          waiting_for = '[]', suspended = false, rivals = false, executions = '{}'`);
      });
      const first = await rebuild(stack);
      expect(first).toEqual({
        code: 0,
        last: '9 runs rebuilt, 0 without history (left as they were), 0 failed',
      });
      expect(await projectionsIn(stack)).toEqual(before);
      await stack.worker.start();
      expect(await rebuild(stack)).toEqual(first);
      expect(await projectionsIn(stack)).toEqual(before);

      const deciding = textOf(runs.waiting, 'id');
      const { id, etag } = await scenario.humanTask(deciding);
      await scenario.decide(id, { action: 'approve' }, { as: 'bob:editor', etag });
      expect(await scenario.ended(deciding)).toMatchObject({ status: 'completed', output: 'approve' });
      const events = await scenario.events(deciding);
      expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
      await stop();
    },
    240_000,
  );
});

/** One run of each kind: the ended ones have ended, the others wait. */
async function runsOfAllKinds(
  scenario: Scenario,
  agent: string,
): Promise<Record<'terminated' | 'waiting', JsonObject>> {
  const { publish, start, run, reaches, ended } = scenario;
  const big = { say: { set: { text: '${ [range(20000)] | map(tostring) | join(",") }' } } };
  await run([{ a: callAgent(agent) }, { b: callAgent(agent) }, { c: callAgent(agent) }, big]);
  await run([{ stop: { raise: { error: { type: 'https://example.com/odd', status: 418, title: 'Odd' } } } }]);
  const child = await publish([{ greet: { set: { hello: true } } }]);
  await run([{ sub: { run: { workflow: { namespace: 'e2e', name: child, version: '1.0.0' } } } }]);
  const canceled = (await start(await publish([LISTEN]))).text('id');
  await reaches(canceled, 'waiting');
  await scenario.call(`POST /v1/runs/${canceled}/cancel`, { json: { reason: 'enough' } });
  await ended(canceled);
  const loop = [
    { begin: { set: { n: 0 } } },
    { again: { set: { n: '${ .n + 1 }' } } },
    { back: { switch: [{ more: { when: '.n < 2600', then: 'again' } }] } },
  ];
  const continued = (await start(await publish(loop))).text('id');
  await ended(continued, { withinMs: 120_000 });
  const ask = await publish([{ ask: askHuman(EDITORS) }, { say: { set: '${ .outcome }' } }]);
  const decided = (await start(ask)).text('id');
  const { id, etag } = await scenario.humanTask(decided);
  await scenario.decide(id, { action: 'reject' }, { as: 'bob:editor', etag });
  await ended(decided);
  const terminated = objectOf(await start(await publish([LISTEN])));
  await reaches(textOf(terminated, 'id'), 'waiting');
  const waiting = objectOf(await start(ask));
  await scenario.humanTask(textOf(waiting, 'id'));
  await reaches(textOf(waiting, 'id'), 'waiting');
  return { terminated, waiting };
}
