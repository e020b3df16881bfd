import { randomUUID } from 'node:crypto';
import {
  NO_USAGE,
  parseRunId,
  parseWorkflowId,
  workflowIdOf,
  type NumberedTrace,
  type RunId,
  type Scope,
  type TraceEvent,
} from '@baton/core';
import type { AppendResult, EventRepository, SinkBatch } from '@baton/store';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createEventSink, type EventSink, type TaskFacts } from './event-sink.ts';

const known = parseWorkflowId(`${randomUUID()}.${randomUUID()}`);
if (known === null) throw new Error('Two random UUIDs are no workflow id.');
const { scope } = known;

function newRunId(): RunId {
  const id = parseRunId(randomUUID());
  if (id === null) throw new Error('A random UUID is no run id.');
  return id;
}

const numbered = (seq: number, event: TraceEvent): NumberedTrace => ({
  ...event,
  seq,
  at: `2026-01-01T00:00:0${seq}.000Z`,
});

const STORED: AppendResult = { unknown: [], refused: [] };

/** Answers of the database, given by the test one after the other. */
interface Asked {
  readonly batches: readonly SinkBatch[];
  readonly answer: (result: AppendResult | Error) => void;
}

let asked: Asked[];
let told: (() => void) | null;
let errors: unknown[];
let ended: string[];
let sink: EventSink;

beforeEach(() => {
  asked = [];
  told = null;
  errors = [];
  ended = [];
  sink = createEventSink({
    events: onDemand(),
    onEnd: (_scope: Scope, runId: RunId) => void ended.push(runId),
    onError: (error) => void errors.push(error),
  });
});

/** The repository of events, of which the sink uses one function. */
function onDemand(): EventRepository {
  const unused = (): never => {
    throw new Error('A sink only appends.');
  };
  return {
    append: (batches) =>
      new Promise((resolve, reject) => {
        const answer = (result: AppendResult | Error): void => {
          if (result instanceof Error) reject(result);
          else resolve(result);
        };
        asked.push({ batches, answer });
        told?.();
      }),
    confirmClosed: unused,
    list: unused,
    latestPosition: unused,
    rebuild: unused,
  };
}

/** The next transaction that the sink begins. */
async function nextAppend(): Promise<Asked> {
  if (asked.length === 0) await new Promise<void>((resolve) => (told = resolve));
  told = null;
  const next = asked.shift();
  if (next === undefined) throw new Error('Nothing is stored.');
  return next;
}

/** A workflow task of a run. */
function taskOf(runId: RunId, more: Partial<TaskFacts> = {}): TaskFacts {
  return {
    workflowId: workflowIdOf(scope, runId),
    runId: `execution of ${runId}`,
    historyLength: 7,
    unsafe: { isReplaying: false },
    ...more,
  };
}

const STARTED = numbered(1, { type: 'run.started', input: { topic: 'rivers' } });
const COMPLETED = numbered(2, { type: 'run.completed', output: 1, usage: NO_USAGE });

/** Hands events over, and tells whether they are stored. */
function record(
  task: TaskFacts,
  ...trace: readonly NumberedTrace[]
): { stored: boolean; done: Promise<void> } {
  const handed = { stored: false, done: Promise.resolve() };
  handed.done = sink.sinks.baton.record.fn(task, trace, false).then(() => {
    handed.stored = true;
  });
  return handed;
}

describe('createEventSink()', () => {
  it('holds a workflow task until its events are stored', async () => {
    const runId = newRunId();
    const handed = record(taskOf(runId), STARTED);
    const { batches, answer } = await nextAppend();
    expect(batches).toEqual([
      {
        scope,
        runId,
        temporalRunId: `execution of ${runId}`,
        historyLength: 7,
        replayed: false,
        events: [{ seq: 1, at: STARTED.at, hash: expect.stringMatching(/^[0-9a-f]{64}$/), event: STARTED }],
      },
    ]);
    await new Promise(setImmediate);
    expect(handed.stored).toBe(false);
    answer(STORED);
    await handed.done;
    expect(handed.stored).toBe(true);
  });

  it('is called during replay too, and says so', async () => {
    expect(sink.sinks.baton.record.callDuringReplay).toBe(true);
    void record(taskOf(newRunId(), { unsafe: { isReplaying: true } }), STARTED);
    expect((await nextAppend()).batches[0]?.replayed).toBe(true);
  });

  it('stores in one transaction what all runs hand over while another is under way', async () => {
    const runs = [newRunId(), newRunId(), newRunId()];
    const [first, ...others] = runs.map((runId) => record(taskOf(runId), STARTED));
    const alone = await nextAppend();
    expect(alone.batches.map(({ runId }) => runId)).toEqual(runs.slice(0, 1));
    alone.answer(STORED);
    await first?.done;
    const together = await nextAppend();
    expect(together.batches.map(({ runId }) => runId)).toEqual(runs.slice(1));
    expect(others.map(({ stored }) => stored)).toEqual([false, false]);
    together.answer(STORED);
    await Promise.all(others.map(({ done }) => done));
    expect(asked).toEqual([]);
  });

  it('begins anew after everything was stored', async () => {
    const first = record(taskOf(newRunId()), STARTED);
    (await nextAppend()).answer(STORED);
    await first.done;
    const second = record(taskOf(newRunId()), STARTED);
    (await nextAppend()).answer(STORED);
    await expect(second.done).resolves.toBeUndefined();
  });

  it('tries again until the database is back', async () => {
    const handed = record(taskOf(newRunId()), STARTED);
    const away = new Error('The database is away.');
    const first = await nextAppend();
    first.answer(away);
    const second = await nextAppend();
    expect(second.batches).toEqual(first.batches);
    expect(handed.stored).toBe(false);
    second.answer(STORED);
    await handed.done;
    expect(errors).toEqual([away]);
  });

  it('completes no task whose events are refused, and keeps no other run back', async () => {
    const [refused, other] = [newRunId(), newRunId()];
    void record(taskOf(newRunId()), STARTED);
    const handed = [record(taskOf(refused), STARTED, COMPLETED), record(taskOf(other), STARTED)];
    (await nextAppend()).answer(STORED);
    const error = new Error('A fault of ours.');
    (await nextAppend()).answer({ unknown: [], refused: [{ runId: refused, error }] });
    await handed[1]?.done;
    await new Promise(setImmediate);
    expect(handed.map(({ stored }) => stored)).toEqual([false, true]);
    expect(errors).toEqual([error]);
    expect(ended).toEqual([]);
  });

  it('tells of a run whose last event was stored, and only then', async () => {
    const [going, completed] = [newRunId(), newRunId()];
    const first = record(taskOf(going), STARTED);
    (await nextAppend()).answer(STORED);
    await first.done;
    const last = record(taskOf(completed), STARTED, COMPLETED);
    const { answer } = await nextAppend();
    expect(ended).toEqual([]);
    answer(STORED);
    await last.done;
    expect(ended).toEqual([completed]);
  });

  it('gives equal events equal hashes whatever their time, and others others', async () => {
    const later = { ...STARTED, at: '2026-05-05T00:00:00.000Z' };
    const other = numbered(1, { type: 'run.started', input: { topic: 'lakes' } });
    void record(taskOf(newRunId()), STARTED, later, other);
    const { batches } = await nextAppend();
    const [one, two, three] = batches[0]?.events.map(({ hash }) => hash) ?? [];
    expect(two).toBe(one);
    expect(three).not.toBe(one);
  });

  describe('while a task goes on', () => {
    const RUNNING = numbered(2, { type: 'run.suspended' });

    /** Hands over with a local call under way. */
    const goOn = (task: TaskFacts, ...trace: readonly NumberedTrace[]): Promise<void> =>
      sink.sinks.baton.record.fn(task, trace, true);

    it('holds nothing up, and stores all of the task at once when it ends', async () => {
      const runId = newRunId();
      await goOn(taskOf(runId), STARTED);
      const handed = record(taskOf(runId), RUNNING);
      const { batches, answer } = await nextAppend();
      expect(batches.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([1, 2]);
      answer(STORED);
      await handed.done;
      expect(asked).toEqual([]);
    });

    it('stores what waits when the task goes on for long, and its end waits for all of it', async () => {
      const runId = newRunId();
      await goOn(taskOf(runId), STARTED);
      const first = await nextAppend();
      const handed = record(taskOf(runId));
      await new Promise(setImmediate);
      expect([handed.stored, asked]).toEqual([false, []]);
      first.answer(STORED);
      await handed.done;
      await expect(record(taskOf(runId)).done).resolves.toBeUndefined();
    });

    it('never completes a task that told something refused before, until it is told again', async () => {
      const runId = newRunId();
      await goOn(taskOf(runId), STARTED);
      (await nextAppend()).answer({
        unknown: [],
        refused: [{ runId, error: new Error('A fault of ours.') }],
      });
      await new Promise(setImmediate);
      const handed = record(taskOf(runId), RUNNING);
      (await nextAppend()).answer(STORED);
      await new Promise(setImmediate);
      expect(handed.stored).toBe(false);
      const again = record(taskOf(runId, { unsafe: { isReplaying: true } }), STARTED, RUNNING);
      (await nextAppend()).answer(STORED);
      await again.done;
      expect([handed.stored, again.stored]).toEqual([false, true]);
    });

    it('gives the database a last chance at what waits when it stops', async () => {
      await goOn(taskOf(newRunId()), STARTED);
      const stopped = sink.stop();
      (await nextAppend()).answer(STORED);
      await stopped;
      expect(asked).toEqual([]);
    });
  });

  it('leaves workflows alone that are none of ours', async () => {
    await record(taskOf(newRunId(), { workflowId: 'stranger' }), STARTED).done;
    expect(asked).toEqual([]);
  });
});

describe('createEventSink().stop()', () => {
  it('waits for what is being stored', async () => {
    const handed = record(taskOf(newRunId()), STARTED);
    const { answer } = await nextAppend();
    const stopped = sink.stop();
    answer(STORED);
    await stopped;
    expect(handed.stored).toBe(true);
  });

  it('gives up what the database does not take: its task is not completed', async () => {
    const handed = record(taskOf(newRunId()), STARTED, COMPLETED);
    const { answer } = await nextAppend();
    const stopped = sink.stop();
    answer(new Error('The database is away.'));
    await stopped;
    expect([handed.stored, ended, asked]).toEqual([false, [], []]);
  });

  it('tries once more, at once, when it comes in the pause between two tries', async () => {
    const handed = record(taskOf(newRunId()), STARTED);
    (await nextAppend()).answer(new Error('The database is away.'));
    await new Promise(setImmediate);
    const stopped = sink.stop();
    (await nextAppend()).answer(STORED);
    await stopped;
    expect(handed.stored).toBe(true);
  });

  it('has nothing to wait for when nothing was handed over', async () => {
    await expect(sink.stop()).resolves.toBeUndefined();
  });
});
