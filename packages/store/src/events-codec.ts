import type { NumberedTrace, RunId } from '@baton/core';
import type { EventOrigin, EventRecord } from './events.ts';
import type { StoredEvent } from './merge-plan.ts';
import {
  flag,
  id,
  instant,
  jsonObject,
  number,
  numberOrNull,
  oneOf,
  text,
  trusted,
  type Row,
} from './row-codec.ts';

const ORIGINS: readonly EventOrigin[] = ['run', 'store', 'reconciler', 'api'];

/** A row of `run_events` as readers see it. */
export function toEventRecord(row: Row): EventRecord {
  const { seq: _seq, at: _at, type: _type, ...body } = jsonObject(row, 'event');
  return {
    position: number(row, 'position'),
    runId: id<RunId>(row, 'run_id'),
    type: text(row, 'type'),
    at: instant(row, 'at'),
    origin: oneOf(row, 'origin', ORIGINS),
    body,
  };
}

/** A row of `run_events` without its content. */
export function toStoredEvent(row: Row): StoredEvent {
  return {
    seq: number(row, 'seq'),
    rival: number(row, 'rival'),
    position: numberOrNull(row, 'position'),
    hash: text(row, 'hash'),
    temporalRunId: text(row, 'temporal_run_id'),
    historyLength: number(row, 'history_length'),
    replayed: flag(row, 'replayed'),
    superseded: flag(row, 'superseded'),
  };
}

/** The trace event in a row of `run_events`, as the run gave it. */
export function toTrace(row: Row): NumberedTrace {
  return trusted<NumberedTrace>(jsonObject(row, 'event'));
}
