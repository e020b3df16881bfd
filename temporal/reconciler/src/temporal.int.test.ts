import { workflowIdOf, type RunId } from '@baton/core';
import { createGateway, type Gateway } from '@baton/temporal-client';
import { Client, Connection } from '@temporalio/client';
import { temporalAddress, uniqueTaskQueue } from '@baton/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settleRun } from './closings.ts';
import { impatient } from './impatient-fixture.ts';
import { relayOnce } from './relay.ts';
import { startAccepted } from './starts.ts';
import { newRunId, openLedger, type Ledger } from './store-fixture.ts';

let ledger: Ledger;
let gateway: Gateway;
beforeAll(async () => {
  ledger = await openLedger();
  gateway = createGateway({
    address: await temporalAddress(),
    namespace: 'default',
    codec: { encode: async (payloads) => payloads, decode: async (payloads) => payloads },
    taskQueue: uniqueTaskQueue('reconciler'),
  });
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await ledger.stop();
});

const unexpected = (_name: string, error: unknown): never => {
  throw new Error('The relay failed.', { cause: error });
};

async function accept(): Promise<RunId> {
  const id = newRunId();
  const document = { dsl: '1.0.0', namespace: 'content', name: 'publish', version: '1.0.0' };
  const snapshot = {
    engine: 1,
    runId: id,
    workspaceId: ledger.scope.workspaceId,
    definition: { document, do: [] },
    agents: {},
    pins: {},
    requester: 'local|ada',
    priority: 3,
    input: null,
  };
  return ledger.accept({ id, snapshot });
}

describe('the reconciler, on a real Temporal', () => {
  const untold = async (): Promise<never> => {
    throw new Error('Nothing was reset.');
  };

  it('starts an accepted run, delivers its terminate, and closes it as canceled', async () => {
    const { store, scope } = ledger;
    const runId = await accept();
    await startAccepted({ runs: impatient(store).runs, gateway });
    const closing = { runs: store.runs, events: store.events, gateway, retell: untold };
    const execution = await gateway.describe(scope, runId);
    expect(execution).toMatchObject({ status: 'running' });
    expect((await store.runs.get(scope, runId))?.temporalRunId).toBe(execution?.temporalRunId);

    const workflowId = workflowIdOf(scope, runId);
    await store.outbox.enqueue(scope, { kind: 'terminate', workflowId, body: { reason: 'enough' } });
    await relayOnce({ outbox: store.outbox, gateway, onError: unexpected });
    expect(await store.outbox.countPending()).toBe(0);

    expect(await settleRun(closing, scope, runId)).toBe(true);
    expect(await store.runs.get(scope, runId)).toMatchObject({
      status: 'canceled',
      error: { type: 'urn:baton:problem:terminated' },
    });
  });

  it('closes a run whose execution time-out was reached as faulted', async () => {
    const { store, scope } = ledger;
    const runId = await accept();
    const connection = await Connection.connect({ address: await temporalAddress() });
    const handle = await new Client({ connection }).workflow.start('content/publish', {
      workflowId: workflowIdOf(scope, runId),
      taskQueue: uniqueTaskQueue('nobody'),
      workflowExecutionTimeout: '1 second',
      args: [],
    });
    await store.runs.markStarted(scope, runId, handle.firstExecutionRunId);
    await expect(handle.result()).rejects.toThrow();
    await connection.close();
    const closing = { runs: store.runs, events: store.events, gateway, retell: untold };
    expect(await settleRun(closing, scope, runId)).toBe(true);
    const { status, error } = (await store.runs.get(scope, runId)) ?? {};
    expect([status, error?.type]).toEqual(['faulted', expect.stringMatching(/\/timeout$/)]);
  });

  it('takes a message to an execution that is closed for delivered: nobody is left to hear it', async () => {
    const { store, scope } = ledger;
    const workflowId = workflowIdOf(scope, newRunId());
    await store.outbox.enqueue(scope, { kind: 'signal', workflowId, body: { event: { type: 'late' } } });
    await relayOnce({ outbox: store.outbox, gateway, onError: unexpected });
    expect(await store.outbox.countPending()).toBe(0);
  });
});
