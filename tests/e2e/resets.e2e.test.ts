import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '@baton/core';
import { eventually, textOf } from './http.ts';
import { ownStack } from './own-parts.ts';
import { emptyProjections, projectionsIn, rebuild } from './projections.ts';
import { withDatabase } from './database.ts';
import { askHuman, objectOf, takenBack } from './scenario.ts';
import type { Stack } from './stack.ts';
import { connectTemporal, historyOf, workflowIdOf } from './temporal.ts';
import { verifies } from './verifies.ts';

const listen = (type: string): JsonObject => ({ listen: { to: { one: { with: { type } } } } });

/** Signals are not delivered again to the execution that takes the place of one that was reset. */
const SIGNALS = 1;

/** Resets a run with Temporal's own tool to its workflow task of this number, from 1; signals after it are dropped. */
async function reset(stack: Stack, run: JsonObject, task: number): Promise<void> {
  const history = await historyOf(run, stack.temporalAddress);
  const done = history.filter((event) => event.workflowTaskCompletedEventAttributes);
  const at = done[task - 1]?.eventId;
  if (!at) throw new Error(`The history has only ${done.length} completed workflow tasks.`);
  const { client, stop } = await connectTemporal(stack.temporalAddress);
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: workflowIdOf(run) },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: at,
    resetReapplyExcludeTypes: [SIGNALS],
  });
  await stop();
}

describe('a run that is reset with Temporal’s own tools', () => {
  it(
    verifies('DURABLE-8', 'follows the execution that takes its place while it is open'),
    async () => {
      const { stack, scenario } = await ownStack();
      const workflow = await scenario.publish([
        { hear: listen('go') },
        { work: { set: '${ . }' } },
        { again: listen('on') },
      ]);
      const run = objectOf(await scenario.start(workflow));
      const id = textOf(run, 'id');
      const signal = async (type: string, json: Json): Promise<void> => {
        expect((await scenario.call(`POST /v1/runs/${id}/signals/${type}`, { json })).status).toBe(202);
      };
      const waitsAt = (name: string) =>
        eventually(
          () => scenario.steps(id),
          (steps) => steps.at(-1)?.['name'] === name && steps.at(-1)?.['status'] === 'waiting',
        );
      await waitsAt('hear');
      await signal('go', 1);
      await waitsAt('again');
      const shown = (await scenario.events(id)).length;
      await reset(stack, run, 1);
      await waitsAt('hear');
      const events = await scenario.events(id);
      expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
      expect(events.slice(shown).map(({ type }) => type)).toEqual(['run.corrected']);
      expect(takenBack(events)).toEqual(Array.from({ length: shown - 4 }, (_, i) => i + 5));
      await signal('go', 2);
      await waitsAt('again');
      await signal('on', 3);
      expect(await scenario.ended(id)).toMatchObject({ status: 'completed', output: [3] });
      expect((await scenario.steps(id)).map(({ output }) => output)).toEqual([[2], [2], [3]]);

      await stack.worker.stop();
      // Not the times of what was told twice: only those of the task that took the first one's place are recorded.
      const facts = async () => {
        const { events: rows, steps } = await projectionsIn(stack);
        const told = rows.filter(({ origin }) => origin === 'run');
        return {
          events: told.map(({ seq, type, hash }) => ({ seq, type, hash })),
          steps: steps.map(({ name, status, input, output }) => ({ name, status, input, output })),
        };
      };
      const before = await facts();
      await emptyProjections(stack);
      expect(await rebuild(stack)).toMatchObject({ code: 0 });
      expect(await facts()).toEqual(before);
      const positions = (await scenario.events(id)).map(({ position }) => position);
      expect(positions).toEqual(before.events.map((_, index) => index + 1));
    },
    120_000,
  );

  it(
    verifies('DURABLE-8', 'takes back what the reset undid, also when nothing was told after it'),
    async () => {
      const { stack, scenario } = await ownStack();
      const run = objectOf(
        await scenario.start(
          await scenario.publish([
            { nap: { wait: 'PT0.2S' } },
            { hear: listen('go') },
            { end: listen('on') },
          ]),
        ),
      );
      const id = textOf(run, 'id');
      await eventually(
        () => scenario.steps(id),
        (steps) => steps.length === 2,
      );
      await scenario.call(`POST /v1/runs/${id}/signals/go`, { json: 1 });
      await eventually(
        () => scenario.steps(id),
        (steps) => steps.length === 3,
      );
      await stack.worker.stop();
      await reset(stack, run, 2);
      const { client, stop } = await connectTemporal(stack.temporalAddress);
      await client.workflow.getHandle(workflowIdOf(run)).terminate();
      await stop();
      await withDatabase(stack, (select) =>
        select("UPDATE runs SET heard_at = now() - interval '2 minutes'"),
      );
      await stack.worker.start();
      expect(await scenario.ended(id)).toMatchObject({
        status: 'canceled',
        error: { type: 'urn:baton:problem:terminated' },
      });
      // The first workflow task is all that the execution in its place has of its own.
      expect(await scenario.steps(id)).toMatchObject([{ name: 'nap', status: 'canceled' }]);
      const events = await scenario.events(id);
      expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
      expect(events.slice(-2).map(({ type }) => type)).toEqual(['run.corrected', 'run.canceled']);
    },
    120_000,
  );

  it(
    verifies('DURABLE-8', 'keeps its published end'),
    async () => {
      const { stack, scenario } = await ownStack();
      const run = objectOf(
        await scenario.start(
          await scenario.publish([{ ask: askHuman({ candidates: { roles: ['editor'] } }) }]),
        ),
      );
      const id = textOf(run, 'id');
      const { id: taskId, etag } = await scenario.humanTask(id);
      await scenario.decide(taskId, { action: 'approve' }, { as: 'bob:editor', etag });
      const published = await scenario.ended(id);
      const events = await scenario.events(id);
      await reset(stack, run, 1);
      const { client, stop } = await connectTemporal(stack.temporalAddress);
      // The decision counts again: it was recorded before.
      expect(await client.workflow.getHandle(workflowIdOf(run)).result()).toMatchObject({
        outcome: 'approve',
      });
      await stop();
      await withDatabase(stack, (select) =>
        select("UPDATE runs SET heard_at = now() - interval '2 minutes'"),
      );
      expect(await rebuild(stack)).toMatchObject({ code: 0 });
      expect(objectOf(await scenario.call(`GET /v1/runs/${id}`))).toEqual(published);
      expect(await scenario.events(id)).toEqual(events);
    },
    120_000,
  );
});

describe('a decision whose signal was lost', () => {
  it(
    verifies('DURABLE-9', 'is signaled again until the run has read it'),
    async () => {
      const { stack, scenario } = await ownStack();
      const workflow = await scenario.publish([{ ask: askHuman({ candidates: { roles: ['editor'] } }) }]);
      const runId = (await scenario.start(workflow)).text('id');
      const { id, etag } = await scenario.humanTask(runId);
      await scenario.reaches(runId, 'waiting');
      await stack.worker.stop();
      await scenario.decide(id, { action: 'approve' }, { as: 'bob:editor', etag });
      await withDatabase(stack, async (select) => {
        await select('UPDATE outbox SET delivered_at = now()');
        await select(
          "UPDATE human_tasks SET delivery = 'signaled', decided_at = now() - interval '1 minute'",
        );
      });
      await stack.worker.start();
      expect(await scenario.ended(runId)).toMatchObject({
        status: 'completed',
        output: { outcome: 'approve' },
      });
    },
    120_000,
  );
});
