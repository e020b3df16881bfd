import type { RunId, Scope } from '@baton/core';
import { execute, type Database, type Queryable } from './database.ts';
import { loadHolding, lockRuns, type LockedRun } from './events-read.ts';
import { deleteSteps, upsertSteps } from './events-write.ts';
import { NOTHING_YET, project, type Projection } from './projection.ts';
import { jsonText } from './row-codec.ts';
import type { StepRecord } from './steps.ts';

/** Builds the row of a run and its steps anew from its events; a published end stays as it is. */
export function rebuildRun(db: Database, scope: Scope, runId: RunId): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [run] = await lockRuns(tx, [{ scope, runId }]);
    if (run === undefined) return false;
    const holding = await loadHolding(tx, [run]);
    const projection = project(NOTHING_YET, [...holding.values()].flat());
    await deleteSteps(tx, [run]);
    await upsertSteps(
      tx,
      [...projection.steps.values()].map((step) => ({ ...settled(step, run), key: run })),
    );
    await writeRun(tx, run, projection);
    return true;
  });
}

/** A step that a closed run left open was canceled with it. */
function settled(step: StepRecord, run: LockedRun): StepRecord {
  const open = step.status === 'pending' || step.status === 'running' || step.status === 'waiting';
  return run.closed && open
    ? { ...step, status: 'canceled', wait: null, endedAt: run.state.lastEventAt }
    : step;
}

async function writeRun(tx: Queryable, run: LockedRun, { run: state }: Projection): Promise<void> {
  await execute(tx)`
    UPDATE runs
    SET usage = ${jsonText(state.usage)}::json, started_at = ${state.startedAt}::timestamptz, last_seq = ${state.lastSeq}::int,
        last_event_at = coalesce(ended_at, ${state.lastEventAt}::timestamptz),
        status = CASE WHEN ended_at IS NULL THEN ${state.status} ELSE status END,
        suspended = ended_at IS NULL AND ${state.suspended},
        waiting_for = CASE WHEN ended_at IS NULL THEN ${jsonText(state.waitingFor)}::json ELSE '[]' END,
        provisional = CASE WHEN ended_at IS NULL THEN ${state.end === null ? null : jsonText(state.end)}::json END,
        last_position = (SELECT coalesce(max(position), 0) FROM run_events e
                         WHERE e.workspace_id = runs.workspace_id AND e.run_id = runs.id)
    WHERE workspace_id = ${run.scope.workspaceId}::uuid AND id = ${run.runId}::uuid`;
}
