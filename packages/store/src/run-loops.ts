import { STATUSES, type RunId } from '@baton/core';
import { select, type Queryable } from './database.ts';
import { flag, id, instant, jsonObject, oneOf, scopeOf, textOrNull } from './row-codec.ts';
import { toProvisional, toRunRecord } from './runs-codec.ts';
import type { IdleRun, LoopParams, ProvisionalRun, UnstartedRun } from './runs.ts';

/** Across workspaces: accepted runs that no execution has been seen for. */
export async function listUnstarted(db: Queryable, params: LoopParams): Promise<readonly UnstartedRun[]> {
  const rows = await select(db)`
    SELECT * FROM runs
    WHERE temporal_run_id IS NULL AND ended_at IS NULL
      AND created_at <= now()::timestamptz(3) - ${params.olderThanMs}::float8 * interval '1 millisecond'
    ORDER BY created_at LIMIT ${params.limit}::int`;
  return rows.map((row) => ({
    scope: scopeOf(row),
    run: toRunRecord(row),
    snapshot: jsonObject(row, 'snapshot'),
  }));
}

/** Across workspaces: runs whose own end waits for confirmation. */
export async function listProvisional(db: Queryable, params: LoopParams): Promise<readonly ProvisionalRun[]> {
  const rows = await select(db)`
    SELECT workspace_id, id, temporal_run_id, provisional FROM runs
    WHERE provisional IS NOT NULL AND heard_at <= now()::timestamptz(3) - ${params.olderThanMs}::float8 * interval '1 millisecond'
    ORDER BY heard_at LIMIT ${params.limit}::int`;
  return rows.flatMap((row) => {
    const provisional = toProvisional(row);
    if (provisional === null) return [];
    const temporalRunId = textOrNull(row, 'temporal_run_id');
    return [{ scope: scopeOf(row), runId: id<RunId>(row, 'id'), temporalRunId, provisional }];
  });
}

/** Across workspaces: open, started runs that nothing was heard of for a while. */
export async function listOpenIdle(db: Queryable, params: LoopParams): Promise<readonly IdleRun[]> {
  const rows = await select(db)`
    SELECT workspace_id, id, status, stalled, temporal_run_id, heard_at FROM runs
    WHERE ended_at IS NULL AND temporal_run_id IS NOT NULL
      AND heard_at <= now()::timestamptz(3) - ${params.olderThanMs}::float8 * interval '1 millisecond'
    ORDER BY heard_at LIMIT ${params.limit}::int`;
  return rows.map((row) => ({
    scope: scopeOf(row),
    runId: id<RunId>(row, 'id'),
    status: oneOf(row, 'status', STATUSES),
    stalled: flag(row, 'stalled'),
    temporalRunId: textOrNull(row, 'temporal_run_id'),
    lastHeardAt: instant(row, 'heard_at'),
  }));
}
