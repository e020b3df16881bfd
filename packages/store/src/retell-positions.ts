import type { Queryable } from './database.ts';
import { execute, select } from './database.ts';
import type { LockedRun } from './events-read.ts';
import { hasRivals, type MergePlan } from './merge-plan.ts';
import { number } from './row-codec.ts';

/** The lowest positions of a locked run below its newest that no event has. */
export async function freePositions(
  tx: Queryable,
  run: LockedRun,
  limit: number,
): Promise<readonly number[]> {
  const { scope, runId, lastPosition } = run;
  const rows = await select(tx)`
    SELECT p AS position
    FROM generate_series(1, ${lastPosition}::int) AS p
    WHERE (SELECT count(*) FROM run_events e
           WHERE e.workspace_id = ${scope.workspaceId}::uuid AND e.run_id = ${runId}::uuid
             AND e.position <= ${lastPosition}::int) < ${lastPosition}::int
      AND NOT EXISTS (SELECT FROM run_events e
                      WHERE e.workspace_id = ${scope.workspaceId}::uuid AND e.run_id = ${runId}::uuid AND e.position = p)
    ORDER BY p LIMIT ${limit}::int`;
  return rows.map((row) => number(row, 'position'));
}

/** Notes in the run's row what a telling changed of it. */
export async function writeRetold(tx: Queryable, run: LockedRun, plan: MergePlan): Promise<void> {
  const rivals = hasRivals(plan);
  if (plan.lastPosition === run.lastPosition && !rivals) return;
  await execute(tx)`
    UPDATE runs SET last_position = ${plan.lastPosition}::int, rivals = rivals OR ${rivals}
    WHERE workspace_id = ${run.scope.workspaceId}::uuid AND id = ${run.runId}::uuid`;
}

/**
 * Puts a correction that corrects nothing at each position that is left free, so that positions have no gap: events
 * were lost there that no history tells, such as those of a workflow task that died.
 */
export async function fillPositions(tx: Queryable, run: LockedRun, at: string): Promise<void> {
  const { scope, runId } = run;
  await execute(tx)`
    INSERT INTO run_events (workspace_id, run_id, seq, position, type, at, hash, event, origin, temporal_run_id,
                            history_length, replayed)
    SELECT ${scope.workspaceId}::uuid, ${runId}::uuid, -p, p, 'run.corrected', ${at}::timestamptz, '',
           '{"type":"run.corrected","supersededPositions":[]}'::json, 'store', '', 0, false
    FROM generate_series(1, (SELECT coalesce(max(position), 0) FROM run_events
                             WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid)) AS p
    WHERE NOT EXISTS (SELECT FROM run_events e
                      WHERE e.workspace_id = ${scope.workspaceId}::uuid AND e.run_id = ${runId}::uuid AND e.position = p)`;
}
