import type { RunId, Scope } from '@baton/core';
import { execute, select, type Database, type Queryable } from './database.ts';
import { foldAnew, LONG_TRANSACTION_MS } from './events-rebuild.ts';
import { lockRuns, type LockedRun } from './events-read.ts';
import { fillPositions } from './retell-positions.ts';
import { flag, jsonText, numberOrNull } from './row-codec.ts';
import { showEndAgain } from './run-end.ts';

/** What was told in all. */
export interface FinishRetellParams {
  readonly runId: RunId;
  /** The newest of the executions that told. */
  readonly execution: string;
  /** Highest number that any of them told; 0 when they told nothing. */
  readonly lastSeq: number;
}

/** What a run has after its histories were told. */
export interface FinishedRetelling {
  /** Whether every event from the first on is there: false when older histories are gone and their events too. */
  readonly whole: boolean;
  /** Events of an execution that was reset, which nothing had superseded before. */
  readonly superseded: number;
}

/** Builds what is projected from the events, in one transaction. */
export function finishRetelling(
  db: Database,
  scope: Scope,
  params: FinishRetellParams,
): Promise<FinishedRetelling> {
  return db.transaction(async (tx) => {
    const key = { scope, runId: params.runId };
    const [run] = await lockRuns(tx, [key]);
    if (run === undefined) return { whole: false, superseded: 0 };
    const now = new Date().toISOString();
    const superseded = run.closed ? 0 : await supersedeUntold(tx, run, { ...params, now });
    await fillPositions(tx, run, now);
    await foldAnew(tx, run);
    if (run.closed) await showEndAgain(tx, scope, run.runId);
    await execute(tx)`
      UPDATE runs SET heard_at = now() WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${run.runId}::uuid`;
    await select(
      tx,
    )`SELECT pg_notify('baton_runs', ${`${scope.workspaceId}.${run.runId}`})::text AS notified`;
    return { whole: await isWhole(tx, run), superseded };
  }, LONG_TRANSACTION_MS);
}

/** An execution that was reset told these, and the one that took its place has not come so far. */
async function supersedeUntold(
  tx: Queryable,
  run: LockedRun,
  told: FinishRetellParams & { readonly now: string },
): Promise<number> {
  const newest = run.executions.slice(run.executions.indexOf(told.execution));
  const rows = await select(tx)`
    UPDATE run_events SET superseded = true
    WHERE workspace_id = ${run.scope.workspaceId}::uuid AND run_id = ${run.runId}::uuid AND NOT superseded
      AND seq > ${told.lastSeq}::int AND temporal_run_id <> ALL (${newest}::text[])
    RETURNING position`;
  if (rows.length === 0) return 0;
  await execute(tx)`
    UPDATE runs SET rivals = true
    WHERE workspace_id = ${run.scope.workspaceId}::uuid AND id = ${run.runId}::uuid`;
  const positions = rows.flatMap((row) => numberOrNull(row, 'position') ?? []).sort((a, b) => a - b);
  if (positions.length > 0) await insertCorrection(tx, run, { ...told, positions });
  return rows.length;
}

interface Correction extends FinishRetellParams {
  readonly positions: readonly number[];
  readonly now: string;
}

async function insertCorrection(
  tx: Queryable,
  run: LockedRun,
  { positions, lastSeq, execution, now }: Correction,
): Promise<void> {
  const event = { type: 'run.corrected', supersededPositions: positions, fromSeq: lastSeq + 1 };
  await execute(tx)`
    INSERT INTO run_events (workspace_id, run_id, seq, position, type, at, hash, event, origin, temporal_run_id,
                            history_length, replayed)
    SELECT workspace_id, run_id, -max(position) - 1, max(position) + 1, 'run.corrected', ${now}::timestamptz, '',
           ${jsonText(event)}::json, 'store', ${execution}, 0, true
    FROM run_events
    WHERE workspace_id = ${run.scope.workspaceId}::uuid AND run_id = ${run.runId}::uuid
    GROUP BY workspace_id, run_id`;
}

async function isWhole(tx: Queryable, { scope, runId }: LockedRun): Promise<boolean> {
  const [row] = await select(tx)`
    SELECT count(*) = coalesce(max(seq), 0) AS whole FROM run_events
    WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid AND seq > 0 AND NOT superseded`;
  return row !== undefined && flag(row, 'whole');
}
