import { subjectHash, type HumanTaskRequest } from '@baton/core';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { environmentOf, STEP, type Caller } from './activity-fixture.ts';
import type { Activities, OpenHumanTaskParams } from './activities.ts';
import { createHumanTaskActivities } from './human-tasks.ts';
import { createActivityStore, type ActivityStore } from './store-fixture.ts';

const REVIEW: HumanTaskRequest = {
  kind: 'approval',
  title: 'Publish it?',
  actions: [
    { id: 'approve', outcome: 'approve', requireComment: false },
    { id: 'reject', label: 'No', outcome: 'reject', requireComment: true },
  ],
  policy: { mode: 'any', candidates: { users: ['ada'], roles: ['editor'] }, excludeRequester: true },
  onExpire: 'reject',
  visit: 0,
};

let fixture: ActivityStore;
let activities: Pick<
  Activities,
  'openHumanTask' | 'takeHumanTaskOutcome' | 'expireHumanTask' | 'cancelHumanTask'
>;

beforeAll(async () => {
  fixture = await createActivityStore();
  activities = createHumanTaskActivities(fixture.store);
});
afterAll(() => fixture.stop());

const opening = (idempotencyKey: string, more: Partial<HumanTaskRequest> = {}): OpenHumanTaskParams => ({
  task: { ...REVIEW, ...more },
  step: STEP,
  idempotencyKey,
  requester: 'local|ada',
  definitionVersion: '1.0.0',
  agentVersions: ['writer@2.0.0'],
});

const open = (caller: Caller, params: OpenHumanTaskParams) => caller.run(activities.openHumanTask, params);

const take = (caller: Caller, humanTaskId: string) =>
  caller.run(activities.takeHumanTaskOutcome, { humanTaskId });

async function recordOf(caller: Caller) {
  const { items } = await fixture.store.humanTasks.list(fixture.scope, { runId: caller.runId, limit: 50 });
  return items;
}

async function approve(caller: Caller): Promise<void> {
  const [task] = await recordOf(caller);
  if (task === undefined) throw new Error('The run has no task.');
  await fixture.store.humanTasks.decide(fixture.scope, { taskId: task.id }, () => ({
    kind: 'accept',
    decision: {
      actor: 'local|bob',
      channel: 'api',
      action: 'approve',
      verdict: 'approve',
      subjectHash: task.subjectHash,
    },
    final: { status: 'approved', outcome: { outcome: 'approve' } },
  }));
}

describe('openHumanTask()', () => {
  it('opens the task for the execution that asks, bound to what is shown', async () => {
    const caller = await fixture.accepted();
    const { humanTaskId, outcome } = await open(caller, opening('key-open'));
    expect(outcome).toBeNull();
    const [task] = await recordOf(caller);
    const policy = { mode: 'any', candidates: { users: ['ada'], roles: ['editor'] }, excludeRequester: true };
    const actions = [
      { id: 'approve', label: 'approve', outcome: 'approve', requireComment: false },
      { id: 'reject', label: 'No', outcome: 'reject', requireComment: true },
    ];
    expect(task).toMatchObject({
      id: humanTaskId,
      runId: caller.runId,
      workflowId: caller.workflowId,
      step: { id: 1, path: '/do/0/step', attempt: 1 },
      title: 'Publish it?',
      status: 'open',
      requester: 'local|ada',
      policy,
      actions,
      onExpire: 'reject',
    });
    const shown = {
      kind: 'approval',
      title: 'Publish it?',
      body: null,
      items: null,
      context: null,
      form: null,
    };
    const subject = {
      ...shown,
      taskId: humanTaskId,
      runId: caller.runId,
      step: '/do/0/step',
      visit: 0,
      actions,
      policy,
      definitionVersion: '1.0.0',
      agentVersions: ['writer@2.0.0'],
      expiresAt: null,
    };
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(task?.subjectHash).toBe(subjectHash(subject, hash));
  });

  it('opened twice by one delivery is one task', async () => {
    const caller = await fixture.accepted();
    const [first, second] = await Promise.all([
      open(caller, opening('key-twice')),
      open(caller, opening('key-twice')),
    ]);
    expect(second.humanTaskId).toBe(first.humanTaskId);
    expect(await recordOf(caller)).toHaveLength(1);
  });

  it('opened by two deliveries is two tasks', async () => {
    const caller = await fixture.accepted();
    const first = await open(caller, opening('key-visit-0'));
    const second = await open(caller, opening('key-visit-1', { visit: 1 }));
    expect(second.humanTaskId).not.toBe(first.humanTaskId);
  });

  it('keeps all that a person is shown', async () => {
    const caller = await fixture.accepted();
    const form = { type: 'object', properties: { note: { type: 'string' } } };
    const params = opening('key-all', {
      body: 'About *rivers*.',
      context: { draft: 1 },
      form,
      priority: 1,
      dueAt: '2030-01-01T00:00:00Z',
      expiresAt: '2030-01-02T00:00:00Z',
      policy: { ...REVIEW.policy, mode: 'quorum', n: 2 },
    });
    await open(caller, { ...params, step: { ...STEP, iteration: 3 } });
    const [task] = await recordOf(caller);
    expect(task).toMatchObject({
      body: 'About *rivers*.',
      context: { draft: 1 },
      form,
      priority: 1,
      step: { iteration: 3 },
      policy: { mode: 'quorum', n: 2 },
    });
    expect(Date.parse(task?.dueAt ?? '')).toBe(Date.UTC(2030, 0, 1));
    expect(Date.parse(task?.expiresAt ?? '')).toBe(Date.UTC(2030, 0, 2));
  });

  it('returns the outcome of a task that was decided before the run began to wait', async () => {
    const caller = await fixture.accepted();
    await open(caller, opening('key-early'));
    await approve(caller);
    expect((await open(caller, opening('key-early'))).outcome).toEqual({ outcome: 'approve' });
    expect((await recordOf(caller))[0]?.delivery).toBe('acknowledged');
  });

  it('refuses an execution that is none of ours', async () => {
    const stranger = environmentOf('some-workflow');
    await expect(stranger.run(activities.openHumanTask, opening('key-stranger'))).rejects.toThrow(
      'The workflow id "some-workflow" is none of ours.',
    );
  });
});

describe('takeHumanTaskOutcome()', () => {
  it('gives nothing while the task is undecided, whatever woke the run', async () => {
    const caller = await fixture.accepted();
    const { humanTaskId } = await open(caller, opening('key-undecided'));
    expect(await take(caller, humanTaskId)).toBeNull();
    expect((await recordOf(caller))[0]).toMatchObject({ status: 'open', delivery: null });
  });

  it('gives the recorded outcome and notes that the run knows it', async () => {
    const caller = await fixture.accepted();
    const { humanTaskId } = await open(caller, opening('key-decided'));
    await approve(caller);
    expect(await take(caller, humanTaskId)).toEqual({ outcome: 'approve' });
    expect((await recordOf(caller))[0]?.delivery).toBe('acknowledged');
  });

  it("gives nothing of another run's task", async () => {
    const [owner, other] = [await fixture.accepted(), await fixture.accepted()];
    const { humanTaskId } = await open(owner, opening('key-foreign'));
    await approve(owner);
    expect(await take(other, humanTaskId)).toBeNull();
    expect((await recordOf(owner))[0]?.delivery).not.toBe('acknowledged');
  });

  it('gives nothing for an id that is unknown or none', async () => {
    const caller = await fixture.accepted();
    expect(await take(caller, caller.runId)).toBeNull();
    expect(await take(caller, "'; drop table human_tasks")).toBeNull();
  });
});

describe('expireHumanTask()', () => {
  const expire = (caller: Caller, humanTaskId: string) =>
    caller.run(activities.expireHumanTask, { humanTaskId });

  it('expires an undecided task, in the name of nobody', async () => {
    const caller = await fixture.accepted();
    const { humanTaskId } = await open(caller, opening('key-expires'));
    expect(await expire(caller, humanTaskId)).toMatchObject({
      outcome: 'expired',
      decidedBy: [],
      action: null,
    });
    expect((await recordOf(caller))[0]).toMatchObject({ status: 'expired', delivery: 'acknowledged' });
  });

  it('gives the decision when that came first', async () => {
    const caller = await fixture.accepted();
    const { humanTaskId } = await open(caller, opening('key-too-late'));
    await approve(caller);
    expect(await expire(caller, humanTaskId)).toEqual({ outcome: 'approve' });
    expect((await recordOf(caller))[0]?.status).toBe('approved');
  });

  it("does nothing to another run's task", async () => {
    const [owner, other] = [await fixture.accepted(), await fixture.accepted()];
    const { humanTaskId } = await open(owner, opening('key-not-yours'));
    expect(await expire(other, humanTaskId)).toBeNull();
    expect((await recordOf(owner))[0]?.status).toBe('open');
  });
});

describe('cancelHumanTask()', () => {
  const cancel = (caller: Caller, humanTaskId: string) =>
    caller.run(activities.cancelHumanTask, { humanTaskId, reason: 'Not needed.' });

  it('cancels an undecided task and leaves a decided one alone', async () => {
    const caller = await fixture.accepted();
    const { humanTaskId } = await open(caller, opening('key-cancel'));
    await cancel(caller, humanTaskId);
    await cancel(caller, humanTaskId);
    expect((await recordOf(caller))[0]).toMatchObject({
      status: 'canceled',
      outcome: { outcome: 'canceled' },
    });
    const decided = await fixture.accepted();
    const opened = await open(decided, opening('key-cancel-late'));
    await approve(decided);
    await cancel(decided, opened.humanTaskId);
    expect((await recordOf(decided))[0]?.status).toBe('approved');
  });

  it("does nothing to another run's task", async () => {
    const [owner, other] = [await fixture.accepted(), await fixture.accepted()];
    const { humanTaskId } = await open(owner, opening('key-cancel-foreign'));
    await cancel(other, humanTaskId);
    expect((await recordOf(owner))[0]?.status).toBe('open');
  });
});
