import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@baton/core';
import { eventually, textOf } from '../http.ts';
import { ownAgent, ownStack } from '../own-parts.ts';
import { emptyProjections, projectionsIn, rebuild, startRebuild } from '../projections.ts';
import { withDatabase } from '../database.ts';
import { askHuman, callAgent, objectOf, type Scenario } from '../scenario.ts';
import { connectTemporal, workflowIdOf } from '../temporal.ts';
import type { Stack } from '../stack.ts';
import { verifies } from '../verifies.ts';

const LISTEN: JsonObject = { hear: { listen: { to: { one: { with: { type: 'go' } } } } } };
const EDITORS = { candidates: { roles: ['editor'] } };

describe('npm run rebuild', () => {
  it(
    verifies('DURABLE-10', 'brings every projection back from Temporal, and open runs go on'),
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
      const all = '9 runs rebuilt, 0 without history (left as they were), 0 failed';
      const first = await rebuild(stack);
      expect([first.code, first.lines.at(-1)]).toEqual([0, all]);
      expect(await projectionsIn(stack)).toEqual(before);
      await stack.worker.start();
      const second = await rebuild(stack);
      expect([second.code, second.lines.at(-1)]).toEqual([0, all]);
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

  it(
    verifies('DURABLE-10', 'fills in what is missing while worker and API go on'),
    async () => {
      const { stack, scenario } = await ownStack();
      const tasks = [{ first: LISTEN['hear'] ?? null }, { second: LISTEN['hear'] ?? null }];
      const run = (await scenario.start(await scenario.publish(tasks))).text('id');
      const waitsAt = (name: string) =>
        eventually(
          async () => (await projectionsIn(stack)).steps.at(-1),
          (step) => step?.['name'] === name && step['status'] === 'waiting',
        );
      await waitsAt('first');
      const before = await projectionsIn(stack);
      await emptyProjections(stack);
      await scenario.call(`POST /v1/runs/${run}/signals/go`, { json: 1 });
      await waitsAt('second');
      expect((await scenario.events(run))[0]?.['position']).toBe(before.events.length + 1);
      expect(await rebuild(stack)).toMatchObject({ code: 0 });
      const { events, steps } = await projectionsIn(stack);
      expect(events.slice(0, before.events.length)).toEqual(before.events);
      expect(events.map(({ seq, position }) => [seq, position])).toEqual(
        events.map((_, i) => [i + 1, i + 1]),
      );
      expect(steps.map(({ name, output }) => [name, output])).toEqual([
        ['first', [1]],
        ['second', null],
      ]);
      await scenario.call(`POST /v1/runs/${run}/signals/go`, { json: 2 });
      expect(await scenario.ended(run)).toMatchObject({ status: 'completed', output: [2] });
    },
    120_000,
  );

  it(
    verifies('DURABLE-10', 'gives runs of calls side by side the same clock, and a killed worker loses none'),
    async () => {
      const { stack, scenario } = await ownStack();
      const agent = await ownAgent(async ({ body }, earlier) => {
        await pause(20 + ((earlier * 37) % 200));
        return { body };
      });
      const name = await scenario.register(`${agent.url}/work`, { effects: 'idempotent' });
      const byTheClock: JsonObject = {
        switch: [
          { even: { when: '${ ((now * 1000) | floor) % 2 == 0 }', then: 'last' } },
          { odd: { then: 'middle' } },
        ],
      };
      const branch = (n: number): JsonObject => ({
        [`b${n}`]: {
          do: [
            { one: callAgent(name) },
            { by: byTheClock },
            { middle: callAgent(name) },
            { last: callAgent(name) },
          ],
        },
      });
      const branches = Array.from({ length: 8 }, (_, n) => branch(n));
      const tasks = [
        { first: callAgent(name) },
        { all: { fork: { branches } } },
        { one: callAgent(name) },
        LISTEN,
      ];
      const workflow = await scenario.publish(tasks);
      const started = await Promise.all(Array.from({ length: 3 }, () => scenario.start(workflow)));
      const runs = started.map((answer) => answer.text('id'));
      for (const run of runs) await scenario.reaches(run, 'waiting');
      const before = await projectionsIn(stack);
      await emptyProjections(stack);
      expect(await rebuild(stack)).toMatchObject({ code: 0 });
      expect(await projectionsIn(stack)).toEqual(before);
      await stack.worker.kill();
      await stack.worker.start();
      for (const run of runs) {
        await scenario.call(`POST /v1/runs/${run}/signals/go`, { json: 1 });
        expect(await scenario.ended(run, { withinMs: 60_000 })).toMatchObject({ status: 'completed' });
        expect((await scenario.events(run)).filter(({ type }) => type === 'run.corrected')).toEqual([]);
      }
    },
    240_000,
  );

  it(
    verifies('DURABLE-10', 'goes on after a kill, names what has no history, and says what failed'),
    async () => {
      const { stack, scenario } = await ownStack();
      const big = { say: { set: { text: '${ [range(20000)] | map(tostring) | join(",") }' } } };
      const listening = objectOf(await scenario.start(await scenario.publish([LISTEN])));
      const failing = await scenario.run(
        [big, { measure: { set: '${ .text | length }' } }],
        'x'.repeat(100_000),
      );
      const last = await scenario.run([{ say: { set: { n: 2 } } }], {});
      await scenario.reaches(textOf(listening, 'id'), 'waiting');
      const gone = await forgottenCopyOf(stack, last);
      const before = await projectionsIn(stack);
      const lost = `run_id <> '${gone}'`;
      const empty = `DELETE FROM run_events WHERE ${lost}; DELETE FROM steps WHERE ${lost}`;
      await withDatabase(stack, async (select) => {
        await select(empty);
        await select('BEGIN');
        await select('SELECT FROM runs WHERE id = $1 FOR UPDATE', [textOf(last, 'id')]);
        const killed = await startRebuild(stack);
        await eventually(
          async () => (await projectionsIn(stack)).events.length,
          (count) => count === before.events.length - 4,
        );
        killed.kill();
        await killed.ended;
        await select('ROLLBACK');
      });
      const named = `  ${gone} (completed)`;
      const counts = '3 runs rebuilt, 1 without history (left as they were)';
      const whole = await rebuild(stack);
      expect(whole).toMatchObject({ code: 0, lines: expect.arrayContaining([named, `${counts}, 0 failed`]) });
      expect(await projectionsIn(stack)).toEqual(before);

      await withDatabase(stack, (select) => select('DELETE FROM artifacts'));
      const broken = await rebuild(stack);
      expect(broken.code).toBe(1);
      expect(broken.lines).toContainEqual(
        expect.stringContaining(`  ${textOf(failing, 'id')} (completed): `),
      );
      expect(broken.lines.at(-1)).toBe('2 runs rebuilt, 1 without history (left as they were), 1 failed');
      expect(await projectionsIn(stack)).toEqual(before);
    },
    240_000,
  );
});

/** A run whose history is past its retention: a copy of another one under an id that Temporal has never heard of. */
async function forgottenCopyOf(stack: Stack, run: JsonObject): Promise<string> {
  const id = randomUUID();
  const copy = (table: string, column: string): string => `INSERT INTO ${table}
    SELECT (jsonb_populate_record(NULL::${table}, to_jsonb(t) || jsonb_build_object('${column}', '${id}'))).*
    FROM ${table} t WHERE ${column} = '${textOf(run, 'id')}'`;
  await withDatabase(stack, async (select) => {
    for (const sql of [copy('runs', 'id'), copy('steps', 'run_id'), copy('run_events', 'run_id')])
      await select(sql);
  });
  return id;
}

/** One run of each kind: the ended ones have ended, the others wait. */
async function runsOfAllKinds(
  scenario: Scenario,
  agent: string,
): Promise<Record<'terminated' | 'waiting', JsonObject>> {
  const { publish, start, run, reaches, ended } = scenario;
  const big = { say: { set: { text: '${ [range(20000)] | map(tostring) | join(",") }' } } };
  const large = 'x'.repeat(100_000);
  await run([{ a: callAgent(agent) }, { b: callAgent(agent) }, { c: callAgent(agent) }, big], large);
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
