import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TraceEvent } from '@baton/core';
import type { RunKey } from './events-read.ts';
import { aBatch, aStep, newRunId, sinkEvent } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';
import type { SinkBatch, SinkEvent } from './events.ts';

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await createStoreFixture();
}, 60_000);
afterAll(() => fixture.stop());

const acceptRun = (): Promise<RunKey> => fixture.accept();

const USAGE = { inputTokens: 3, outputTokens: 5, costUsd: 0.25, calls: 1, toolCalls: 0 };
const started = sinkEvent(1, { type: 'run.started', input: { topic: 'rivers' } });
const stepStarted = (seq: number, id: number): SinkEvent =>
  sinkEvent(seq, { type: 'step.started', step: aStep(id), input: { seq } });
const stepDone = (seq: number, id: number, output = seq): SinkEvent =>
  sinkEvent(seq, { type: 'step.completed', step: aStep(id), output });
const completed = (seq: number, output = 'done'): SinkEvent =>
  sinkEvent(seq, { type: 'run.completed', output, usage: USAGE });

async function append(...batches: readonly SinkBatch[]): Promise<void> {
  await fixture.store.events.append(batches);
}

async function visible(run: RunKey): Promise<readonly string[]> {
  const events = await fixture.store.events.list(run.scope, run.runId);
  return events.map(({ position, type }) => `${position} ${type}`);
}

async function expectRebuildToChangeNothing({ scope, runId }: RunKey): Promise<void> {
  const { runs, steps, events } = fixture.store;
  const before = { run: await runs.get(scope, runId), steps: await steps.list(scope, runId) };
  expect(await events.rebuild(scope, runId)).toBe(true);
  expect({ run: await runs.get(scope, runId), steps: await steps.list(scope, runId) }).toEqual(before);
}

describe('append()', () => {
  it('shows a run as running after its first event, with its steps', async () => {
    const run = await acceptRun();
    expect((await fixture.store.runs.get(run.scope, run.runId))?.status).toBe('pending');

    await append(aBatch(run, [started, stepStarted(2, 1), stepDone(3, 1)]));

    const record = await fixture.store.runs.get(run.scope, run.runId);
    expect(record).toMatchObject({ status: 'running', lastPosition: 3, temporalRunId: 'execution-1' });
    expect(record?.startedAt).toBe(started.at);
    const [step] = await fixture.store.steps.list(run.scope, run.runId);
    expect(step).toMatchObject({ id: 1, status: 'completed', input: { seq: 2 }, output: 3 });
    expect(step?.attempts).toEqual([
      { attempt: 1, startedAt: stepStarted(2, 1).at, endedAt: stepDone(3, 1).at },
    ]);
    await expectRebuildToChangeNothing(run);
  });

  it('gives events to readers as the run told them', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1)]));

    const events = await fixture.store.events.list(run.scope, run.runId, { after: 1 });

    expect(events).toEqual([
      {
        position: 2,
        runId: run.runId,
        type: 'step.started',
        at: stepStarted(2, 1).at,
        origin: 'run',
        body: { step: aStep(1), input: { seq: 2 } },
      },
    ]);
  });

  it('does nothing for the same events again, live or replayed', async () => {
    const run = await acceptRun();
    const batch = aBatch(run, [started, stepStarted(2, 1)]);
    await append(batch);
    await append(batch, { ...batch, replayed: true });
    expect(await visible(run)).toEqual(['1 run.started', '2 step.started']);
  });

  it('keeps characters that PostgreSQL texts cannot hold', async () => {
    const run = await acceptRun();
    const input = 'a\u0000b\ud800';
    await append(
      aBatch(run, [
        started,
        sinkEvent(2, { type: 'step.started', step: aStep(1, { name: 'x\u0000' }), input }),
      ]),
    );
    const [step] = await fixture.store.steps.list(run.scope, run.runId);
    expect(step).toMatchObject({ input, name: 'x\uFFFD' });
  });

  it('names runs it does not know and stores the others', async () => {
    const run = await acceptRun();
    const stranger = { scope: run.scope, runId: newRunId() };
    const result = await fixture.store.events.append([aBatch(stranger, [started]), aBatch(run, [started])]);
    expect(result).toEqual({ unknown: [stranger.runId], refused: [] });
    expect(await visible(run)).toEqual(['1 run.started']);
  });

  it('keeps no run back because of another whose events are refused', async () => {
    const [good, bad] = [await acceptRun(), await acceptRun()];
    const broken = { ...started, at: 'yesterday, perhaps' };
    const result = await fixture.store.events.append([aBatch(bad, [broken]), aBatch(good, [started])]);
    expect(result.refused.map(({ runId }) => runId)).toEqual([bad.runId]);
    expect(await visible(good)).toEqual(['1 run.started']);
    expect(await visible(bad)).toEqual([]);
  });

  it('stores many runs in one transaction', async () => {
    const runs = await Promise.all(Array.from({ length: 40 }, acceptRun));
    await append(...runs.map((run) => aBatch(run, [started, stepStarted(2, 1), stepDone(3, 1)])));
    for (const run of runs) {
      expect(await visible(run)).toEqual(['1 run.started', '2 step.started', '3 step.completed']);
    }
  });

  it('gives positions without gaps under twenty appends at once', async () => {
    const [one, two] = [await acceptRun(), await acceptRun()];
    const seqs = Array.from({ length: 20 }, (_, i) => i + 1);
    await Promise.all(
      seqs.map((seq) =>
        append(
          aBatch(seq % 2 ? one : two, [stepStarted(seq, seq)]),
          aBatch(seq % 2 ? two : one, [stepDone(seq, seq)]),
        ),
      ),
    );
    for (const run of [one, two]) {
      const positions = (await fixture.store.events.list(run.scope, run.runId)).map(
        ({ position }) => position,
      );
      expect(positions).toEqual(seqs);
    }
  });
});

describe('append() of rivals', () => {
  const task = (historyLength: number, replayed = false): Partial<SinkBatch> => ({ historyLength, replayed });

  it('lets the longer history win between two live events and tells readers what fell', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started], task(5)));
    await append(aBatch(run, [stepStarted(2, 1), stepDone(3, 1), stepStarted(4, 2)], task(10)));

    await append(aBatch(run, [stepStarted(2, 9), stepDone(3, 9, 99)], task(12)));

    expect(await visible(run)).toEqual([
      '1 run.started',
      '2 step.started',
      '3 step.completed',
      '4 step.started',
      '5 run.corrected',
      '6 step.started',
      '7 step.completed',
    ]);
    const corrected = (await fixture.store.events.list(run.scope, run.runId, { after: 4, limit: 1 }))[0];
    expect(corrected).toMatchObject({
      origin: 'store',
      body: { supersededPositions: [2, 3, 4], fromSeq: 2 },
    });
    const steps = await fixture.store.steps.list(run.scope, run.runId);
    expect(steps.map(({ id, output }) => ({ id, output }))).toEqual([{ id: 9, output: 99 }]);
    await expectRebuildToChangeNothing(run);
  });

  it('keeps the whole later task of a shorter history out of sight', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1)], task(12)));

    await append(aBatch(run, [stepStarted(2, 9), stepDone(3, 9)], task(10)));
    await append(aBatch(run, [stepStarted(4, 10)], task(10)));
    await append(aBatch(run, [stepDone(3, 1)], task(15)));

    expect(await visible(run)).toEqual(['1 run.started', '2 step.started', '3 step.completed']);
    await expectRebuildToChangeNothing(run);
  });

  it('lets a replayed event win over a live one of a longer history', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1)], task(30)));
    await append(aBatch(run, [started, stepStarted(2, 9)], task(10, true)));
    expect(await visible(run)).toEqual([
      '1 run.started',
      '2 step.started',
      '3 run.corrected',
      '4 step.started',
    ]);
    expect((await fixture.store.steps.list(run.scope, run.runId)).map(({ id }) => id)).toEqual([9]);
  });

  it('lets no live event win over one a replay has confirmed', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1)], task(10)));
    await append(aBatch(run, [started, stepStarted(2, 1)], task(10, true)));
    await append(aBatch(run, [stepStarted(2, 9)], task(30)));
    expect(await visible(run)).toEqual(['1 run.started', '2 step.started']);
  });

  it('lets the longer history win between two replayed events', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1)], task(10, true)));
    await append(aBatch(run, [stepStarted(2, 8)], task(8, true)));
    expect(await visible(run)).toHaveLength(2);
    await append(aBatch(run, [stepStarted(2, 9)], task(11, true)));
    expect((await visible(run)).slice(2)).toEqual(['3 run.corrected', '4 step.started']);
  });

  it('lets the later execution win whatever the length of its history', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1), stepDone(3, 1)], task(500)));
    await append(
      aBatch(run, [started, stepStarted(2, 9)], { temporalRunId: 'execution-2', historyLength: 3 }),
    );
    await append(aBatch(run, [stepStarted(2, 1)], task(900, true)));
    expect((await visible(run)).slice(3)).toEqual(['4 run.corrected', '5 step.started']);
    expect((await fixture.store.runs.get(run.scope, run.runId))?.temporalRunId).toBe('execution-2');
  });

  it('goes on with the numbers after continue-as-new', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1)], task(400)));
    await append(aBatch(run, [stepDone(3, 1)], { temporalRunId: 'execution-2', historyLength: 3 }));
    expect(await visible(run)).toEqual(['1 run.started', '2 step.started', '3 step.completed']);
  });
});

describe('confirmClosed()', () => {
  it('shows an end only once it is confirmed', async () => {
    const { store } = fixture;
    const run = await acceptRun();
    await append(aBatch(run, [started, stepStarted(2, 1), stepDone(3, 1), completed(4)]));

    expect(await store.runs.get(run.scope, run.runId)).toMatchObject({
      status: 'running',
      output: null,
      endedAt: null,
    });
    expect(await visible(run)).toHaveLength(3);
    const waiting = await store.runs.listProvisional({ olderThanMs: 0, limit: 1_000 });
    expect(waiting.find(({ runId }) => runId === run.runId)?.provisional).toMatchObject({
      status: 'completed',
    });

    const confirmed = await store.events.confirmClosed(run.scope, run.runId);

    expect(confirmed).toMatchObject({ outcome: 'published', run: { status: 'completed', output: 'done' } });
    expect((await visible(run)).at(-1)).toBe('4 run.completed');
    expect(await store.events.confirmClosed(run.scope, run.runId)).toMatchObject({ outcome: 'closed' });
    await expectRebuildToChangeNothing(run);
  });

  it('shows an output that PostgreSQL keeps and cannot read', async () => {
    for (const output of ['a\u0000b', 'half \ud83d']) {
      const run = await acceptRun();
      await append(aBatch(run, [started, completed(2, output)]));
      const result = await fixture.store.events.confirmClosed(run.scope, run.runId, { status: 'completed' });
      expect(result).toMatchObject({ outcome: 'published', run: { output } });
    }
  });

  it('forgets an end whose task ran again differently, without a word to readers', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, completed(2)], { historyLength: 10 }));
    await append(aBatch(run, [stepStarted(2, 1)], { historyLength: 14 }));
    expect(await visible(run)).toEqual(['1 run.started', '2 step.started']);
    expect(await fixture.store.events.confirmClosed(run.scope, run.runId)).toMatchObject({ outcome: 'open' });

    await append(aBatch(run, [completed(3, 'later')], { historyLength: 20 }));
    const result = await fixture.store.events.confirmClosed(run.scope, run.runId, { status: 'completed' });
    expect(result).toMatchObject({ outcome: 'published', run: { output: 'later', lastPosition: 3 } });
  });

  it('refuses an end that Temporal tells otherwise', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, completed(2)]));
    const result = await fixture.store.events.confirmClosed(run.scope, run.runId, { status: 'canceled' });
    expect(result).toMatchObject({ outcome: 'mismatch', run: { status: 'running' } });
  });

  it('lets nothing follow a published end', async () => {
    const run = await acceptRun();
    await append(aBatch(run, [started, completed(2)]));
    await fixture.store.events.confirmClosed(run.scope, run.runId);
    await append(aBatch(run, [stepStarted(2, 1), stepDone(3, 1)], { historyLength: 90, replayed: true }));
    expect(await visible(run)).toEqual(['1 run.started', '2 run.completed']);
    expect((await fixture.store.runs.get(run.scope, run.runId))?.status).toBe('completed');
  });
});

describe('projection', () => {
  it('is the same piece by piece and built anew', async () => {
    const { store } = fixture;
    const run = await acceptRun();
    const step = aStep(2, { kind: 'call-human' });
    const agent = aStep(1, { kind: 'call-agent' });
    const error = { type: 'about:blank', status: 500, title: 'No' };
    const story: TraceEvent[] = [
      { type: 'run.started', input: 1 },
      { type: 'step.started', step: agent, input: 1 },
      { type: 'step.retrying', step: agent, error, nextAttemptAt: '2026-01-01T00:01:00.000Z' },
      { type: 'step.started', step: { ...agent, attempt: 2 }, input: 1 },
      {
        type: 'agent.usage',
        step: { ...agent, attempt: 2 },
        agent: '__proto__',
        version: '1.0.0',
        usage: USAGE,
      },
      { type: 'step.completed', step: { ...agent, attempt: 2 }, output: 2 },
      { type: 'step.skipped', step: aStep(3) },
      { type: 'step.started', step, input: 2 },
      { type: 'human_task.opened', step, humanTaskId: 'task-1' },
      { type: 'step.waiting', step, waitKind: 'human', humanTaskId: 'task-1' },
      { type: 'run.waiting' },
      { type: 'run.suspended' },
    ];
    for (const [i, event] of story.entries())
      await append(aBatch(run, [sinkEvent(i + 1, event)], { historyLength: i + 3 }));

    const record = await store.runs.get(run.scope, run.runId);
    expect(record).toMatchObject({ status: 'suspended', suspended: true, usage: USAGE });
    expect(Object.entries(record?.usage.byAgent ?? {})).toEqual([['__proto__', USAGE]]);
    expect(record?.waitingFor).toMatchObject([
      { kind: 'human', step: step.path, stepId: 2, humanTaskId: 'task-1' },
    ]);
    const steps = await store.steps.list(run.scope, run.runId);
    expect(steps.map(({ status }) => status)).toEqual(['completed', 'waiting', 'skipped']);
    expect(steps[0]?.attempts).toMatchObject([{ attempt: 1, error }, { attempt: 2 }]);
    await expectRebuildToChangeNothing(run);
  });
});
