import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { startAgent } from './agent-stand-in.ts';
import { select } from './database.ts';
import { eventually } from './http.ts';
import { askHuman, createScenario, itemsOf, objectOf } from './scenario.ts';
import { connectTemporal, historyOf, workflowIdOf, type History } from './temporal.ts';
import { verifies } from './verifies.ts';

const { call, publish, register, start, ended, reaches, humanTask, events } = createScenario();

/** What Temporal UI asks every workflow for. */
const METADATA = '__temporal_workflow_metadata';

/** What Temporal UI writes beside the activities or timers of a history. */
function summariesIn(history: History, kind: 'activityTaskScheduled' | 'timerStarted'): readonly unknown[] {
  return history
    .filter((event) => Boolean(event[`${kind}EventAttributes`]))
    .map(({ userMetadata }) => {
      const summary = userMetadata?.summary;
      return summary ? defaultPayloadConverter.fromPayload(summary) : null;
    });
}

describe('Temporal UI', () => {
  it(verifies('TEMPORAL-1', 'shows type, summary, search attributes, details and priority'), async () => {
    const agent = await startAgent();
    const writer = await register(`${agent.url}/write`, { timeout: 'PT1M' });
    const flow = await publish([
      { pause: { wait: 'PT0.05S' } },
      { draft: { call: 'agent', with: { agent: writer, input: { topic: 'sea' } } } },
      { fetch: { call: 'http', with: { method: 'post', endpoint: `${agent.url}/send?token=hush` } } },
      { review: askHuman({ candidates: { roles: ['editor'] } }, { expires: 'P2D' }) },
    ]);
    const runId = (await start(flow, null, { body: { priority: 2 }, as: 'mary.shelley@example.org' })).text(
      'id',
    );
    await humanTask(runId);
    const run = objectOf(await call(`GET /v1/runs/${runId}`));
    const { client, stop } = await connectTemporal();
    const handle = client.workflow.getHandle(workflowIdOf(run));
    const shown = await handle.describe();
    expect([shown.type, shown.workflowId]).toEqual([
      `e2e/${flow}`,
      expect.stringMatching(new RegExp(`^[0-9a-f-]{36}\\.${runId}$`)),
    ]);
    expect(await shown.staticSummary()).toBe(`${flow} 1.0.0`);
    expect(shown.priority).toMatchObject({ priorityKey: 2 });
    const attributes = Object.fromEntries(
      shown.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    expect(attributes).toMatchObject({
      BatonWorkflow: flow,
      BatonVersion: '1.0.0',
      BatonWorkspace: workflowIdOf(run).split('.')[0],
      BatonRequester: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await handle.query('run')).toMatchObject({ runId, open: [{}, { task: '/do/3/review' }] });
    expect(await handle.query(METADATA)).toMatchObject({
      currentDetails: expect.stringContaining('- `/do/3/review` waits (human)'),
    });
    const history = await historyOf(run);
    expect(summariesIn(history, 'activityTaskScheduled')).toEqual([
      expect.stringContaining(`draft: agent ${writer}`),
      `fetch: POST ${agent.url}/send`,
      'review: human task',
    ]);
    expect(summariesIn(history, 'timerStarted')).toEqual(['pause: wait', expect.stringContaining('review')]);
    expect(JSON.stringify([shown.raw, history.map(({ attributes }) => attributes)])).not.toContain('shelley');
    await stop();
    await agent.stop();
  });
});

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
