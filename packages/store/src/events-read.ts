import { workflowIdOf, type NumberedTrace, type RunId, type Scope } from '@baton/core';
import { select, type Queryable } from './database.ts';
import { toStoredEvent, toTrace } from './events-codec.ts';
import type { StoredEvent } from './merge-plan.ts';
import type { RunState } from './projection.ts';
import { flag, id, instantOrNull, number, scopeOf, text, texts, type Row } from './row-codec.ts';
import { toProvisional, toRunUsage, toWaitingFor } from './runs-codec.ts';
import { toStepRecord } from './steps-codec.ts';
import type { StepRecord } from './steps.ts';

/** A run, wherever it is. */
export interface RunKey {
  readonly scope: Scope;
  readonly runId: RunId;
}

/** A run and the lowest number from which its stored events are wanted. */
export interface StoredFrom {
  readonly run: LockedRun;
  readonly fromSeq: number;
}

/** From where the stored events of a run decide about arriving ones. */
export function storedFrom(
  run: LockedRun,
  batches: readonly { readonly events: readonly { readonly seq: number }[] }[],
): StoredFrom {
  const seqs = batches.flatMap(({ events }) => events.map(({ seq }) => seq));
  // Old rivals tell whether an arriving task has lost before, so then all rows are looked at.
  return { run, fromSeq: run.rivals ? 0 : Math.min(...seqs) };
}

/** A run's row under its lock. */
export interface LockedRun extends RunKey {
  readonly executions: readonly string[];
  readonly lastPosition: number;
  readonly closed: boolean;
  /** Whether any event of it was ever superseded. */
  readonly rivals: boolean;
  readonly state: RunState;
}

/** Locks rows of runs in the order of their ids, so that two appends never wait for each other in a ring. */
export async function lockRuns(tx: Queryable, keys: readonly RunKey[]): Promise<readonly LockedRun[]> {
  const rows = await select(tx)`
    SELECT r.workspace_id, r.id, r.executions, r.last_position, r.rivals, r.ended_at IS NOT NULL AS closed, r.status,
           r.suspended, r.started_at, r.waiting_for, r.usage, r.provisional, r.last_seq, r.last_event_at
    FROM unnest(${keys.map(({ scope }) => scope.workspaceId)}::uuid[], ${keys.map(({ runId }) => runId)}::uuid[])
      AS k (workspace_id, run_id)
    JOIN runs r ON r.workspace_id = k.workspace_id AND r.id = k.run_id
    ORDER BY r.workspace_id, r.id
    FOR UPDATE OF r`;
  return rows.map(toLockedRun);
}

function toLockedRun(row: Row): LockedRun {
  return {
    scope: scopeOf(row),
    runId: id<RunId>(row, 'id'),
    executions: texts(row, 'executions'),
    lastPosition: number(row, 'last_position'),
    closed: flag(row, 'closed'),
    rivals: flag(row, 'rivals'),
    state: {
      status: openStatus(text(row, 'status')),
      suspended: flag(row, 'suspended'),
      startedAt: instantOrNull(row, 'started_at'),
      waitingFor: toWaitingFor(row),
      usage: toRunUsage(row),
      end: toProvisional(row),
      lastSeq: number(row, 'last_seq'),
      lastEventAt: instantOrNull(row, 'last_event_at'),
    },
  };
}

function openStatus(status: string): RunState['status'] {
  // A closed run is never projected further, so which open status stands for its end does not matter.
  return status === 'pending' || status === 'waiting' || status === 'suspended' ? status : 'running';
}

/** Stored events from a number on, by workflow id; those below zero are the store's own and left out. */
export async function loadStored(
  tx: Queryable,
  wanted: readonly { readonly run: RunKey; readonly fromSeq: number }[],
): Promise<ReadonlyMap<string, readonly StoredEvent[]>> {
  if (wanted.length === 0) return new Map();
  const rows = await select(tx)`
    SELECT e.workspace_id, e.run_id, e.seq, e.rival, e.position, e.hash, e.temporal_run_id, e.history_length, e.replayed,
           e.superseded
    FROM unnest(${wanted.map(({ run }) => run.scope.workspaceId)}::uuid[],
                ${wanted.map(({ run }) => run.runId)}::uuid[], ${wanted.map(({ fromSeq }) => fromSeq)}::int[])
      AS k (workspace_id, run_id, from_seq)
    JOIN run_events e ON e.workspace_id = k.workspace_id AND e.run_id = k.run_id AND e.seq >= k.from_seq
    WHERE e.seq > 0
    ORDER BY e.workspace_id, e.run_id, e.seq, e.rival`;
  return groupByRun(rows, toStoredEvent);
}

/** All events of runs that hold, in the order of their numbers, by workflow id. */
export async function loadHolding(
  tx: Queryable,
  keys: readonly RunKey[],
): Promise<ReadonlyMap<string, readonly NumberedTrace[]>> {
  const rows = await select(tx)`
    SELECT e.workspace_id, e.run_id, e.event
    FROM unnest(${keys.map(({ scope }) => scope.workspaceId)}::uuid[], ${keys.map(({ runId }) => runId)}::uuid[])
      AS k (workspace_id, run_id)
    JOIN run_events e ON e.workspace_id = k.workspace_id AND e.run_id = k.run_id
    WHERE e.seq > 0 AND NOT e.superseded
    ORDER BY e.workspace_id, e.run_id, e.seq`;
  return groupByRun(rows, toTrace);
}

/** Some events of one run that hold, behind a number, in order. */
export async function loadHoldingPage(
  tx: Queryable,
  { scope, runId }: RunKey,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly NumberedTrace[]> {
  const rows = await select(tx)`
    SELECT event FROM run_events
    WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid AND seq > ${page.after}::int
      AND NOT superseded
    ORDER BY seq LIMIT ${page.limit}::int`;
  return rows.map(toTrace);
}

/** The named steps of runs, by workflow id and number. */
export async function loadSteps(
  tx: Queryable,
  wanted: readonly (RunKey & { readonly stepIds: readonly number[] })[],
): Promise<ReadonlyMap<string, ReadonlyMap<number, StepRecord>>> {
  const flat = wanted.flatMap(({ scope, runId, stepIds }) =>
    stepIds.map((stepId) => ({ workspaceId: scope.workspaceId, runId, stepId })),
  );
  if (flat.length === 0) return new Map();
  const rows = await select(tx)`
    SELECT s.*
    FROM unnest(${flat.map((one) => one.workspaceId)}::uuid[], ${flat.map((one) => one.runId)}::uuid[],
                ${flat.map((one) => one.stepId)}::int[]) AS k (workspace_id, run_id, step_id)
    JOIN steps s ON s.workspace_id = k.workspace_id AND s.run_id = k.run_id AND s.step_id = k.step_id`;
  const found = groupByRun(rows, toStepRecord);
  return new Map([...found].map(([key, steps]) => [key, new Map(steps.map((step) => [step.id, step]))]));
}

function groupByRun<Item>(
  rows: readonly Row[],
  parse: (row: Row) => Item,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) {
    const key = workflowIdOf(scopeOf(row), id<RunId>(row, 'run_id'));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [parse(row)]);
    else group.push(parse(row));
  }
  return groups;
}
