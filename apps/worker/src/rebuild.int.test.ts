import type { RunId } from '@baton/core';
import { workflowIdOf } from '@baton/core';
import { certainPart, type History } from '@baton/temporal-client';
import { settleRun } from '@baton/temporal-reconciler';
import { createClaimCheck } from '@baton/codec';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorkerFixture, type WorkerFixture } from './rebuild-fixture.ts';
import { rebuild, type RebuildReport } from './rebuild.ts';
import { createReplayer, type Replayer, type ToldTask } from './replayer.ts';

let fixture: WorkerFixture;
let replayer: Replayer;
beforeAll(async () => {
  fixture = await startWorkerFixture();
  replayer = newReplayer();
}, 120_000);
afterAll(async () => {
  await replayer.stop();
  await fixture.stop();
}, 60_000);

const SET = { a: { set: { n: 1 } } };
const LISTEN = { hear: { listen: { to: { one: { with: { type: 'go' } } } } } };

function newReplayer(): Replayer {
  const { bundle, store } = fixture.parts;
  return createReplayer({ bundle, codec: createClaimCheck(store.artifacts) });
}

function rebuildAll(
  more: { readonly replayer?: Replayer; readonly signal?: AbortSignal } = {},
): Promise<RebuildReport> {
  const { parts, histories } = fixture;
  const { store, gateway } = parts;
  const closing = { runs: store.runs, events: store.events, gateway, retell: async () => undefined };
  return rebuild(
    {
      retell: store.retell,
      histories,
      replayers: [more.replayer ?? replayer],
      settle: (scope, runId) => settleRun(closing, scope, runId),
    },
    { onProgress: () => undefined, signal: more.signal ?? new AbortController().signal },
  );
}

async function shown(runId: RunId) {
  const { store } = fixture.parts;
  const { scope } = fixture;
  return {
    run: await store.runs.get(scope, runId),
    steps: await store.steps.list(scope, runId),
    events: await store.events.list(scope, runId),
  };
}

async function historyOf(runId: RunId): Promise<History> {
  const { scope, histories } = fixture;
  const [execution] = (await histories.chain(scope, { runId, newest: null })) ?? [];
  const history = await histories.fetch(scope, runId, execution ?? '');
  if (history === null) throw new Error(`Temporal has no history of ${runId}.`);
  return history;
}

describe('createReplayer()', () => {
  it('tells what the run told, task by task, one history after the other', async () => {
    const runIds = [await fixture.accept([SET, { b: { wait: 'PT0.01S' } }]), await fixture.accept([SET])];
    for (const runId of runIds) {
      await fixture.reaches(runId, 'completed');
      const told: ToldTask[] = [];
      const onTask = async (task: ToldTask): Promise<void> => void told.push(task);
      const workflowId = workflowIdOf(fixture.scope, runId);
      await replayer.replay({ workflowId, history: await historyOf(runId), onTask });
      const { events } = await shown(runId);
      const flat = told.flatMap((task) => task.events);
      expect(flat.map(({ seq, at, event }) => [seq, at, event.type])).toEqual(
        events.map(({ position, at, type }) => [position, at, type]),
      );
    }
  });

  it('rejects with a sentence when the code does not fit the history, and with the error of who listens', async () => {
    const runId = await fixture.accept([SET, { b: { wait: 'PT0.01S' } }]);
    await fixture.reaches(runId, 'completed');
    const history = await historyOf(runId);
    const workflowId = workflowIdOf(fixture.scope, runId);
    const onTask = async (): Promise<void> => undefined;
    const without = (history.events ?? []).filter((event) => !event.timerStartedEventAttributes);
    const tampered = { ...history, events: without };
    await expect(replayer.replay({ workflowId, history: tampered, onTask })).rejects.toThrow(
      `The history of ${workflowId} cannot be replayed: `,
    );
    const full = async (): Promise<never> => {
      throw new Error('The disk is full.');
    };
    await expect(replayer.replay({ workflowId, history, onTask: full })).rejects.toThrow('The disk is full.');
    await replayer.replay({ workflowId, history, onTask });
  });

  it('stops although it never began', async () => {
    await expect(newReplayer().stop()).resolves.toBeUndefined();
  });
});

describe('certainPart()', () => {
  it('is all that is commanded up to the last completed workflow task', async () => {
    const runId = await fixture.accept([LISTEN]);
    await fixture.reaches(runId, 'waiting');
    const recorded = await historyOf(runId);
    // A signal that no workflow task has seen yet; sent for real, the worker might have seen it by now.
    const unseen = { workflowExecutionSignaledEventAttributes: { signalName: 'event' } };
    const history = { ...recorded, events: [...(recorded.events ?? []), unseen] };
    const certain = certainPart(history);
    expect(certain?.events?.length).toBeGreaterThan(0);
    expect(certain?.events?.at(-1)?.workflowExecutionSignaledEventAttributes ?? null).toBeNull();
    expect(certain?.events?.length).toBeLessThan(history.events.length);
  });
});

describe('rebuild()', () => {
  it('changes nothing that is as it should be, and tells what every run came to', async () => {
    const { store } = fixture.parts;
    const done = await fixture.accept([SET]);
    const open = await fixture.accept([LISTEN]);
    const unstarted = await fixture.accept([SET], { start: false });
    const forgotten = await fixture.accept([SET], { start: false });
    await store.runs.markStarted(fixture.scope, forgotten, '01a1ff5b-fa66-7813-a265-38c3c080cdd7');
    await fixture.reaches(done, 'completed');
    await fixture.reaches(open, 'waiting');
    const before = await Promise.all([done, open, unstarted, forgotten].map(shown));
    const report = await rebuildAll();
    expect(report).toMatchObject({ partly: [], failed: [], unstarted: 1 });
    expect(report.withoutHistory).toEqual([{ runId: forgotten, status: 'pending' }]);
    expect(report.rebuilt).toBeGreaterThanOrEqual(2);
    expect(await Promise.all([done, open, unstarted, forgotten].map(shown))).toEqual(before);
  });

  it('goes on with others when one fails, and names that', async () => {
    const failing = await fixture.accept([SET]);
    await fixture.reaches(failing, 'completed');
    const workflowId = workflowIdOf(fixture.scope, failing);
    const report = await rebuildAll({
      replayer: {
        ...replayer,
        replay: (params) =>
          params.workflowId === workflowId
            ? Promise.reject(new Error('It is broken.'))
            : replayer.replay(params),
      },
    });
    expect(report.failed).toEqual([
      { runId: failing, status: 'completed', error: new Error('It is broken.') },
    ]);
    expect(report.rebuilt).toBeGreaterThan(0);
    expect(await rebuildAll({ signal: AbortSignal.abort() })).toMatchObject({ rebuilt: 0, failed: [] });
  });
});

describe('createRetelling()', () => {
  it('has a run told again, one after the other', async () => {
    const { retelling } = fixture.parts;
    const runId = await fixture.accept([LISTEN]);
    await fixture.reaches(runId, 'waiting');
    const before = await shown(runId);
    await Promise.all([retelling.retell(fixture.scope, runId), retelling.retell(fixture.scope, runId)]);
    expect(await shown(runId)).toEqual(before);
  });
});
