import { workflowIdOf } from '@baton/core';
import { execute, select, sql, type Queryable, type Sql } from './database.ts';
import type { ProjectedRun } from './events-append.ts';
import { hasRivals, type EventRow, type MergePlan, type StoredEvent } from './merge-plan.ts';
import type { RunKey } from './events-read.ts';
import { jsonOrNull, jsonText } from './row-codec.ts';
import type { StepRecord } from './steps.ts';

/** PostgreSQL takes less than 8000 bytes in one notice; a run is named in 74. */
const RUNS_PER_NOTICE = 100;

/** Payloads that name runs, for `baton_runs`. */
export function runNotices(keys: readonly RunKey[]): readonly string[] {
  const names = keys.map(({ scope, runId }) => workflowIdOf(scope, runId));
  const count = Math.ceil(names.length / RUNS_PER_NOTICE);
  return Array.from({ length: count }, (_, i) =>
    names.slice(i * RUNS_PER_NOTICE, (i + 1) * RUNS_PER_NOTICE).join(','),
  );
}

/** An event with the run it is of. */
type At<Event> = Event & RunKey;

/** Events that merging decided about, and the run they are of. */
interface Planned {
  readonly run: RunKey;
  readonly plan: Pick<MergePlan, 'confirm' | 'supersede' | 'inserts'>;
}

/** Writes what merging decided: which events a replay has confirmed, which have lost, and which are new. */
export async function writeEvents(tx: Queryable, planned: readonly Planned[]): Promise<void> {
  const confirmed = planned.flatMap(({ run, plan }) => at(run, plan.confirm));
  const lost = planned.flatMap(({ run, plan }) => at(run, plan.supersede));
  const inserts = planned.flatMap(({ run, plan }) => at(run, plan.inserts));
  if (confirmed.length > 0) await confirmEvents(tx, confirmed);
  if (lost.length > 0) await supersedeEvents(tx, lost);
  if (inserts.length > 0) await execute(tx)`${insertionOf(inserts)}`;
}

/** Events of a run with its key. */
export function at<Event>({ scope, runId }: RunKey, events: readonly Event[]): readonly At<Event>[] {
  return events.map((event) => ({ ...event, scope, runId }));
}

/** Notes that a replay gave these live events again. */
async function confirmEvents(tx: Queryable, events: readonly At<StoredEvent>[]): Promise<void> {
  await execute(tx)`
    UPDATE run_events e SET replayed = true
    FROM unnest(${events.map(({ scope }) => scope.workspaceId)}::uuid[], ${events.map(({ runId }) => runId)}::uuid[],
                ${events.map(({ seq }) => seq)}::int[], ${events.map(({ rival }) => rival)}::int[])
      AS k (workspace_id, run_id, seq, rival)
    WHERE e.workspace_id = k.workspace_id AND e.run_id = k.run_id AND e.seq = k.seq AND e.rival = k.rival`;
}

/** Marks events as superseded; they keep their positions. */
async function supersedeEvents(tx: Queryable, events: readonly At<StoredEvent>[]): Promise<void> {
  await execute(tx)`
    UPDATE run_events e SET superseded = true
    FROM unnest(${events.map(({ scope }) => scope.workspaceId)}::uuid[], ${events.map(({ runId }) => runId)}::uuid[],
                ${events.map(({ seq }) => seq)}::int[], ${events.map(({ rival }) => rival)}::int[])
      AS k (workspace_id, run_id, seq, rival)
    WHERE e.workspace_id = k.workspace_id AND e.run_id = k.run_id AND e.seq = k.seq AND e.rival = k.rival`;
}

/** The insertion of events, whose rows are `k`: conditions on them may follow. */
export function insertionOf(events: readonly At<EventRow>[]): Sql {
  return sql`
    INSERT INTO run_events (workspace_id, run_id, seq, rival, position, type, at, hash, event, origin, temporal_run_id,
                            history_length, replayed, superseded)
    SELECT k.workspace_id, k.run_id, k.seq, k.rival, k.position, k.type, k.at, k.hash, k.event::json, k.origin,
           k.temporal_run_id, k.history_length, k.replayed, k.superseded
    FROM unnest(${events.map(({ scope }) => scope.workspaceId)}::uuid[], ${events.map(({ runId }) => runId)}::uuid[],
                ${events.map(({ seq }) => seq)}::int[], ${events.map(({ rival }) => rival)}::int[],
                ${events.map(({ position }) => position)}::int[], ${events.map(({ type }) => type)}::text[],
                ${events.map(({ at }) => at)}::timestamptz[], ${events.map(({ hash }) => hash)}::text[],
                ${events.map(({ event }) => jsonText(event))}::text[], ${events.map(({ origin }) => origin)}::text[],
                ${events.map(({ temporalRunId }) => temporalRunId)}::text[],
                ${events.map(({ historyLength }) => historyLength)}::int[],
                ${events.map(({ replayed }) => replayed)}::boolean[],
                ${events.map(({ superseded }) => superseded)}::boolean[])
      AS k (workspace_id, run_id, seq, rival, position, type, at, hash, event, origin, temporal_run_id, history_length,
            replayed, superseded)`;
}

/** Writes runs and steps as projected, and tells who listens. A published end is left as it is. */
export async function writeProjections(tx: Queryable, projected: readonly ProjectedRun[]): Promise<void> {
  const rebuilt = projected.filter(({ plan }) => plan.rebuild).map(({ run }) => run);
  if (rebuilt.length > 0) await deleteSteps(tx, rebuilt);
  await updateRuns(tx, projected);
  await upsertSteps(
    tx,
    projected.flatMap(({ run, projection }) =>
      [...projection.steps.values()].map((step) => ({ ...step, key: run })),
    ),
  );
}

/** Removes every step of runs whose steps are built anew. */
export async function deleteSteps(tx: Queryable, keys: readonly RunKey[]): Promise<void> {
  await execute(tx)`
    DELETE FROM steps s
    USING unnest(${keys.map(({ scope }) => scope.workspaceId)}::uuid[], ${keys.map(({ runId }) => runId)}::uuid[])
      AS k (workspace_id, run_id)
    WHERE s.workspace_id = k.workspace_id AND s.run_id = k.run_id`;
}

async function updateRuns(tx: Queryable, all: readonly ProjectedRun[]): Promise<void> {
  const state = all.map(({ projection }) => projection.run);
  await select(tx)`
    WITH written AS (
      UPDATE runs r
      SET last_position = k.last_position, rivals = r.rivals OR k.rivals, heard_at = now(),
          executions = ARRAY(SELECT json_array_elements_text(k.executions::json)),
          temporal_run_id = coalesce(k.executions::json ->> -1, r.temporal_run_id),
          last_seq = k.last_seq, last_event_at = k.last_event_at, usage = k.usage::json,
          started_at = coalesce(k.started_at, r.started_at),
          status = CASE WHEN r.ended_at IS NULL THEN k.status ELSE r.status END,
          suspended = r.ended_at IS NULL AND k.suspended,
          waiting_for = CASE WHEN r.ended_at IS NULL THEN k.waiting_for::json ELSE '[]' END,
          provisional = CASE WHEN r.ended_at IS NULL THEN k.provisional::json END
      FROM unnest(${all.map(({ run }) => run.scope.workspaceId)}::uuid[], ${all.map(({ run }) => run.runId)}::uuid[],
                  ${all.map(({ plan }) => plan.lastPosition)}::int[],
                  ${all.map(({ plan }) => hasRivals(plan))}::boolean[],
                  ${all.map(({ plan }) => JSON.stringify(plan.executions))}::text[],
                  ${state.map(({ lastSeq }) => lastSeq)}::int[], ${state.map(({ lastEventAt }) => lastEventAt)}::timestamptz[],
                  ${state.map(({ usage }) => jsonText(usage))}::text[], ${state.map(({ startedAt }) => startedAt)}::timestamptz[],
                  ${state.map(({ status }) => status)}::text[], ${state.map(({ suspended }) => suspended)}::boolean[],
                  ${state.map(({ waitingFor }) => jsonText(waitingFor))}::text[],
                  ${state.map(({ end }) => jsonOrNull(end))}::text[])
        AS k (workspace_id, run_id, last_position, rivals, executions, last_seq, last_event_at, usage, started_at, status,
              suspended, waiting_for, provisional)
      WHERE r.workspace_id = k.workspace_id AND r.id = k.run_id
    )
    SELECT pg_notify('baton_runs', notice)::text AS notified
    FROM unnest(${runNotices(all.map(({ run }) => run))}::text[]) AS notice`;
}

/** A step with the run it is of. */
export type StepOf = StepRecord & { readonly key: RunKey };

/** Inserts or overwrites steps. */
export async function upsertSteps(tx: Queryable, steps: readonly StepOf[]): Promise<void> {
  if (steps.length === 0) return;
  await execute(tx)`${stepInsertionOf(steps)} ${OVERWRITE_STEP}`;
}

/** The insertion of steps, whose rows are `k`: conditions on them may follow, and then {@link OVERWRITE_STEP}. */
export function stepInsertionOf(steps: readonly StepOf[]): Sql {
  return sql`
    INSERT INTO steps (workspace_id, run_id, step_id, parent_id, path, name, kind, iteration, attempt, status, input, output,
                       error, usage, wait, attempts, human_task_id, child_run_id, started_at, ended_at)
    SELECT k.workspace_id, k.run_id, k.step_id, k.parent_id, k.path, k.name, k.kind, k.iteration, k.attempt, k.status,
           k.input::json, k.output::json, k.error::json, k.usage::json, k.wait::json, k.attempts::json, k.human_task_id,
           k.child_run_id, k.started_at, k.ended_at
    FROM unnest(${steps.map(({ key }) => key.scope.workspaceId)}::uuid[], ${steps.map(({ key }) => key.runId)}::uuid[],
                ${steps.map((step) => step.id)}::int[], ${steps.map((step) => step.parentId)}::int[],
                ${steps.map((step) => step.path)}::text[], ${steps.map((step) => step.name)}::text[],
                ${steps.map((step) => step.kind)}::text[], ${steps.map((step) => step.iteration)}::int[],
                ${steps.map((step) => step.attempt)}::int[], ${steps.map((step) => step.status)}::text[],
                ${steps.map((step) => jsonOrNull(step.input))}::text[], ${steps.map((step) => jsonOrNull(step.output))}::text[],
                ${steps.map((step) => jsonOrNull(step.error))}::text[], ${steps.map((step) => jsonOrNull(step.usage))}::text[],
                ${steps.map((step) => jsonOrNull(step.wait))}::text[], ${steps.map((step) => jsonText(step.attempts))}::text[],
                ${steps.map((step) => step.humanTaskId)}::text[], ${steps.map((step) => step.childRunId)}::text[],
                ${steps.map((step) => step.startedAt)}::timestamptz[], ${steps.map((step) => step.endedAt)}::timestamptz[])
      AS k (workspace_id, run_id, step_id, parent_id, path, name, kind, iteration, attempt, status, input, output, error,
            usage, wait, attempts, human_task_id, child_run_id, started_at, ended_at)`;
}

/** A step that is there becomes what was to be inserted. */
export const OVERWRITE_STEP = sql`
    ON CONFLICT (workspace_id, run_id, step_id) DO UPDATE
    SET parent_id = excluded.parent_id, path = excluded.path, name = excluded.name, kind = excluded.kind,
        iteration = excluded.iteration, attempt = excluded.attempt, status = excluded.status, input = excluded.input,
        output = excluded.output, error = excluded.error, usage = excluded.usage, wait = excluded.wait,
        attempts = excluded.attempts, human_task_id = excluded.human_task_id, child_run_id = excluded.child_run_id,
        started_at = excluded.started_at, ended_at = excluded.ended_at`;
