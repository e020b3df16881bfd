import { workflowIdOf, type RunId } from '@baton/core';
import type { NewOutboxMessage } from '@baton/store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeGateway, type FakeGateway } from './gateway-fixture.ts';
import { createReconciler } from './reconciler.ts';
import { relayOnce } from './relay.ts';
import { newRunId, openLedger, type Ledger } from './store-fixture.ts';

let ledger: Ledger;
let gateway: FakeGateway;
beforeAll(async () => {
  ledger = await openLedger();
});
beforeEach(() => {
  gateway = createFakeGateway();
  told = [];
});
afterEach(dropPending);
afterAll(() => ledger.stop());

let told: unknown[] = [];
const relay = (): Promise<boolean> =>
  relayOnce({ outbox: ledger.store.outbox, gateway, onError: (name, error) => told.push([name, error]) });

const enqueue = (runId: RunId, kind: NewOutboxMessage['kind'], body: NewOutboxMessage['body'] = {}) =>
  ledger.store.outbox.enqueue(ledger.scope, { kind, workflowId: workflowIdOf(ledger.scope, runId), body });

/** Whatever a test left is nothing to the next. */
async function dropPending(): Promise<void> {
  while ((await ledger.store.outbox.countPending()) > 0) {
    const messages = await ledger.store.outbox.takeDue({ limit: 50 });
    await Promise.all(messages.map(({ scope, id }) => ledger.store.outbox.markDelivered(scope, id)));
  }
}

describe('relayOnce()', () => {
  it('delivers every kind of message to the execution it is for, once', async () => {
    const runId = newRunId();
    await enqueue(runId, 'human_task_decided', { taskId: newRunId(), decisionId: 'd-1' });
    await enqueue(runId, 'child_run_ended', { childRunId: 'child-1' });
    await enqueue(runId, 'agent_call_due', { key: 'key-1' });
    await enqueue(runId, 'signal', { event: { type: 'go' } });
    await enqueue(runId, 'signal', { type: 'bare' });
    await enqueue(runId, 'suspend');
    await enqueue(runId, 'resume');
    await enqueue(runId, 'cancel', { reason: 'enough' });
    await enqueue(runId, 'terminate', { reason: 7 });
    expect(await relay()).toBe(false);
    await relay();
    expect(gateway.sent).toHaveLength(9);
    expect(gateway.sent).toEqual(
      expect.arrayContaining([
        [
          'decided',
          workflowIdOf(ledger.scope, runId),
          { humanTaskId: expect.any(String), decisionId: 'd-1' },
        ],
        ['child', workflowIdOf(ledger.scope, runId), { childRunId: 'child-1' }],
        ['due', workflowIdOf(ledger.scope, runId), { key: 'key-1' }],
        ['signal', runId, { type: 'go' }],
        ['signal', runId, { type: 'bare' }],
        ['suspend', runId],
        ['resume', runId],
        ['cancel', runId, 'enough'],
        ['terminate', runId, ''],
      ]),
    );
    expect(await ledger.store.outbox.countPending()).toBe(0);
  });

  it('two at once deliver every message once', async () => {
    const runs = Array.from({ length: 20 }, () => newRunId());
    await Promise.all(runs.map((runId) => enqueue(runId, 'suspend')));
    await Promise.all([relay(), relay(), relay()]);
    expect(gateway.sent.map(([, receiver]) => receiver).toSorted()).toEqual(runs.toSorted());
  });

  it('says that there may be more after a full batch', async () => {
    await Promise.all(Array.from({ length: 51 }, () => enqueue(newRunId(), 'resume')));
    expect(await relay()).toBe(true);
    expect(await relay()).toBe(false);
    expect(gateway.sent).toHaveLength(51);
  });

  it('takes nothing while Temporal is known to be away', async () => {
    await enqueue(newRunId(), 'suspend');
    gateway.state = 'open';
    expect(await relay()).toBe(false);
    gateway.state = 'there';
    await relay();
    expect(gateway.sent).toHaveLength(1);
  });

  it('puts a message back that could not be delivered, for the others to overtake', async () => {
    const [failed, later] = [newRunId(), newRunId()];
    await enqueue(failed, 'suspend');
    gateway.state = 'failing';
    await relay();
    expect(told).toEqual([['relay', expect.any(Error)]]);
    gateway.state = 'there';
    await enqueue(later, 'resume');
    await relay();
    expect(gateway.sent).toEqual([['resume', later]]);
    expect(await ledger.store.outbox.countPending()).toBe(1);
    while (gateway.sent.length < 2) await relay();
    expect(gateway.sent[1]).toEqual(['suspend', failed]);
  });

  it('keeps a message to a workflow that is none of ours, and the others go on', async () => {
    const runId = newRunId();
    await ledger.store.outbox.enqueue(ledger.scope, { kind: 'suspend', workflowId: 'stranger', body: {} });
    await enqueue(runId, 'suspend');
    await relay();
    expect(gateway.sent).toEqual([['suspend', runId]]);
    expect(await ledger.store.outbox.countPending()).toBe(1);
  });

  it('notes on a decided task that its run was signaled', async () => {
    const runId = await ledger.accept();
    const workflowId = workflowIdOf(ledger.scope, runId);
    const task = await ledger.ask(runId);
    const actor = { id: 'local|bob' };
    await ledger.store.humanTasks.expire(ledger.scope, { taskId: task.id, actor, outcome: {} });
    await relay();
    const settled = await ledger.store.humanTasks.get(ledger.scope, task.id);
    expect(gateway.sent).toEqual([
      ['decided', workflowId, { humanTaskId: task.id, decisionId: settled?.outcomeId }],
    ]);
    expect(settled?.delivery).toBe('signaled');
  });
});

const retell = async (): Promise<void> => undefined;

describe('createReconciler()', () => {
  it('delivers a message as soon as it is written, and stops', async () => {
    const errors: unknown[] = [];
    const onError = (...told: unknown[]): void => void errors.push(told);
    const reconciler = createReconciler({ store: ledger.store, gateway, retell, onError });
    reconciler.start();
    const runId = newRunId();
    await enqueue(runId, 'suspend');
    while (gateway.sent.length === 0) await new Promise(setImmediate);
    await reconciler.stop();
    await enqueue(newRunId(), 'suspend');
    expect(gateway.sent).toEqual([['suspend', runId]]);
    expect(errors).toEqual([]);
  });

  it('lets Temporal be while it is known to be away', async () => {
    gateway.state = 'open';
    const asked: string[] = [];
    const runs = new Proxy(ledger.store.runs, {
      get: (target, name, receiver) => {
        asked.push(String(name));
        const value: unknown = Reflect.get(target, name, receiver);
        return value;
      },
    });
    const onError = (_name: string, error: unknown): never => {
      throw error;
    };
    const reconciler = createReconciler({ store: { ...ledger.store, runs }, gateway, retell, onError });
    reconciler.start();
    await reconciler.stop();
    expect(asked).toEqual([]);
  });
});
