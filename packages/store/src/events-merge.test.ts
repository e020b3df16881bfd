import { describe, expect, it } from '@jest/globals';
import { mergeEvents } from './events-merge.ts';
import type { KnownRun, MergePlan, StoredEvent } from './merge-plan.ts';
import { aBatch, aStep, newRunId, otherScope, sinkEvent } from './samples.ts';
import type { SinkBatch, SinkEvent } from './events.ts';

const run = { scope: otherScope(), runId: newRunId() };
const event = (seq: number, id = seq): SinkEvent => sinkEvent(seq, { type: 'step.skipped', step: aStep(id) });
const end = (seq: number): SinkEvent =>
  sinkEvent(seq, {
    type: 'run.completed',
    output: seq,
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 0, toolCalls: 0 },
  });

const batch = (events: readonly SinkEvent[], more: Partial<SinkBatch> = {}): SinkBatch =>
  aBatch(run, events, more);

/** What the run's row and events are after a plan was written. */
function after(known: KnownRun, plan: MergePlan): KnownRun {
  const fallen = new Set(plan.supersede.map(({ seq, rival }) => `${seq}.${rival}`));
  const confirmed = new Set(plan.confirm.map(({ seq, rival }) => `${seq}.${rival}`));
  const stored = known.stored.map((row) => ({
    ...row,
    superseded: row.superseded || fallen.has(`${row.seq}.${row.rival}`),
    replayed: row.replayed || confirmed.has(`${row.seq}.${row.rival}`),
  }));
  return {
    executions: plan.executions,
    lastPosition: plan.lastPosition,
    closed: known.closed,
    stored: [...stored, ...plan.inserts],
  };
}

const FRESH: KnownRun = { executions: [], lastPosition: 0, closed: false, stored: [] };

function story(...batches: readonly SinkBatch[]): { readonly known: KnownRun; readonly last: MergePlan } {
  return batches.reduce(
    ({ known }, next) => {
      const last = mergeEvents(known, [next]);
      return { known: after(known, last), last };
    },
    { known: FRESH, last: mergeEvents(FRESH, []) },
  );
}

function holding(known: KnownRun): readonly string[] {
  const rows = known.stored.filter((row) => !row.superseded && row.seq > 0).sort((a, b) => a.seq - b.seq);
  return rows.map((row: StoredEvent) => row.hash);
}

const hashes = (...events: readonly SinkEvent[]): readonly string[] => events.map(({ hash }) => hash);

describe('mergeEvents()', () => {
  it('gives positions in order and none to an end', () => {
    const { last } = story(batch([event(1), event(2), end(3)]));
    expect(last.inserts.map(({ position }) => position)).toEqual([1, 2, null]);
    expect(last).toMatchObject({ lastPosition: 2, rebuild: false, executions: ['execution-1'] });
  });

  it('plans nothing for what is stored already', () => {
    const { last } = story(batch([event(1), event(2)]), batch([event(1), event(2)]));
    expect(last).toMatchObject({ inserts: [], supersede: [], confirm: [], lastPosition: 2 });
  });

  it('notes once that a replay has confirmed a live event', () => {
    const replay = batch([event(1)], { replayed: true });
    const first = story(batch([event(1)]), replay);
    expect(first.last.confirm).toHaveLength(1);
    expect(story(batch([event(1)]), replay, replay).last.confirm).toEqual([]);
  });

  it('supersedes only the lost task from the conflict on', () => {
    const { known, last } = story(
      batch([event(1), event(2)], { historyLength: 5 }),
      batch([event(3), event(4)], { historyLength: 10 }),
      batch([event(3), event(4, 9), event(5)], { historyLength: 12 }),
    );
    expect(last.supersede.map(({ seq }) => seq)).toEqual([4]);
    expect(last.inserts.map(({ type }) => type)).toEqual(['run.corrected', 'step.skipped', 'step.skipped']);
    expect(last.inserts[0]?.event).toEqual({ type: 'run.corrected', supersededPositions: [4], fromSeq: 4 });
    expect(holding(known)).toEqual(hashes(event(1), event(2), event(3), event(4, 9), event(5)));
  });

  it('drops what a lost task left behind when its successor goes on', () => {
    const { known } = story(
      batch([event(1), event(2), event(3)], { historyLength: 10 }),
      batch([event(1)], { historyLength: 12 }),
      batch([event(2, 8)], { historyLength: 16 }),
    );
    expect(holding(known)).toEqual(hashes(event(1), event(2, 8)));
  });

  it('keeps later events of a task that lost out of sight, in its batch and in later ones', () => {
    const { known, last } = story(
      batch([event(1)], { historyLength: 12 }),
      batch([event(1, 7), event(2, 7)], { historyLength: 10 }),
      batch([event(3, 7)], { historyLength: 10 }),
    );
    expect(holding(known)).toEqual(hashes(event(1)));
    expect(last.inserts).toMatchObject([{ superseded: true, position: null }]);
    expect(known.lastPosition).toBe(1);
  });

  it('lets the attempt that came last win between two that look alike, and go on', () => {
    const { known } = story(batch([event(1), event(2)]), batch([event(1, 7)]), batch([event(2, 7)]));
    expect(holding(known)).toEqual(hashes(event(1, 7), event(2, 7)));
  });

  it('does not let an attempt that has lost win by being sent again', () => {
    const { known, last } = story(batch([event(1)]), batch([event(1, 7)]), batch([event(1)]));
    expect(holding(known)).toEqual(hashes(event(1, 7)));
    expect(last.inserts).toEqual([]);
  });

  it('keeps the first of two replayed events of equal history', () => {
    const replayed = { replayed: true };
    const { known } = story(batch([event(1)], replayed), batch([event(1, 7)], replayed));
    expect(holding(known)).toEqual(hashes(event(1)));
  });

  it('lets a later execution take back everything from the conflict on', () => {
    const { known } = story(
      batch([event(1), event(2)], { historyLength: 10 }),
      batch([event(3), event(4)], { historyLength: 20 }),
      batch([event(1), event(2, 9)], { temporalRunId: 'execution-2', historyLength: 4 }),
      batch([event(2), event(3)], { historyLength: 20, replayed: true }),
    );
    expect(holding(known)).toEqual(hashes(event(1), event(2, 9)));
  });

  it('corrects nothing when only an unpublished end falls', () => {
    const { last } = story(batch([event(1), end(2)]), batch([event(2)], { historyLength: 14 }));
    expect(last.inserts.map(({ type, position }) => `${type} ${position}`)).toEqual(['step.skipped 2']);
    expect(last.rebuild).toBe(true);
  });

  it('builds anew when an event fills a gap', () => {
    const { last, known } = story(batch([event(1), event(3)]), batch([event(2)]));
    expect(last.rebuild).toBe(true);
    expect(known.stored.map(({ position }) => position)).toEqual([1, 2, 3]);
  });

  it('lets nothing in after a published end', () => {
    const { known } = story(batch([event(1)]));
    const plan = mergeEvents({ ...known, closed: true }, [
      batch([event(1, 7), event(2)], { temporalRunId: 'execution-2', replayed: true }),
    ]);
    expect(plan.inserts.every(({ superseded, position }) => superseded && position === null)).toBe(true);
    expect(plan).toMatchObject({ supersede: [], executions: ['execution-1'], lastPosition: 1 });
  });

  it('merges several batches as if they had come one by one', () => {
    const batches = [
      batch([event(1), event(2)], { historyLength: 10 }),
      batch([event(2, 9), event(3)], { historyLength: 12 }),
      batch([event(1), event(2, 9)], { historyLength: 12, replayed: true }),
    ];
    const atOnce = after(FRESH, mergeEvents(FRESH, batches));
    const { known } = story(...batches);
    const bySeq = (a: StoredEvent, b: StoredEvent): number => a.seq - b.seq || a.rival - b.rival;
    expect([...atOnce.stored].sort(bySeq)).toEqual([...known.stored].sort(bySeq));
  });

  describe('of an execution that took the place of one that was reset', () => {
    const first = batch([event(1), event(2), event(3), event(4)]);
    const again = (events: readonly SinkEvent[], more: Partial<SinkBatch> = {}): SinkBatch =>
      batch(events, { temporalRunId: 'execution-2', ...more });

    it('takes back with its first live task what the other told beyond it, and corrects readers once', () => {
      const { known, last } = story(first, again([event(1)], { replayed: true }), again([event(2)]));
      expect(holding(known)).toEqual(hashes(event(1), event(2)));
      expect(last.inserts).toMatchObject([
        { type: 'run.corrected', position: 5, event: { supersededPositions: [3, 4], fromSeq: 3 } },
      ]);
      expect(story(first, again([event(2)]), again([event(2)])).last.supersede).toEqual([]);
    });

    it('takes nothing back while it is only replayed, nor when the other told nothing beyond it', () => {
      expect(story(first, again([event(1)], { replayed: true })).last.supersede).toEqual([]);
      expect(story(first, again([event(5)])).last.supersede).toEqual([]);
    });

    it('takes back an end that nobody has seen without telling readers', () => {
      const { last } = story(batch([event(1), end(2)]), again([event(1)]));
      expect(last.supersede).toMatchObject([{ seq: 2, position: null }]);
      expect(last).toMatchObject({ inserts: [], rebuild: true });
    });

    it('takes nothing back from a published end', () => {
      const { known } = story(batch([event(1), end(2)]));
      const { supersede } = mergeEvents({ ...known, closed: true }, [again([event(1)])]);
      expect(supersede).toEqual([]);
    });
  });

  describe('when a recorded history tells them again', () => {
    it('gives free positions first, then new ones', () => {
      const known = { ...FRESH, lastPosition: 4, retold: { free: [1, 3] } };
      const { inserts, lastPosition } = mergeEvents(known, [batch([event(1), event(2), event(3)])]);
      expect(inserts.map(({ position }) => position)).toEqual([1, 3, 5]);
      expect(lastPosition).toBe(5);
    });

    it('believes it against what was stored as replayed, but not against a later execution', () => {
      const { known } = story(batch([event(1), event(2, 7)], { replayed: true }));
      const retold = { ...known, retold: { free: [] } };
      const told = batch([event(2)], { replayed: true });
      expect(mergeEvents(retold, [told]).supersede).toMatchObject([{ seq: 2 }]);
      const later = { ...retold, executions: ['execution-0', 'execution-1'] };
      const older = batch([event(2)], { replayed: true, temporalRunId: 'execution-0' });
      expect(mergeEvents(later, [older]).supersede).toEqual([]);
    });
  });
});
