import type { SinkBatch, SinkEvent } from './events.ts';
import type { EventRow, KnownRun, MergePlan, StoredEvent } from './merge-plan.ts';

/**
 * What becomes of events that arrive for a run. Invariants:
 * M1 one stored event holds at each number; its rivals are superseded, and nothing is overwritten or deleted.
 * M2 positions are given once, without gaps, only to events that hold; the end of a run gets its position when
 *    Temporal has confirmed it.
 * M3 of two events at one number, that of the later execution holds; in one execution the replayed one; of two live
 *    ones that of the longer history, and at equal length the one that came last (an attempt that died came first).
 * M4 a workflow task loses whole: with an event all its later ones are superseded.
 * M5 nothing follows the published end of a run.
 * M6 what an earlier execution told beyond a live task of a later one does not hold: the run was reset before it.
 */

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** An event in the ledger: `before` is how it was stored, `row` what is to be stored when it is new. */
interface Entry {
  readonly now: Mutable<StoredEvent>;
  readonly before: StoredEvent | null;
  readonly content: Pick<EventRow, 'type' | 'at' | 'event' | 'origin'> | null;
}

interface Ledger {
  readonly executions: string[];
  readonly closed: boolean;
  readonly retold: boolean;
  /** Positions nobody has, lowest first; given out before new ones. */
  readonly free: number[];
  lastPosition: number;
  readonly entries: Entry[];
  readonly bySeq: Map<number, Entry[]>;
  readonly losers: Entry[];
  highest: number;
  readonly fresh: SinkEvent['event'][];
  rebuild: boolean;
}

/** Decides what becomes of the batches of one run, in the order they are given. Pure. */
export function mergeEvents(known: KnownRun, batches: readonly SinkBatch[]): MergePlan {
  const ledger: Ledger = {
    executions: [...known.executions],
    closed: known.closed,
    retold: known.retold !== undefined,
    free: [...(known.retold?.free ?? [])],
    lastPosition: known.lastPosition,
    entries: [],
    bySeq: new Map(),
    losers: [],
    highest: 0,
    fresh: [],
    rebuild: false,
  };
  for (const row of known.stored) enter(ledger, { now: { ...row }, before: row, content: null });
  for (const batch of batches) mergeBatch(ledger, batch);
  return toPlan(ledger);
}

function toPlan(ledger: Ledger): MergePlan {
  const { executions, lastPosition, rebuild, fresh } = ledger;
  const changed = (differs: (before: StoredEvent, now: StoredEvent) => boolean): StoredEvent[] =>
    ledger.entries.flatMap(({ before, now }) => (before !== null && differs(before, now) ? [before] : []));
  return {
    executions,
    lastPosition,
    rebuild,
    inserts: ledger.entries.flatMap(({ now, content }) => (content === null ? [] : [{ ...now, ...content }])),
    supersede: changed((before, now) => before.superseded !== now.superseded),
    confirm: changed((before, now) => before.replayed !== now.replayed),
    fresh: rebuild ? [] : fresh,
  };
}

function enter(ledger: Ledger, entry: Entry): void {
  const { seq, superseded } = entry.now;
  ledger.entries.push(entry);
  ledger.bySeq.set(seq, [...(ledger.bySeq.get(seq) ?? []), entry]);
  if (superseded) ledger.losers.push(entry);
  else ledger.highest = Math.max(ledger.highest, seq);
}

function holdingAt(ledger: Ledger, seq: number): Entry | undefined {
  return ledger.bySeq.get(seq)?.find(({ now }) => !now.superseded);
}

function mergeBatch(ledger: Ledger, batch: SinkBatch): void {
  if (!ledger.executions.includes(batch.temporalRunId) && !ledger.closed) {
    ledger.executions.push(batch.temporalRunId);
  }
  let lost = false;
  for (const incoming of batch.events) {
    const holding = holdingAt(ledger, incoming.seq);
    if (holding?.now.hash === incoming.hash) {
      holding.now.replayed ||= batch.replayed;
      continue;
    }
    lost ||= ledger.closed || (!ledger.retold && hasLost(ledger, batch, incoming));
    lost ||= holding !== undefined && !beats(ledger, batch, holding.now);
    if (lost) {
      keepLoser(ledger, batch, incoming);
    } else {
      if (holding !== undefined) supersedeTask(ledger, batch, holding.now);
      hold(ledger, batch, incoming);
    }
  }
  if (!batch.replayed && !ledger.closed) supersedeBeyond(ledger, batch);
}

/** M3. */
function beats({ executions, retold }: Ledger, batch: SinkBatch, holding: StoredEvent): boolean {
  const later = executions.indexOf(batch.temporalRunId) - executions.indexOf(holding.temporalRunId);
  if (later !== 0 || retold) return later >= 0;
  if (batch.replayed !== holding.replayed) return batch.replayed;
  if (batch.historyLength !== holding.historyLength) return batch.historyLength > holding.historyLength;
  return !batch.replayed;
}

type TaskMark = Pick<StoredEvent, 'temporalRunId' | 'historyLength' | 'replayed'>;

/** Whether two events are of one workflow task, as far as can be told. */
function sameTask(a: TaskMark, b: TaskMark): boolean {
  return (
    a.temporalRunId === b.temporalRunId && a.historyLength === b.historyLength && a.replayed === b.replayed
  );
}

/** M4: true when this very event, or an earlier one of its task, has lost before. */
function hasLost(ledger: Ledger, batch: SinkBatch, incoming: SinkEvent): boolean {
  return ledger.losers.some(({ now: loser }) => {
    if (loser.seq > incoming.seq || !sameTask(loser, batch)) return false;
    if (loser.seq === incoming.seq) return loser.hash === incoming.hash;
    // Two attempts of a task can look alike; when the one that holds does too, this is its continuation.
    const winner = holdingAt(ledger, loser.seq);
    return winner === undefined || !sameTask(winner.now, batch);
  });
}

function keepLoser(ledger: Ledger, batch: SinkBatch, incoming: SinkEvent): void {
  const rivals = ledger.bySeq.get(incoming.seq) ?? [];
  const known = rivals.some(({ now }) => now.hash === incoming.hash && sameTask(now, batch));
  if (!known) enterIncoming(ledger, { batch, incoming, position: null, superseded: true });
}

function hold(ledger: Ledger, batch: SinkBatch, incoming: SinkEvent): void {
  if (incoming.seq < ledger.highest) ledger.rebuild = true;
  const position = isEnd(incoming.event.type) ? null : nextPosition(ledger);
  enterIncoming(ledger, { batch, incoming, position, superseded: false });
  ledger.fresh.push(incoming.event);
}

function nextPosition(ledger: Ledger): number {
  return ledger.free.shift() ?? (ledger.lastPosition += 1);
}

type Fate = Pick<StoredEvent, 'position' | 'superseded'>;

interface Arrival extends Fate {
  readonly batch: SinkBatch;
  readonly incoming: SinkEvent;
}

function enterIncoming(ledger: Ledger, arrival: Arrival): void {
  const { batch, incoming, position, superseded } = arrival;
  const { temporalRunId, historyLength, replayed } = batch;
  const rival = ledger.bySeq.get(incoming.seq)?.length ?? 0;
  enter(ledger, {
    now: {
      seq: incoming.seq,
      rival,
      hash: incoming.hash,
      temporalRunId,
      historyLength,
      replayed,
      position,
      superseded,
    },
    before: null,
    content: { type: incoming.event.type, at: incoming.at, event: incoming.event, origin: 'run' },
  });
}

/** M1, M4: the holding event and all later ones of its task (or of executions before the batch's) lose. */
function supersedeTask(ledger: Ledger, batch: SinkBatch, holding: StoredEvent): void {
  supersede(ledger, batch, {
    fromSeq: holding.seq,
    losers: ledger.entries.filter(
      ({ now }) =>
        !now.superseded &&
        now.seq >= holding.seq &&
        (sameTask(now, holding) || isEarlier(ledger, now, batch)),
    ),
  });
}

/** M6. Nothing of the sort follows a continue-as-new: there the later execution goes on behind all that was told. */
function supersedeBeyond(ledger: Ledger, batch: SinkBatch): void {
  const last = batch.events.at(-1);
  if (last === undefined) return;
  const losers = ledger.entries.filter(
    ({ now }) => !now.superseded && now.seq > last.seq && isEarlier(ledger, now, batch),
  );
  if (losers.length > 0) supersede(ledger, batch, { fromSeq: last.seq + 1, losers });
}

function isEarlier({ executions }: Ledger, now: StoredEvent, batch: SinkBatch): boolean {
  return executions.indexOf(now.temporalRunId) < executions.indexOf(batch.temporalRunId);
}

interface Defeat {
  readonly fromSeq: number;
  readonly losers: readonly Entry[];
}

function supersede(ledger: Ledger, batch: SinkBatch, { fromSeq, losers }: Defeat): void {
  for (const loser of losers) {
    loser.now.superseded = true;
    ledger.losers.push(loser);
  }
  ledger.rebuild = true;
  const positions = losers.flatMap(({ now }) => (now.position === null ? [] : [now.position]));
  if (positions.length > 0) enterCorrection(ledger, batch, { fromSeq, positions });
}

interface Correction {
  readonly fromSeq: number;
  readonly positions: readonly number[];
}

/** Corrections are numbered by the store, below zero, so that they never meet a number of the run. */
function enterCorrection(ledger: Ledger, batch: SinkBatch, { fromSeq, positions }: Correction): void {
  ledger.lastPosition += 1;
  const { temporalRunId, historyLength, replayed } = batch;
  const supersededPositions = [...positions].sort((a, b) => a - b);
  const position = ledger.lastPosition;
  const at = (batch.events.find(({ seq }) => seq >= fromSeq) ?? batch.events.at(-1))?.at ?? '';
  enter(ledger, {
    now: {
      seq: -position,
      rival: 0,
      position,
      hash: '',
      temporalRunId,
      historyLength,
      replayed,
      superseded: false,
    },
    before: null,
    content: {
      type: 'run.corrected',
      at,
      event: { type: 'run.corrected', supersededPositions, fromSeq },
      origin: 'store',
    },
  });
}

/** True for the events that end a run. */
function isEnd(type: string): boolean {
  return type === 'run.completed' || type === 'run.faulted' || type === 'run.canceled';
}
