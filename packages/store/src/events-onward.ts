import { parseWorkflowId, workflowIdOf } from '@baton/core';
import { NOTHING, select, sql, type Queryable, type Sql } from './database.ts';
import type { RememberedRun } from './events-remembered.ts';
import { mergeEvents } from './events-merge.ts';
import type { RunKey } from './events-read.ts';
import { at, insertionOf, OVERWRITE_STEP, stepInsertionOf } from './events-write.ts';
import type { SinkBatch } from './events.ts';
import type { MergePlan } from './merge-plan.ts';
import { NOTHING_YET, project, stepIdsOf, type Projection } from './projection.ts';
import { jsonOrNull, jsonText } from './row-codec.ts';

/*
 * The short way of events that simply go on: live ones of the execution told of last, from the next number on, of a run that
 * this process knows or that has none yet. Nothing is read: what is to be written is found from what is known, and one
 * statement writes it, for each run whose row says that what is known still holds. Every other run takes the long way.
 */

/** Events that go on, and what they make of their run. */
export interface Onward {
  readonly key: RunKey;
  readonly temporalRunId: string;
  /** What the row must say for this to be written. */
  readonly known: { readonly lastSeq: number; readonly lastPosition: number };
  readonly plan: MergePlan;
  readonly projection: Projection;
  /** The run afterwards; null once it has ended. */
  readonly next: RememberedRun | null;
}

const NOTHING_KNOWN = { lastPosition: 0, state: NOTHING_YET.run, steps: NOTHING_YET.steps, size: 0 };

/** Plans a batch as one that goes on; null when it does not, as far as this process can tell. */
export function planOnward(batch: SinkBatch, known: RememberedRun | undefined): Onward | null {
  const { temporalRunId, events } = batch;
  const { lastPosition, state, steps, size } = known ?? NOTHING_KNOWN;
  if (batch.replayed || state.end !== null) return null;
  if (known !== undefined && known.temporalRunId !== temporalRunId) return null;
  if (events.some(({ seq }, index) => seq !== state.lastSeq + 1 + index)) return null;
  const nothing = { executions: [temporalRunId], lastPosition, closed: false, stored: [] };
  const plan = mergeEvents(nothing, [batch]);
  const whole = project({ run: state, steps }, plan.fresh);
  const named = stepIdsOf(plan.fresh);
  const told = events.reduce((sum, { event }) => sum + (jsonText(event)?.length ?? 0), size);
  return {
    key: { scope: batch.scope, runId: batch.runId },
    temporalRunId,
    known: { lastSeq: state.lastSeq, lastPosition },
    plan,
    projection: { run: whole.run, steps: new Map([...whole.steps].filter(([id]) => named.includes(id))) },
    next:
      whole.run.end === null
        ? {
            temporalRunId,
            lastPosition: plan.lastPosition,
            state: whole.run,
            steps: whole.steps,
            size: told,
          }
        : null,
  };
}

/** Writes what goes on, in one statement, and tells who listens. Gives the workflow ids of the runs it was written for. */
export async function writeOnward(db: Queryable, all: readonly Onward[]): Promise<ReadonlySet<string>> {
  const events = all.flatMap(({ key, plan }) => at(key, plan.inserts));
  const steps = all.flatMap(({ key, projection }) =>
    [...projection.steps.values()].map((step) => ({ ...step, key })),
  );
  const ofWritten = sql`, written w WHERE w.workspace_id = k.workspace_id AND w.id = k.run_id`;
  const rows = await select(db)`
    WITH written AS (${updateOf(all)} RETURNING r.workspace_id, r.id),
         told AS (${insertionOf(events)} ${ofWritten})
         ${steps.length === 0 ? NOTHING : sql`, done AS (${stepInsertionOf(steps)} ${ofWritten} ${OVERWRITE_STEP})`}
    SELECT names, pg_notify('baton_runs', names)::text AS notified
    FROM (SELECT string_agg(workspace_id || '.' || id, ',') AS names
          FROM (SELECT workspace_id, id, row_number() OVER () / 100 AS notice FROM written) numbered GROUP BY notice) notices`;
  const names = rows.flatMap((row) => String(row['names']).split(','));
  return new Set(
    names.flatMap((name) => {
      const run = parseWorkflowId(name);
      return run === null ? [] : [workflowIdOf(run.scope, run.runId)];
    }),
  );
}

/** The update of rows that say what is known. */
function updateOf(all: readonly Onward[]): Sql {
  const state = all.map(({ projection }) => projection.run);
  return sql`
    UPDATE runs r
    SET last_position = k.last_position, heard_at = now(), last_seq = k.last_seq, last_event_at = k.last_event_at,
        executions = CASE WHEN r.temporal_run_id IS NULL THEN ARRAY[k.temporal_run_id] ELSE r.executions END,
        temporal_run_id = k.temporal_run_id, usage = k.usage::json, started_at = coalesce(k.started_at, r.started_at),
        status = k.status, suspended = k.suspended, waiting_for = k.waiting_for::json, provisional = k.provisional::json
    FROM unnest(${all.map(({ key }) => key.scope.workspaceId)}::uuid[], ${all.map(({ key }) => key.runId)}::uuid[],
                ${all.map(({ temporalRunId }) => temporalRunId)}::text[],
                ${all.map(({ known }) => known.lastSeq)}::int[], ${all.map(({ known }) => known.lastPosition)}::int[],
                ${all.map(({ plan }) => plan.lastPosition)}::int[], ${state.map(({ lastSeq }) => lastSeq)}::int[],
                ${state.map(({ lastEventAt }) => lastEventAt)}::timestamptz[], ${state.map(({ usage }) => jsonText(usage))}::text[],
                ${state.map(({ startedAt }) => startedAt)}::timestamptz[], ${state.map(({ status }) => status)}::text[],
                ${state.map(({ suspended }) => suspended)}::boolean[],
                ${state.map(({ waitingFor }) => jsonText(waitingFor))}::text[],
                ${state.map(({ end }) => jsonOrNull(end))}::text[])
      AS k (workspace_id, run_id, temporal_run_id, known_seq, known_position, last_position, last_seq, last_event_at, usage,
            started_at, status, suspended, waiting_for, provisional)
    WHERE r.workspace_id = k.workspace_id AND r.id = k.run_id AND r.last_seq = k.known_seq
      AND r.last_position = k.known_position AND r.ended_at IS NULL AND r.provisional IS NULL AND NOT r.rivals
      AND coalesce(r.temporal_run_id, k.temporal_run_id) = k.temporal_run_id`;
}
