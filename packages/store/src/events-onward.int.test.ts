import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_USAGE, type RunId, type Scope } from '@baton/core';
import type { AppendResult, SinkBatch, SinkEvent } from './events.ts';
import { aBatch, aRun, aStep, aTask, sinkEvent } from './samples.ts';
import { createStore, type Store } from './store.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
/** Two worker processes. */
let one: Store;
let two: Store;
beforeAll(async () => {
  fixture = await createStoreFixture();
}, 60_000);
afterAll(() => fixture.stop());
beforeEach(() => {
  one = createStore({ databaseUrl: fixture.appUrl, poolSize: 2 });
  two = createStore({ databaseUrl: fixture.appUrl, poolSize: 2 });
});
afterEach(() => Promise.all([one.stop(), two.stop()]));

interface Run {
  readonly scope: Scope;
  readonly runId: RunId;
}

async function accept(): Promise<Run> {
  const { run } = await fixture.store.runs.insertAccepted(fixture.scope, aRun());
  return { scope: fixture.scope, runId: run.id };
}

const started = sinkEvent(1, { type: 'run.started', input: 1 });
const begins = (seq: number, id: number): SinkEvent =>
  sinkEvent(seq, { type: 'step.started', step: aStep(id), input: seq });
const ends = (seq: number, id: number, output = seq): SinkEvent =>
  sinkEvent(seq, { type: 'step.completed', step: aStep(id), output });
const completed = (seq: number): SinkEvent =>
  sinkEvent(seq, { type: 'run.completed', output: 'done', usage: NO_USAGE });

const NOTHING_WRONG: AppendResult = { unknown: [], refused: [] };

async function append(store: Store, ...batches: readonly SinkBatch[]): Promise<void> {
  expect(await store.events.append(batches)).toEqual(NOTHING_WRONG);
}

/** What readers see, after a rebuild from the events has been seen to change nothing of it. */
async function shown({ scope, runId }: Run) {
  const { runs, steps, events } = fixture.store;
  const read = async () => ({ run: await runs.get(scope, runId), steps: await steps.list(scope, runId) });
  const before = await read();
  await events.rebuild(scope, runId);
  expect(await read()).toEqual(before);
  const list = await events.list(scope, runId);
  return { ...before, events: list.map(({ position, type }) => `${position} ${type}`) };
}

describe('append() of events that go on', () => {
  it('builds row and steps over many batches as it would from all events at once', async () => {
    const run = await accept();
    await append(one, aBatch(run, [started, begins(2, 1)]));
    await append(one, aBatch(run, [ends(3, 1), begins(4, 2)], { historyLength: 20 }));
    await append(one, aBatch(run, [ends(5, 2), completed(6)], { historyLength: 30 }));
    const { outcome } = await one.events.confirmClosed(run.scope, run.runId, { status: 'completed' });
    expect(outcome).toBe('published');
    expect(await shown(run)).toMatchObject({
      run: { status: 'completed', output: 'done', temporalRunId: 'execution-1', lastPosition: 6 },
      steps: [
        { id: 1, status: 'completed', input: 2, output: 3 },
        { id: 2, status: 'completed', input: 4, output: 5 },
      ],
      events: [
        '1 run.started',
        '2 step.started',
        '3 step.completed',
        '4 step.started',
        '5 step.completed',
        '6 run.completed',
      ],
    });
  });

  it('stores many runs at once, each from where it is', async () => {
    const [fresh, known, ended] = [await accept(), await accept(), await accept()];
    await append(one, aBatch(known, [started]), aBatch(ended, [started]));
    await append(one, aBatch(fresh, [started]), aBatch(known, [begins(2, 1)]), aBatch(ended, [completed(2)]));
    expect((await shown(fresh)).events).toEqual(['1 run.started']);
    expect((await shown(known)).events).toEqual(['1 run.started', '2 step.started']);
    expect((await shown(ended)).events).toEqual(['1 run.started']);
  });

  it('does not believe what it knows of a run that went on elsewhere', async () => {
    const run = await accept();
    await append(one, aBatch(run, [started, begins(2, 1)]));
    await append(two, aBatch(run, [ends(3, 1)], { historyLength: 20 }));
    // The same numbers again, from who does not know of the others: a task that died after it had told.
    await append(one, aBatch(run, [ends(3, 1, 99), begins(4, 2)], { historyLength: 21 }));
    const { events, steps } = await shown(run);
    expect(events).toEqual([
      '1 run.started',
      '2 step.started',
      '3 step.completed',
      '4 run.corrected',
      '5 step.completed',
      '6 step.started',
    ]);
    expect(steps).toMatchObject([
      { id: 1, output: 99 },
      { id: 2, status: 'running' },
    ]);
  });

  it('lets a replay correct what is known here', async () => {
    const run = await accept();
    await append(one, aBatch(run, [started, begins(2, 1), ends(3, 1)]));
    await append(two, aBatch(run, [started, begins(2, 1), ends(3, 1, 99)], { replayed: true }));
    await append(one, aBatch(run, [begins(4, 2)], { historyLength: 20 }));
    expect((await shown(run)).steps).toMatchObject([{ output: 99 }, { status: 'running' }]);
  });

  it('writes nothing of a run that was closed from outside meanwhile', async () => {
    const run = await accept();
    await append(one, aBatch(run, [started]));
    await two.runs.closeFromOutside(run.scope, run.runId, { status: 'canceled', origin: 'reconciler' });
    await append(one, aBatch(run, [begins(2, 1)], { historyLength: 20 }));
    expect((await shown(run)).events).toEqual(['1 run.started', '2 run.canceled']);
  });

  it('goes on in the next execution', async () => {
    const run = await accept();
    await append(one, aBatch(run, [started, begins(2, 1)]));
    await append(one, aBatch(run, [ends(3, 1)], { temporalRunId: 'execution-2', historyLength: 4 }));
    await append(one, aBatch(run, [begins(4, 2)], { temporalRunId: 'execution-2', historyLength: 9 }));
    const { run: record, events } = await shown(run);
    expect(record?.temporalRunId).toBe('execution-2');
    expect(events).toHaveLength(4);
  });
});

describe('confirmClosed() of a run with an open human task', () => {
  it('cancels the task with the end', async () => {
    const { scope, runId } = await accept();
    const task = await one.humanTasks.open(scope, aTask(runId));
    await append(one, aBatch({ scope, runId }, [started, completed(2)]));
    expect((await one.events.confirmClosed(scope, runId)).outcome).toBe('published');
    expect((await one.humanTasks.get(scope, task.id))?.status).toBe('canceled');
  });
});
