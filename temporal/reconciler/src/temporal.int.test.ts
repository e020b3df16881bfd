import { workflowIdOf, type RunId } from '@baton/core';
import { createStoreFixture, type StoreFixture } from '@baton/store/fixture';
import { aRun, newRunId } from '@baton/store/samples';
import { createGateway, type Gateway } from '@baton/temporal-client';
import { temporalAddress, uniqueTaskQueue } from '@baton/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settleRun } from './closings.ts';
import { impatient } from './impatient-fixture.ts';
import { relayOnce } from './relay.ts';
import { startAccepted } from './starts.ts';

let fixture: StoreFixture;
let gateway: Gateway;
beforeAll(async () => {
  fixture = await createStoreFixture();
  gateway = createGateway({
    address: await temporalAddress(),
    namespace: 'default',
    codec: { encode: async (payloads) => payloads, decode: async (payloads) => payloads },
    taskQueue: uniqueTaskQueue('reconciler'),
  });
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await fixture.stop();
});

async function accept(): Promise<RunId> {
  const id = newRunId();
  const document = { dsl: '1.0.0', namespace: 'content', name: 'publish', version: '1.0.0' };
  const snapshot = {
    engine: 1,
    runId: id,
    workspaceId: fixture.scope.workspaceId,
    definition: { document, do: [] },
    agents: {},
    pins: {},
    requester: 'local|ada',
    priority: 3,
    input: null,
  };
  await fixture.store.runs.insertAccepted(fixture.scope, aRun({ id, snapshot }));
  return id;
}

describe('the reconciler, on a real Temporal', () => {
  it('starts an accepted run, delivers its terminate, and closes it as canceled', async () => {
    const { store, scope } = fixture;
    const runId = await accept();
    await startAccepted({ runs: impatient(store).runs, gateway });
    const execution = await gateway.describe(scope, runId);
    expect(execution).toMatchObject({ status: 'running' });
    expect((await store.runs.get(scope, runId))?.temporalRunId).toBe(execution?.temporalRunId);

    const workflowId = workflowIdOf(scope, runId);
    await store.outbox.enqueue(scope, { kind: 'terminate', workflowId, body: { reason: 'enough' } });
    await relayOnce({ outbox: store.outbox, gateway });
    expect(await store.outbox.countPending()).toBe(0);

    expect(await settleRun({ runs: store.runs, events: store.events, gateway }, scope, runId)).toBe(true);
    expect(await store.runs.get(scope, runId)).toMatchObject({
      status: 'canceled',
      error: { type: 'urn:baton:problem:terminated' },
    });
  });

  it('takes a message to an execution that is closed for delivered: nobody is left to hear it', async () => {
    const { store, scope } = fixture;
    const workflowId = workflowIdOf(scope, newRunId());
    await store.outbox.enqueue(scope, { kind: 'signal', workflowId, body: { event: { type: 'late' } } });
    await relayOnce({ outbox: store.outbox, gateway });
    expect(await store.outbox.countPending()).toBe(0);
  });
});
