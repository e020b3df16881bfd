import type { RunId, Scope } from '@baton/core';
import { execute, type Database, type Queryable } from './database.ts';
import { loadHoldingPage, loadSteps, lockRuns, type LockedRun } from './events-read.ts';
import { deleteSteps, upsertSteps } from './events-write.ts';
import { NOTHING_YET, project, stepIdsOf, type RunState } from './projection.ts';
import { jsonOrNull, jsonText } from './row-codec.ts';

/** Events in memory at once. */
const PAGE = 200;

/** Folding the events of the longest run takes longer than other transactions may. */
export const LONG_TRANSACTION_MS = 600_000;

/** Builds the row of a run and its steps anew from its events; a published end stays as it is. */
export function rebuildRun(db: Database, scope: Scope, runId: RunId): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [run] = await lockRuns(tx, [{ scope, runId }]);
    if (run === undefined) return false;
    await foldAnew(tx, run);
    return true;
  }, LONG_TRANSACTION_MS);
}

/** Folds all events of a locked run that hold, page by page, into its row and its steps. */
export async function foldAnew(tx: Queryable, run: LockedRun): Promise<void> {
  await deleteSteps(tx, [run]);
  let state = NOTHING_YET.run;
  for (;;) {
    const events = await loadHoldingPage(tx, run, { after: state.lastSeq, limit: PAGE });
    const [first] = events;
    if (first === undefined) break;
    // A run whose first events are lost for good had begun all the same.
    if (state.lastSeq === 0 && first.seq > 1)
      state = { ...state, status: 'running', startedAt: run.state.startedAt };
    const { scope, runId } = run;
    const known = await loadSteps(tx, [{ scope, runId, stepIds: stepIdsOf(events) }]);
    const [steps = new Map<number, never>()] = known.values();
    const projection = project({ run: state, steps }, events);
    state = projection.run;
    await upsertSteps(
      tx,
      [...projection.steps.values()].map((step) => ({ ...step, key: run })),
    );
  }
  if (run.closed) await closeOpenSteps(tx, run);
  await writeRun(tx, run, state);
}

/** A step that a closed run left open was canceled with it. */
async function closeOpenSteps(tx: Queryable, { scope, runId }: LockedRun): Promise<void> {
  await execute(tx)`
    UPDATE steps s SET status = 'canceled', wait = NULL, ended_at = r.ended_at
    FROM runs r
    WHERE s.workspace_id = ${scope.workspaceId}::uuid AND s.run_id = ${runId}::uuid
      AND r.workspace_id = s.workspace_id AND r.id = s.run_id AND s.status IN ('pending', 'running', 'waiting')`;
}

async function writeRun(tx: Queryable, run: LockedRun, state: RunState): Promise<void> {
  await execute(tx)`
    UPDATE runs
    SET usage = ${jsonText(state.usage)}::json, started_at = ${state.startedAt}::timestamptz, last_seq = ${state.lastSeq}::int,
        last_event_at = coalesce(ended_at, ${state.lastEventAt}::timestamptz),
        status = CASE WHEN ended_at IS NULL THEN ${state.status} ELSE status END,
        suspended = ended_at IS NULL AND ${state.suspended},
        waiting_for = CASE WHEN ended_at IS NULL THEN ${jsonText(state.waitingFor)}::json ELSE '[]' END,
        provisional = CASE WHEN ended_at IS NULL THEN ${jsonOrNull(state.end)}::json END,
        last_position = (SELECT coalesce(max(position), 0) FROM run_events e
                         WHERE e.workspace_id = runs.workspace_id AND e.run_id = runs.id)
    WHERE workspace_id = ${run.scope.workspaceId}::uuid AND id = ${run.runId}::uuid`;
}
