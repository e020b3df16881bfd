import { workflowIdOf } from '@baton/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { RunListParams } from './run-list.ts';
import type { NewRun, RunRecord } from './runs.ts';
import { aBatch, aRun, newRunId, otherScope, sinkEvent } from './samples.ts';
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

async function accept(more: Partial<NewRun> = {}): Promise<RunRecord> {
  return (await fixture.store.runs.insertAccepted(fixture.scope, aRun(more))).run;
}

const started = sinkEvent(1, { type: 'run.started', input: 1 });

describe('insertAccepted()', () => {
  it('accepts one run of fifty with one start key', async () => {
    const results = await Promise.all(
      Array.from({ length: 50 }, () =>
        fixture.store.runs.insertAccepted(fixture.scope, aRun({ startKey: 'key-1' })),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === 'inserted')).toHaveLength(1);
    expect(new Set(results.map(({ run }) => run.id)).size).toBe(1);
  });

  it('gives back what was accepted', async () => {
    const parent = { runId: newRunId(), step: '/do/0/child', awaits: true };
    const wanted = aRun({
      tags: { team: 'a\u0000' },
      priority: 2,
      requesterName: 'Ada',
      parent,
      input: null,
    });
    const { run } = await fixture.store.runs.insertAccepted(fixture.scope, wanted);
    expect(run).toMatchObject({
      id: wanted.id,
      status: 'pending',
      tags: { team: 'a\uFFFD' },
      priority: 2,
      requesterName: 'Ada',
      parent: { runId: parent.runId, step: parent.step },
      input: null,
      waitingFor: [],
      usage: { calls: 0, byAgent: {} },
      lastPosition: 0,
    });
    expect(await fixture.store.runs.get(fixture.scope, run.id)).toEqual(run);
    expect(await fixture.store.runs.snapshot(fixture.scope, run.id)).toEqual(wanted.snapshot);
    expect(await fixture.store.runs.get(otherScope(), run.id)).toBeNull();
    expect(await fixture.store.events.latestPosition(fixture.scope, run.id)).toBe(0);
    expect(await fixture.store.events.latestPosition(otherScope(), run.id)).toBeNull();
  });
});

describe('list()', () => {
  const ids = async (params: RunListParams): Promise<readonly string[]> =>
    (await fixture.store.runs.list(fixture.scope, params)).items.map(({ id }) => id);

  it('holds every filter', async () => {
    const parent = { runId: newRunId(), step: '/do/0', awaits: false };
    const one = await accept({ workflow: 'filters', tags: { team: 'red', city: 'Ulm 50%' } });
    const two = await accept({ workflow: 'filters', version: '2.0.0', tags: { team: 'red' }, parent });
    const three = await accept({ workflow: 'filters', kind: 'invocation' });
    await fixture.store.events.append([aBatch({ scope: fixture.scope, runId: two.id }, [started])]);
    const workflow = 'filters';

    expect(await ids({ workflow })).toEqual([three.id, two.id, one.id]);
    expect(await ids({ workflow, status: ['running', 'faulted'] })).toEqual([two.id]);
    expect(await ids({ workflow, status: ['pending'] })).toEqual([three.id, one.id]);
    expect(await ids({ workflow, version: '2.0.0' })).toEqual([two.id]);
    expect(await ids({ workflow, kind: 'invocation' })).toEqual([three.id]);
    expect(await ids({ tags: { team: 'red' }, workflow })).toEqual([two.id, one.id]);
    expect(await ids({ tags: { team: 'red', city: 'Ulm 50%' } })).toEqual([one.id]);
    expect(await ids({ parent: parent.runId })).toEqual([two.id]);
    expect(await ids({ q: '50%' })).toEqual([one.id]);
    expect(await ids({ q: two.id.slice(0, 20) })).toEqual([two.id]);
    expect(await ids({ workflow, startedAfter: started.at })).toEqual([two.id]);
    expect(await ids({ workflow, startedBefore: started.at })).toEqual([]);
  });

  it('shows every run once, page by page, while others are accepted', async () => {
    const wanted = [];
    for (let n = 0; n < 7; n += 1) wanted.unshift((await accept({ workflow: 'paged' })).id);
    // Equal instants, so that only the id tells the order.
    await owner.query(`UPDATE runs SET created_at = '2026-01-01T00:00:00Z' WHERE workflow = 'paged'`);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: readonly RunRecord[]; nextCursor: string | null } = await fixture.store.runs.list(
        fixture.scope,
        { workflow: 'paged', limit: 2, ...(cursor === null ? {} : { cursor }) },
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await accept({ workflow: 'paged' });
    } while (cursor !== null);
    expect(seen).toEqual([...wanted].sort().reverse());
  });

  it('refuses a cursor it did not give out', async () => {
    const made = Buffer.from(JSON.stringify(['2026-01-01T00:00:00.000Z', `x' OR 1=1`])).toString('base64url');
    for (const cursor of ['', '%', 'bm9wZQ', made]) {
      await expect(ids({ cursor })).rejects.toMatchObject({ name: 'AppError', code: 'malformed' });
    }
  });
});

describe('loops', () => {
  it('find a run that was accepted and never started', async () => {
    const run = await accept();
    const unstarted = async (olderThanMs = 0): Promise<boolean> =>
      (await fixture.store.runs.listUnstarted({ olderThanMs, limit: 10_000 })).some(
        (item) => item.run.id === run.id,
      );
    expect(await unstarted()).toBe(true);
    expect(await unstarted(60_000)).toBe(false);
    await fixture.store.runs.markStarted(fixture.scope, run.id, 'execution-1');
    expect(await unstarted()).toBe(false);
    const record = await fixture.store.runs.get(fixture.scope, run.id);
    expect(record).toMatchObject({ status: 'pending', temporalRunId: 'execution-1' });
  });

  it('find an open run nobody heard of, and leave it after a look', async () => {
    const run = await accept();
    await fixture.store.runs.markStarted(fixture.scope, run.id, 'execution-1');
    await owner.query(`UPDATE runs SET heard_at = now() - interval '2 minutes' WHERE id = $1`, [run.id]);
    const idle = async (): Promise<boolean> =>
      (await fixture.store.runs.listOpenIdle({ olderThanMs: 60_000, limit: 10 })).some(
        ({ runId }) => runId === run.id,
      );
    expect(await idle()).toBe(true);
    await fixture.store.runs.setStalled(fixture.scope, run.id, true);
    expect(await fixture.store.runs.get(fixture.scope, run.id)).toMatchObject({ stalled: true });
    await fixture.store.runs.markChecked(fixture.scope, run.id);
    expect(await idle()).toBe(false);
  });
});

describe('askEnd()', () => {
  const end = { status: 'completed', output: 7, origin: 'reconciler' } as const;
  const due = async (): Promise<readonly unknown[]> => {
    const messages = await fixture.store.outbox.takeDue({ limit: 50 });
    return messages.map(({ kind, workflowId, body }) => [kind, workflowId, body]);
  };

  it('gives the child run of the parent, and has the parent told once when it ends later', async () => {
    const parent = (await accept()).id;
    const child = await accept({ parent: { runId: parent, step: '/do/0', awaits: true } });
    const { runs } = fixture.store;
    expect(await runs.askEnd(fixture.scope, { parent: newRunId(), child: child.id })).toBeNull();
    expect(await runs.askEnd(otherScope(), { parent, child: child.id })).toBeNull();
    expect(await runs.askEnd(fixture.scope, { parent, child: child.id })).toMatchObject({ endedAt: null });
    await due();
    await runs.closeFromOutside(fixture.scope, child.id, end);
    expect(await runs.askEnd(fixture.scope, { parent, child: child.id })).toMatchObject({ output: 7 });
    const toParent = workflowIdOf(fixture.scope, parent);
    expect(await due()).toEqual([['child_run_ended', toParent, { childRunId: child.id }]]);
  });

  it('tells nobody of a child run whose end was not asked for', async () => {
    const child = await accept({ parent: { runId: newRunId(), step: '/do/0', awaits: true } });
    await due();
    await fixture.store.runs.closeFromOutside(fixture.scope, child.id, end);
    expect(await due()).toEqual([]);
  });
});

describe('closeFromOutside()', () => {
  it('cancels the open child runs that the run waits for, and no other', async () => {
    const run = await accept();
    const of = (awaits: boolean) => accept({ parent: { runId: run.id, step: '/do/0', awaits } });
    const [awaited, ended] = [await of(true), await of(true), await of(false)];
    const { runs, outbox } = fixture.store;
    await runs.closeFromOutside(fixture.scope, ended.id, { status: 'completed', origin: 'reconciler' });
    await outbox.takeDue({ limit: 50 });
    await runs.closeFromOutside(fixture.scope, run.id, { status: 'canceled', origin: 'reconciler' });
    expect(await outbox.takeDue({ limit: 50 })).toMatchObject([
      { kind: 'cancel', workflowId: workflowIdOf(fixture.scope, awaited.id) },
    ]);
  });

  it('sets an end of its own aside that Temporal does not confirm', async () => {
    const run = await accept();
    const key = { scope: fixture.scope, runId: run.id };
    const usage = { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 0, toolCalls: 0 };
    const step = { id: 1, parent: 0, path: '/do/0/a', name: 'a', kind: 'wait', attempt: 1 };
    await fixture.store.events.append([
      aBatch(key, [
        started,
        sinkEvent(2, { type: 'step.started', step, input: 1 }),
        sinkEvent(3, { type: 'run.completed', output: 1, usage }),
      ]),
    ]);
    const error = { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/timeout', status: 408 };
    await fixture.store.runs.closeFromOutside(fixture.scope, run.id, {
      status: 'faulted',
      error,
      origin: 'reconciler',
    });
    const record = await fixture.store.runs.get(fixture.scope, run.id);
    expect(record).toMatchObject({ status: 'faulted', error, output: null, lastPosition: 3 });
    expect(await fixture.store.steps.list(fixture.scope, run.id)).toMatchObject([{ status: 'canceled' }]);
    const events = await fixture.store.events.list(fixture.scope, run.id);
    expect(events.map(({ type }) => type)).toEqual(['run.started', 'step.started', 'run.faulted']);
    await fixture.store.events.rebuild(fixture.scope, run.id);
    expect(await fixture.store.runs.get(fixture.scope, run.id)).toEqual(record);
  });
});
