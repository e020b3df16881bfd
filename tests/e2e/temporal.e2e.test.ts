import { describe, expect, it } from '@jest/globals';
import { select } from './database.ts';
import { eventually } from './http.ts';
import { askHuman, createScenario, itemsOf } from './scenario.ts';
import { connectTemporal, workflowIdOf } from './temporal.ts';
import { verifies } from './verifies.ts';

const { call, publish, start, ended, reaches, humanTask, events } = createScenario();

describe('Temporal’s own tools', () => {
  const wait = { go: { listen: { to: { one: { with: { type: 'go' } } } } } };

  it(verifies('DURABLE-5', 'end a run by terminate, and its human tasks with it'), async () => {
    const runId = (
      await start(await publish([{ ask: askHuman({ candidates: { roles: ['editor'] } }) }]))
    ).text('id');
    const { id } = await humanTask(runId);
    // Its last event for now: later ones would be heard of.
    const run = await reaches(runId, 'waiting');
    const { client, stop } = await connectTemporal();
    await client.workflow.getHandle(workflowIdOf(run)).terminate('by an operator of Temporal');
    await forgetToHearOf(runId);
    expect(await ended(runId)).toMatchObject({
      status: 'canceled',
      output: null,
      waitingFor: [],
      error: { type: 'urn:baton:problem:terminated' },
    });
    expect((await events(runId)).at(-1)).toMatchObject({ type: 'run.canceled' });
    const last = "SELECT origin FROM run_events WHERE run_id = $1 AND type = 'run.canceled'";
    expect(await select(last, [runId])).toEqual([{ origin: 'reconciler' }]);
    expect((await call(`GET /v1/human-tasks/${id}`, { as: 'admin:admin' })).field('status')).toBe('canceled');
    expect(itemsOf(await call(`GET /v1/human-tasks?assignee=me&status=open`, { as: 'eve:editor' }))).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ id })]),
    );
    expect((await call(`POST /v1/runs/${runId}/signals/go`, { json: {} })).status).toBe(409);
    await stop();
  });

  it(verifies('DURABLE-5', 'end a run by cancel, which it sees itself'), async () => {
    const runId = (await start(await publish([wait]))).text('id');
    const { client, stop } = await connectTemporal();
    await client.workflow.getHandle(workflowIdOf(await reaches(runId, 'waiting'))).cancel();
    expect(await ended(runId)).toMatchObject({ status: 'canceled', error: null });
    expect((await events(runId)).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['step.canceled', 'run.canceled']),
    );
    await stop();
  });

  it(verifies('DURABLE-5', 'leave a run alone that is merely quiet'), async () => {
    const runId = (await start(await publish([wait]))).text('id');
    await reaches(runId, 'waiting');
    await forgetToHearOf(runId);
    await eventually(
      () =>
        select("SELECT heard_at > now() - interval '1 minute' AS looked FROM runs WHERE id = $1", [runId]),
      ([row]) => row?.['looked'] === true,
    );
    expect((await call(`GET /v1/runs/${runId}`)).field('status')).toBe('waiting');
    expect((await call(`POST /v1/runs/${runId}/signals/go`, { json: 1 })).status).toBe(202);
    expect(await ended(runId)).toMatchObject({ status: 'completed', output: [1] });
  });

  /** The reconciler looks after runs that were not heard of for a minute: makes it so, instead of waiting. */
  async function forgetToHearOf(runId: string): Promise<void> {
    await select("UPDATE runs SET heard_at = now() - interval '2 minutes' WHERE id = $1", [runId]);
  }
});
