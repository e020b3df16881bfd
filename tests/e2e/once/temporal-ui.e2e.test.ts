import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { startAgent } from '../agent-stand-in.ts';
import { askHuman, createScenario, objectOf } from '../scenario.ts';
import { connectTemporal, historyOf, workflowIdOf, type History } from '../temporal.ts';
import { verifies } from '../verifies.ts';

const { call, publish, register, start, humanTask } = createScenario();

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
