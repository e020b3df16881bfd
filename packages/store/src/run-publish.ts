import type { RunId, Scope } from '@baton/core';
import { select, sql, type Queryable, type Sql } from './database.ts';
import type { ConfirmParams } from './events.ts';
import { RUN_COLUMNS, toRunRecord } from './runs-codec.ts';
import type { RunRecord } from './runs.ts';

/**
 * Publishes the end a run told, in one statement, when nothing stands in the way: it is open, this execution told this end, no human
 * task is open that would have to be canceled, and no parent has asked to be told. Null when something does; nothing is written then.
 */
export async function publishEnd(
  db: Queryable,
  scope: Scope,
  { runId, status, execution }: ConfirmParams & { readonly runId: RunId },
): Promise<RunRecord | null> {
  const [row] = await select(db)`
    WITH ended AS (
      UPDATE runs r
      SET status = r.provisional ->> 'status', output = r.provisional -> 'output', error = r.provisional -> 'error',
          ended_at = (r.provisional ->> 'endedAt')::timestamptz,
          last_event_at = (r.provisional ->> 'endedAt')::timestamptz, provisional = NULL,
          last_position = r.last_position + 1, waiting_for = '[]', suspended = false, stalled = false, heard_at = now()
      WHERE r.workspace_id = ${scope.workspaceId}::uuid AND r.id = ${runId}::uuid AND r.ended_at IS NULL AND NOT r.parent_asked
        AND r.provisional ->> 'status' = coalesce(${status ?? null}, r.provisional ->> 'status')
        AND coalesce(r.temporal_run_id, '') = coalesce(${execution ?? null}, r.temporal_run_id, '')
        AND NOT EXISTS (SELECT FROM human_tasks t
                        WHERE t.workspace_id = r.workspace_id AND t.run_id = r.id AND t.decided_at IS NULL)
      RETURNING ${RUN_COLUMNS}
    ), shown AS (
      UPDATE run_events e SET position = ended.last_position FROM ended
      WHERE e.workspace_id = ended.workspace_id AND e.run_id = ended.id AND NOT e.superseded AND e.position IS NULL
        AND e.seq > 0 AND e.type = 'run.' || ended.status
    )
    SELECT ${RUN_COLUMNS}, ${tellEnd(scope, runId)} FROM ended`;
  return row === undefined ? null : toRunRecord(row);
}

/** Columns of a query that tell who follows a run, and who waits for its end. */
export function tellEnd(scope: Scope, runId: RunId): Sql {
  const run = `${scope.workspaceId}.${runId}`;
  return sql`pg_notify('baton_runs', ${run})::text AS told, pg_notify('baton_run_ends', ${run})::text AS ended`;
}
