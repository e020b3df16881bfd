import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunId } from '@baton/core';
import pg from 'pg';
import type { NewDecision, Verdict } from './decisions.ts';
import type { HumanTaskRecord, NewHumanTask } from './human-tasks.ts';
import { aRun, aTask, newTaskId, otherScope } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
let owner: pg.Client;
beforeAll(async () => {
  fixture = await createStoreFixture();
  owner = new pg.Client({ connectionString: fixture.ownerUrl });
  await owner.connect();
}, 60_000);
afterAll(async () => {
  await owner.end();
  await fixture.stop();
});

async function acceptRun(): Promise<RunId> {
  return (await fixture.store.runs.insertAccepted(fixture.scope, aRun())).run.id;
}

async function open(more: Partial<NewHumanTask> = {}): Promise<HumanTaskRecord> {
  return fixture.store.humanTasks.open(fixture.scope, aTask(more.runId ?? (await acceptRun()), more));
}

function decision(actor: string, more: Partial<NewDecision> = {}): NewDecision {
  return { actor, channel: 'api', action: 'approve', verdict: 'approve', subjectHash: 'hash-1', ...more };
}

type Accepted = Extract<Verdict<never>, { readonly kind: 'accept' }>;

function approve(actor: string, more: Partial<NewDecision> = {}): Accepted {
  const outcome = { outcome: 'approve', action: 'approve', decidedBy: [actor] };
  return { kind: 'accept', decision: decision(actor, more), final: { status: 'approved', outcome } };
}

async function countOf(table: string, taskId: string): Promise<number> {
  const column = table === 'outbox' ? `body ->> 'taskId'` : 'task_id::text';
  const { rows } = await owner.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM ${table} WHERE ${column} = $1`,
    [taskId],
  );
  return Number(rows[0]?.n);
}

async function auditOf(taskId: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ action: string }>(
    'SELECT action FROM audit WHERE resource = $1 ORDER BY at',
    [`human_task/${taskId}`],
  );
  return rows.map((row) => row.action);
}

describe('open()', () => {
  it('opens one task for one key however often it is asked', async () => {
    const wanted = aTask(await acceptRun(), { openKey: 'same-key' });
    const tasks = await Promise.all(
      Array.from({ length: 20 }, () =>
        fixture.store.humanTasks.open(fixture.scope, { ...wanted, id: newTaskId() }),
      ),
    );
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(1);
    expect(tasks[0]).toMatchObject({
      status: 'open',
      revision: 1,
      outcome: null,
      delivery: null,
      priority: 3,
    });
    expect(await auditOf(tasks[0]?.id ?? '')).toEqual(['human_task.opened']);
  });
});

describe('decide()', () => {
  it('records a decision, the outcome, the message to the run and the audit together', async () => {
    const task = await open();
    const result = await fixture.store.humanTasks.decide(
      fixture.scope,
      { taskId: task.id },
      ({ task: seen }) =>
        seen.revision === task.revision
          ? approve('local|bob', { comment: 'good' })
          : { kind: 'refuse', refusal: 'stale' },
    );
    expect(result).toMatchObject({
      outcome: 'accepted',
      task: { status: 'approved', revision: 2, delivery: 'pending' },
      decision: { actor: 'local|bob', comment: 'good', round: 1 },
    });
    const outcome = await fixture.store.humanTasks.readOutcome(fixture.scope, task.id);
    expect(outcome).toMatchObject({ decided: true, status: 'approved', outcome: { outcome: 'approve' } });
    expect(await countOf('outbox', task.id)).toBe(1);
    expect(await auditOf(task.id)).toEqual(['human_task.opened', 'human_task.approved']);
  });

  it('writes nothing when it is refused', async () => {
    const task = await open();
    const result = await fixture.store.humanTasks.decide(fixture.scope, { taskId: task.id }, () => ({
      kind: 'refuse',
      refusal: 'not eligible',
    }));
    expect(result).toMatchObject({ outcome: 'refused', refusal: 'not eligible' });
    expect(await countOf('human_task_decisions', task.id)).toBe(0);
    expect(await countOf('outbox', task.id)).toBe(0);
    expect(await fixture.store.humanTasks.get(fixture.scope, task.id)).toEqual(task);
  });

  it('has one winner among fifty people at once', async () => {
    const task = await open();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        fixture.store.humanTasks.decide<string>(fixture.scope, { taskId: task.id }, (locked) =>
          locked.task.decidedAt === null ? approve(`local|${i}`) : { kind: 'refuse', refusal: 'decided' },
        ),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'refused')).toHaveLength(49);
    expect(await countOf('human_task_decisions', task.id)).toBe(1);
    expect(await countOf('outbox', task.id)).toBe(1);
  });

  it('has one decision of fifty equal ones at once, and gives it to all', async () => {
    const task = await open();
    const results = await Promise.all(
      Array.from({ length: 50 }, () =>
        fixture.store.humanTasks.decide<never>(fixture.scope, { taskId: task.id }, () =>
          approve('local|bob', { idempotencyKey: 'key-1' }),
        ),
      ),
    );
    const ids = results.map((result) => ('decision' in result ? result.decision.id : result.outcome));
    expect(new Set(ids).size).toBe(1);
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(await countOf('outbox', task.id)).toBe(1);
  });

  it('collects votes until one settles the task', async () => {
    const task = await open({ policy: { mode: 'quorum', n: 2 } });
    const vote = (actor: string): ReturnType<typeof fixture.store.humanTasks.decide<never>> =>
      fixture.store.humanTasks.decide<never>(fixture.scope, { taskId: task.id }, ({ decisions }) =>
        decisions.length === 1 ? approve(actor) : { kind: 'accept', decision: decision(actor) },
      );
    expect(await vote('local|bob')).toMatchObject({
      outcome: 'accepted',
      task: { status: 'open', revision: 2 },
    });
    expect(await vote('local|eve')).toMatchObject({ outcome: 'accepted', task: { status: 'approved' } });
    expect(await auditOf(task.id)).toEqual(['human_task.opened', 'human_task.voted', 'human_task.approved']);
  });

  it('lets no final decision pass on a task that is decided', async () => {
    const task = await open();
    await fixture.store.humanTasks.decide<never>(fixture.scope, { taskId: task.id }, () =>
      approve('local|bob'),
    );
    const late = fixture.store.humanTasks.decide<never>(fixture.scope, { taskId: task.id }, () =>
      approve('local|eve'),
    );
    await expect(late).rejects.toThrow('is decided');
  });

  it('does not find a task of another workspace', async () => {
    const task = await open();
    const elsewhere = otherScope();
    const result = await fixture.store.humanTasks.decide(elsewhere, { taskId: task.id }, () =>
      approve('local|bob'),
    );
    expect(result).toEqual({ outcome: 'not_found' });
  });
});

describe('expire(), cancel() and supersede()', () => {
  it('leave one winner of a race with a decision', async () => {
    const { humanTasks } = fixture.store;
    const task = await open();
    const actor = { id: 'system|timer' };
    const params = { taskId: task.id, actor, outcome: { outcome: 'expired' } };
    const [expired, canceled, decided] = await Promise.all([
      humanTasks.expire(fixture.scope, params),
      humanTasks.cancel(fixture.scope, { ...params, outcome: { outcome: 'canceled' } }),
      humanTasks.decide<string>(fixture.scope, { taskId: task.id }, (locked) =>
        locked.task.decidedAt === null ? approve('local|bob') : { kind: 'refuse', refusal: 'decided' },
      ),
    ]);
    const winners = [expired.outcome === 'done', canceled.outcome === 'done', decided.outcome === 'accepted'];
    expect(winners.filter(Boolean)).toHaveLength(1);
    expect(await countOf('outbox', task.id)).toBe(1);
    const settled = await humanTasks.supersede(fixture.scope, params);
    expect(settled.outcome).toBe('decided');
  });

  it('cancel every open task of a run at its end', async () => {
    const { humanTasks, runs } = fixture.store;
    const runId = await acceptRun();
    const [first, second] = [await open({ runId }), await open({ runId })];
    const error = { type: 'about:blank', status: 500, title: 'terminated' };
    expect(
      await runs.closeFromOutside(fixture.scope, runId, { status: 'canceled', error, origin: 'reconciler' }),
    ).toBe(true);
    for (const { id } of [first, second]) {
      expect(await humanTasks.get(fixture.scope, id)).toMatchObject({
        status: 'canceled',
        delivery: 'acknowledged',
      });
    }
    expect(await humanTasks.cancelAllOfRun(fixture.scope, runId, { id: 'local|bob' })).toBe(0);
    expect(await runs.closeFromOutside(fixture.scope, runId, { status: 'canceled', origin: 'api' })).toBe(
      false,
    );
    const events = await fixture.store.events.list(fixture.scope, runId);
    expect(events).toMatchObject([{ position: 1, type: 'run.canceled', origin: 'reconciler' }]);
    expect(await runs.get(fixture.scope, runId)).toMatchObject({
      status: 'canceled',
      error,
      lastPosition: 1,
    });
  });
});

describe('claim() and release()', () => {
  const bob = { id: 'local|bob', name: 'Bob' };
  const eve = { id: 'local|eve' };

  it('hold a task for one person until it is given back', async () => {
    const { humanTasks } = fixture.store;
    const { id: taskId } = await open();
    const claimed = await humanTasks.claim(fixture.scope, { taskId, actor: bob, expectedRevision: 1 });
    expect(claimed).toMatchObject({
      outcome: 'done',
      task: { status: 'claimed', claimant: bob.id, revision: 2 },
    });
    expect(await humanTasks.claim(fixture.scope, { taskId, actor: eve })).toMatchObject({
      outcome: 'claimed_by_other',
    });
    expect(await humanTasks.release(fixture.scope, { taskId, actor: eve })).toMatchObject({
      outcome: 'claimed_by_other',
    });
    const stale = await humanTasks.release(fixture.scope, { taskId, actor: bob, expectedRevision: 1 });
    expect(stale).toMatchObject({ outcome: 'stale', task: { revision: 2 } });
    const released = await humanTasks.release(fixture.scope, { taskId, actor: bob, expectedRevision: 2 });
    expect(released).toMatchObject({
      outcome: 'done',
      task: { status: 'open', claimant: null, revision: 3 },
    });
  });

  it('forget a claim after half an hour', async () => {
    const { humanTasks } = fixture.store;
    const { id: taskId } = await open();
    await humanTasks.claim(fixture.scope, { taskId, actor: bob });
    await owner.query(`UPDATE human_tasks SET claimed_at = now() - interval '31 minutes' WHERE id = $1`, [
      taskId,
    ]);
    expect(await humanTasks.get(fixture.scope, taskId)).toMatchObject({ status: 'open', claimant: null });
    expect(await humanTasks.claim(fixture.scope, { taskId, actor: eve })).toMatchObject({ outcome: 'done' });
  });
});

describe('list()', () => {
  it('finds what a person may decide or has claimed', async () => {
    const { humanTasks } = fixture.store;
    const runId = await acceptRun();
    const titled = (
      title: string,
      policy: NewHumanTask['policy'],
      requester = 'local|ada',
    ): Promise<HumanTaskRecord> => open({ runId, title, policy, requester });
    await titled('for anybody', {});
    await titled('for editors', { candidates: { roles: ['editor'] } });
    await titled('for eve', { candidates: { users: ['eve'] } });
    await titled('own', { candidates: { roles: ['editor'] } }, 'local|bob');
    await titled('own, allowed', { excludeRequester: false }, 'local|bob');
    const taken = await titled('taken', {});
    await humanTasks.claim(fixture.scope, { taskId: taken.id, actor: { id: 'local|eve' } });

    const titles = async (subject: string, user: string, roles: string[]): Promise<string[]> => {
      const page = await humanTasks.list(fixture.scope, { runId, assignee: { subject, user, roles } });
      return page.items.map(({ title }) => title).sort();
    };
    expect(await titles('local|bob', 'bob', ['editor'])).toEqual([
      'for anybody',
      'for editors',
      'own, allowed',
    ]);
    expect(await titles('local|eve', 'eve', [])).toEqual(['for anybody', 'for eve', 'own, allowed', 'taken']);
  });

  it('filters by status, due time and text, page by page', async () => {
    const { humanTasks } = fixture.store;
    const runId = await acceptRun();
    const dueAt = '2026-01-02T00:00:00.000Z';
    for (const title of ['one 50%', 'two', 'three'])
      await open({ runId, title, ...(title === 'two' ? { dueAt } : {}) });
    const first = await humanTasks.list(fixture.scope, { runId, limit: 2 });
    expect(first.items.map(({ title }) => title)).toEqual(['three', 'two']);
    const second = await humanTasks.list(fixture.scope, { runId, limit: 2, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ items: [{ title: 'one 50%' }], nextCursor: null });
    expect((await humanTasks.list(fixture.scope, { runId, dueBefore: dueAt })).items).toHaveLength(1);
    expect((await humanTasks.list(fixture.scope, { runId, q: '50%' })).items).toHaveLength(1);
    expect((await humanTasks.list(fixture.scope, { runId, q: '5_%' })).items).toHaveLength(0);
    await humanTasks.claim(fixture.scope, {
      taskId: first.items[0]?.id ?? newTaskId(),
      actor: { id: 'local|bob' },
    });
    expect((await humanTasks.list(fixture.scope, { runId, status: ['open'] })).items).toHaveLength(2);
    expect(
      (await humanTasks.list(fixture.scope, { runId, status: ['claimed', 'approved'] })).items,
    ).toHaveLength(1);
    await expect(humanTasks.list(fixture.scope, { cursor: 'made-up' })).rejects.toMatchObject({
      code: 'malformed',
    });
  });
});

describe('delivery of an outcome', () => {
  it('goes from pending to signaled to acknowledged', async () => {
    const { humanTasks, outbox } = fixture.store;
    const task = await open();
    await humanTasks.decide<never>(fixture.scope, { taskId: task.id }, () => approve('local|bob'));
    const unacknowledged = async (): Promise<boolean> =>
      (await humanTasks.listUnacknowledged({ olderThanMs: 0, limit: 1_000 })).some(
        ({ taskId }) => taskId === task.id,
      );
    expect(await unacknowledged()).toBe(true);

    const messages = await outbox.takeDue({ limit: 1_000 });
    const message = messages.find(({ body }) => body['taskId'] === task.id);
    expect(message).toMatchObject({ kind: 'human_task_decided', workflowId: task.workflowId });
    await outbox.markDelivered(fixture.scope, message?.id ?? '');
    expect(await humanTasks.get(fixture.scope, task.id)).toMatchObject({ delivery: 'signaled' });
    expect(await unacknowledged()).toBe(true);

    expect(await humanTasks.acknowledge(fixture.scope, task.id)).toBe(true);
    expect(await unacknowledged()).toBe(false);
    expect(await humanTasks.acknowledge(fixture.scope, newTaskId())).toBe(false);
  });
});
