import { NO_USAGE } from '@baton/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { SinkBatch, SinkEvent } from './events.ts';
import type { RunKey } from './events-read.ts';
import { aBatch, aStep, newRunId, sinkEvent } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await createStoreFixture();
}, 60_000);
afterAll(() => fixture.stop());

const started = sinkEvent(1, { type: 'run.started', input: {} });
const stepStarted = (seq: number): SinkEvent =>
  sinkEvent(seq, { type: 'step.started', step: aStep(seq), input: null });
const stepDone = (seq: number, output: string): SinkEvent =>
  sinkEvent(seq, { type: 'step.completed', step: aStep(seq - 1), output });
const completed = (seq: number): SinkEvent =>
  sinkEvent(seq, { type: 'run.completed', output: 'done', usage: NO_USAGE });
const STORY = [started, stepStarted(2), stepDone(3, 'a'), stepStarted(4), stepDone(5, 'b')];

async function accept(...batches: readonly ((run: RunKey) => SinkBatch)[]): Promise<RunKey> {
  const run = await fixture.accept();
  for (const batch of batches) await fixture.store.events.append([batch(run)]);
  return run;
}

const told =
  (events: readonly SinkEvent[], more: Partial<SinkBatch> = {}) =>
  (run: RunKey): SinkBatch =>
    aBatch(run, events, more);

/** As the owner: what the application role may not do. */
async function asOwner(statement: string, { runId }: RunKey): Promise<void> {
  const client = new pg.Client({ connectionString: fixture.ownerUrl });
  await client.connect();
  await client.query(statement, [runId]);
  await client.end();
}

const forget = (run: RunKey, where = 'true'): Promise<void> =>
  asOwner(`DELETE FROM run_events WHERE run_id = $1 AND ${where}`, run);

interface Telling {
  readonly executions?: readonly string[];
  readonly events: readonly SinkEvent[];
}

/** One execution after the other tells what it has. */
async function retell(run: RunKey, { executions = ['execution-1'], events }: Telling) {
  const { scope, runId } = run;
  const temporalRunId = executions.at(-1) ?? '';
  await fixture.store.retell.begin(scope, { runId, executions });
  const batches = [aBatch(run, events, { temporalRunId, replayed: true })];
  await fixture.store.retell.tell(scope, { runId, batches });
  const lastSeq = Math.max(0, ...events.map(({ seq }) => seq));
  return fixture.store.retell.finish(scope, { runId, execution: temporalRunId, lastSeq });
}

async function shown({ scope, runId }: RunKey) {
  const { runs, steps, events } = fixture.store;
  return {
    run: await runs.get(scope, runId),
    steps: await steps.list(scope, runId),
    events: await events.list(scope, runId),
  };
}

const types = async (run: RunKey): Promise<readonly string[]> =>
  (await shown(run)).events.map(({ position, type }) => `${position} ${type}`);

describe('retell', () => {
  it('brings back what was lost, however often it is told, and changes nothing that is there', async () => {
    const run = await accept(told(STORY));
    const before = await shown(run);
    expect(await retell(run, { events: STORY })).toEqual({ whole: true, superseded: 0 });
    expect(await shown(run)).toEqual(before);
    await forget(run);
    await asOwner('DELETE FROM steps WHERE run_id = $1', run);
    await retell(run, { events: STORY });
    expect(await retell(run, { events: STORY })).toEqual({ whole: true, superseded: 0 });
    expect(await shown(run)).toEqual(before);
  });

  it('puts what is missing where it was, and what was told meanwhile behind it', async () => {
    const run = await accept(told(STORY.slice(0, 3)));
    const before = (await shown(run)).events;
    await forget(run);
    await fixture.store.events.append([aBatch(run, STORY.slice(3))]);
    await retell(run, { events: STORY });
    const { events, steps } = await shown(run);
    expect(events.slice(0, 3)).toEqual(before);
    expect(events.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
    expect(steps.map(({ output }) => output)).toEqual(['a', 'b']);
  });

  it('leaves no gap where events were lost that no history tells', async () => {
    const run = await accept(told(STORY.slice(0, 2)), told([stepDone(3, 'x')]));
    await fixture.store.events.append([aBatch(run, [stepDone(3, 'a')], { historyLength: 20 })]);
    await fixture.store.events.append([aBatch(run, STORY.slice(3), { historyLength: 30 })]);
    await forget(run, 'seq < 4');
    await retell(run, { events: STORY });
    expect(await types(run)).toEqual([
      '1 run.started',
      '2 step.started',
      '3 step.completed',
      '4 run.corrected',
      '5 run.corrected',
      '6 step.started',
      '7 step.completed',
    ]);
  });

  it('corrects what a history tells otherwise', async () => {
    const run = await accept(told([started, stepStarted(2), stepDone(3, 'false')], { replayed: true }));
    await retell(run, { events: STORY });
    const { events, steps } = await shown(run);
    expect(events.find(({ type }) => type === 'run.corrected')?.body).toMatchObject({
      supersededPositions: [3],
    });
    expect(steps.map(({ output }) => output)).toEqual(['a', 'b']);
  });

  it('takes back what an execution told that was reset, beyond what its successor tells', async () => {
    const run = await accept(told(STORY));
    const executions = ['execution-2'];
    expect(await retell(run, { executions, events: STORY.slice(0, 3) })).toEqual({
      whole: true,
      superseded: 2,
    });
    const { run: row, events, steps } = await shown(run);
    expect(row?.temporalRunId).toBe('execution-2');
    expect(events.at(-1)).toMatchObject({ type: 'run.corrected', body: { supersededPositions: [4, 5] } });
    expect(steps.map(({ output }) => output)).toEqual(['a']);
    expect(await retell(run, { executions, events: STORY.slice(0, 3) })).toEqual({
      whole: true,
      superseded: 0,
    });
  });

  it('shows a published end again as it was, its own or one from outside, and never anything else', async () => {
    const { runs, events } = fixture.store;
    const own = await accept(told([...STORY, completed(6)]));
    await events.confirmClosed(own.scope, own.runId);
    const outside = await accept(told(STORY.slice(0, 2)));
    const error = {
      type: 'urn:baton:problem:terminated',
      title: 'Terminated',
      status: 499,
      detail: 'Enough.',
    };
    await runs.closeFromOutside(outside.scope, outside.runId, {
      status: 'canceled',
      origin: 'reconciler',
      error,
    });
    const before = { own: await shown(own), outside: await shown(outside) };
    await forget(own);
    await forget(outside);
    await retell(own, { events: [...STORY, completed(6)] });
    await retell(outside, { events: STORY.slice(0, 2) });
    expect({ own: await shown(own), outside: await shown(outside) }).toEqual(before);
    await retell(own, { events: STORY.slice(0, 3) });
    expect(await shown(own)).toEqual(before.own);
  });

  it('says that events are missing whose history nobody has', async () => {
    const run = await accept(told(STORY));
    await forget(run, 'seq < 3');
    expect(await retell(run, { executions: ['execution-2'], events: STORY.slice(2) })).toMatchObject({
      whole: false,
    });
    expect((await shown(run)).run?.status).toBe('running');
  });

  it('keeps the executions it knows in order beside those that tell', async () => {
    const run = await accept(told([started]));
    const { retell: repository } = fixture.store;
    const { scope, runId } = run;
    const executions = async (): Promise<unknown> => {
      const client = new pg.Client({ connectionString: fixture.ownerUrl });
      await client.connect();
      const { rows } = await client.query<{ executions: unknown }>(
        'SELECT executions FROM runs WHERE id = $1',
        [runId],
      );
      await client.end();
      return rows[0]?.executions;
    };
    await repository.begin(scope, { runId, executions: ['execution-2'] });
    expect(await executions()).toEqual(['execution-1', 'execution-2']);
    await repository.begin(scope, { runId, executions: ['execution-1'] });
    expect(await executions()).toEqual(['execution-1', 'execution-2']);
    await repository.begin(scope, { runId, executions: ['execution-1', 'execution-3'] });
    expect(await executions()).toEqual(['execution-2', 'execution-1', 'execution-3']);
  });

  it('knows no run that was never accepted', async () => {
    const runId = newRunId();
    const { scope, store } = fixture;
    expect(await store.retell.begin(scope, { runId, executions: ['execution-1'] })).toBe(false);
    await store.retell.tell(scope, { runId, batches: [aBatch({ scope, runId }, STORY)] });
    const finish = { runId, execution: 'execution-1', lastSeq: 5 };
    expect(await store.retell.finish(scope, finish)).toEqual({ whole: false, superseded: 0 });
  });

  it('lists every run once, in pages', async () => {
    const { retell: repository } = fixture.store;
    const all = await repository.list({ limit: 1_000 });
    const first = await repository.list({ limit: 2 });
    const last = first.at(-1);
    const rest = await repository.list({ limit: 1_000, ...(last === undefined ? {} : { after: last }) });
    expect([...first, ...rest]).toEqual(all);
    expect(all.filter(({ ended }) => ended)).toHaveLength(2);
  });
});
