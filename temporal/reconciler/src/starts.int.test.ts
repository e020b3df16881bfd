import { workflowIdOf, type RunId } from '@baton/core';
import type { NewRun, RunRecord } from '@baton/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeGateway, OPEN, type FakeGateway } from './gateway-fixture.ts';
import { impatient, type Impatient } from './impatient-fixture.ts';
import { signalUnacknowledged, startAccepted } from './starts.ts';
import { newRunId, openLedger, type Ledger } from './store-fixture.ts';

let ledger: Ledger;
let ports: Impatient;
let gateway: FakeGateway;
beforeAll(async () => {
  ledger = await openLedger();
});
beforeEach(() => {
  gateway = createFakeGateway();
  ports = impatient(ledger.store);
});
afterAll(() => ledger.stop());

const startAll = (): Promise<boolean> => startAccepted({ runs: ports.runs, gateway });

async function accept(more: Partial<NewRun> = {}): Promise<RunId> {
  const id = newRunId();
  const snapshot = { engine: 1, runId: id, workspaceId: ledger.scope.workspaceId };
  return ledger.accept({ id, snapshot, ...more });
}

async function shown(runId: RunId): Promise<RunRecord> {
  const run = await ledger.store.runs.get(ledger.scope, runId);
  if (run === null) throw new Error(`Run ${runId} is gone.`);
  return run;
}

describe('startAccepted()', () => {
  it('starts a run that Temporal does not know with the snapshot it was accepted with, once', async () => {
    const runId = await accept();
    expect(await startAll()).toBe(false);
    await startAll();
    expect(gateway.started).toEqual([{ engine: 1, runId, workspaceId: ledger.scope.workspaceId }]);
    expect(await shown(runId)).toMatchObject({ status: 'pending', temporalRunId: 'execution-1' });
  });

  it('leaves a fresh run to whoever has accepted it', async () => {
    await startAll();
    expect(ports.ages).toEqual([2_000]);
  });

  it('notes a run that was started although the start seemed to fail', async () => {
    const runId = await accept();
    gateway.executions.set(runId, { ...OPEN, temporalRunId: 'execution-7' });
    await startAll();
    expect(gateway.started).toEqual([]);
    expect((await shown(runId)).temporalRunId).toBe('execution-7');
  });

  it('starts again in the next round what could not be started', async () => {
    const runId = await accept();
    gateway.state = 'failing';
    await expect(startAll()).rejects.toThrow('Temporal is away.');
    gateway.state = 'there';
    await startAll();
    expect(gateway.started.map((snapshot) => snapshot.runId)).toEqual([runId]);
  });

  it('leaves a child run to its parent as long as that is open, and cancels it after its end', async () => {
    const parent = await accept();
    await startAll();
    const child = await accept({ parent: { runId: parent, step: '/do/0/child', awaits: true } });
    await startAll();
    expect(gateway.started.map((snapshot) => snapshot.runId)).toEqual([parent]);
    expect((await shown(child)).status).toBe('pending');

    await ledger.store.runs.closeFromOutside(ledger.scope, parent, { status: 'completed', origin: 'api' });
    await startAll();
    expect(await shown(child)).toMatchObject({ status: 'canceled', temporalRunId: null });
    expect(gateway.started).toHaveLength(1);
  });

  it('cancels a child run whose parent is unknown', async () => {
    const child = await accept({ parent: { runId: newRunId(), step: '/do/0/child', awaits: true } });
    await startAll();
    expect((await shown(child)).status).toBe('canceled');
  });
});

describe('signalUnacknowledged()', () => {
  it('signals a decision again until its run says that it knows', async () => {
    const runId = await accept();
    const workflowId = workflowIdOf(ledger.scope, runId);
    const { humanTasks } = ports;
    const task = await ledger.ask(runId);
    const finish = { taskId: task.id, actor: { id: 'local|bob' }, outcome: {} };
    const settled = await humanTasks.expire(ledger.scope, finish);
    const decisionId = settled.outcome === 'done' ? settled.task.outcomeId : null;
    expect(decisionId).not.toBeNull();

    expect(await signalUnacknowledged({ humanTasks, gateway })).toBe(false);
    await signalUnacknowledged({ humanTasks, gateway });
    const signal = ['decided', workflowId, { humanTaskId: task.id, decisionId }];
    expect(gateway.sent).toEqual([signal, signal]);
    expect(ports.ages).toEqual([10_000, 10_000]);

    await humanTasks.acknowledge(ledger.scope, task.id);
    await signalUnacknowledged({ humanTasks, gateway });
    expect(gateway.sent).toHaveLength(2);
  });
});
