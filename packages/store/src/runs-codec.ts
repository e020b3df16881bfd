import { STATUSES, type Problem, type RunId } from '@baton/core';
import { sql } from './database.ts';
import {
  flag,
  id,
  instant,
  instantOrNull,
  json,
  jsonArray,
  jsonObject,
  jsonObjectOrNull,
  number,
  numberOrNull,
  oneOf,
  text,
  textOrNull,
  trusted,
  type Row,
} from './row-codec.ts';
import type { Provisional, RunKind, RunRecord, RunUsage, WaitingFor } from './runs.ts';

/** The columns a record is made of: what a run was started from is long, and asked for by its own name. */
export const RUN_COLUMNS = sql`
  workspace_id, id, kind, workflow, namespace, version, status, stalled, suspended, input, output, error, tags, priority,
  requester, requester_name, parent_run_id, parent_step, waiting_for, usage, temporal_run_id, created_at, started_at,
  ended_at, last_event_at, last_position`;

const KINDS: readonly RunKind[] = ['workflow', 'invocation'];

/** A row of `runs` as a record. */
export function toRunRecord(row: Row): RunRecord {
  const parentRunId = textOrNull(row, 'parent_run_id');
  const error = jsonObjectOrNull(row, 'error');
  return {
    id: id<RunId>(row, 'id'),
    kind: oneOf(row, 'kind', KINDS),
    workflow: text(row, 'workflow'),
    namespace: text(row, 'namespace'),
    version: text(row, 'version'),
    status: oneOf(row, 'status', STATUSES),
    stalled: flag(row, 'stalled'),
    suspended: flag(row, 'suspended'),
    input: json(row, 'input'),
    output: json(row, 'output'),
    error: error === null ? null : trusted<Problem>(error),
    tags: trusted<Readonly<Record<string, string>>>(jsonObject(row, 'tags')),
    priority: numberOrNull(row, 'priority'),
    requester: text(row, 'requester'),
    requesterName: textOrNull(row, 'requester_name'),
    parent:
      parentRunId === null
        ? null
        : { runId: id<RunId>(row, 'parent_run_id'), step: text(row, 'parent_step') },
    waitingFor: toWaitingFor(row),
    usage: toRunUsage(row),
    temporalRunId: textOrNull(row, 'temporal_run_id'),
    createdAt: instant(row, 'created_at'),
    startedAt: instantOrNull(row, 'started_at'),
    endedAt: instantOrNull(row, 'ended_at'),
    lastEventAt: instantOrNull(row, 'last_event_at'),
    lastPosition: number(row, 'last_position'),
  };
}

/** What a run's row says it waits for. */
export function toWaitingFor(row: Row): readonly WaitingFor[] {
  return trusted<readonly WaitingFor[]>(jsonArray(row, 'waiting_for'));
}

/** What a run's row says it used. */
export function toRunUsage(row: Row): RunUsage {
  return trusted<RunUsage>(jsonObject(row, 'usage'));
}

/** The unconfirmed end in a run's row, or null. */
export function toProvisional(row: Row): Provisional | null {
  const value = jsonObjectOrNull(row, 'provisional');
  return value === null ? null : trusted<Provisional>(value);
}
