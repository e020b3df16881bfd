import { isTerminal, STATUSES, type RunId, type Scope, type Status } from '@baton/core';
import { execute, select, type Database } from './database.ts';
import type { SinkBatch } from './events.ts';
import { mergeEvents } from './events-merge.ts';
import { loadStored, lockRuns, storedFrom } from './events-read.ts';
import { writeEvents } from './events-write.ts';
import { finishRetelling, type FinishedRetelling, type FinishRetellParams } from './retell-finish.ts';
import { freePositions, writeRetold } from './retell-positions.ts';
import { id, oneOf, scopeOf, textOrNull } from './row-codec.ts';

/** A run as the rebuild finds it. */
export interface RetellRun {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly status: Status;
  /** Whether its end is published. */
  readonly ended: boolean;
  /** Temporal's id of the newest execution it was heard of from; null when none was. */
  readonly temporalRunId: string | null;
}

/** Which runs are wanted. */
export interface RetellListParams {
  /** The last run of the page before; absent: from the first on. */
  readonly after?: Pick<RetellRun, 'scope' | 'runId'>;
  readonly limit: number;
}

/** Which executions tell a run again. */
export interface BeginRetellParams {
  readonly runId: RunId;
  /** Temporal's run ids, oldest first. */
  readonly executions: readonly string[];
}

/**
 * Brings events, steps and rows of runs back from what Temporal's histories tell. What is there already and says the
 * same stays as it is, with its position; what is missing is put where it is missing; what differs is superseded and
 * corrected. Nothing is deleted. Every step may be repeated, and the sink may store events of the same run in between.
 */
export interface RetellRepository {
  /** Across workspaces: all runs, in the order of their ids. */
  list(params: RetellListParams): Promise<readonly RetellRun[]>;
  /** Before the first execution is told. False for an unknown run. */
  begin(scope: Scope, params: BeginRetellParams): Promise<boolean>;
  /** Events of one execution, in order; those of older executions come first. */
  tell(
    scope: Scope,
    params: { readonly runId: RunId; readonly batches: readonly SinkBatch[] },
  ): Promise<void>;
  /** After the last execution was told: builds row and steps from the events, and shows a published end again. */
  finish(scope: Scope, params: FinishRetellParams): Promise<FinishedRetelling>;
}

/** The repository of what histories tell again, on a database. */
export function createRetellRepository(db: Database): RetellRepository {
  return {
    list: (params) => listRuns(db, params),
    begin: (scope, params) => begin(db, scope, params),
    tell: (scope, params) => tell(db, scope, params),
    finish: (scope, params) => finishRetelling(db, scope, params),
  };
}

async function listRuns(db: Database, { after, limit }: RetellListParams): Promise<readonly RetellRun[]> {
  const [workspaceId, runId] = after === undefined ? [null, null] : [after.scope.workspaceId, after.runId];
  const rows = await select(db.prisma)`
    SELECT workspace_id, id, status, temporal_run_id FROM runs
    WHERE ${workspaceId}::uuid IS NULL OR (workspace_id, id) > (${workspaceId}::uuid, ${runId}::uuid)
    ORDER BY workspace_id, id LIMIT ${limit}::int`;
  return rows.map((row) => {
    const status = oneOf(row, 'status', STATUSES);
    return {
      scope: scopeOf(row),
      runId: id<RunId>(row, 'id'),
      status,
      ended: isTerminal(status),
      temporalRunId: textOrNull(row, 'temporal_run_id'),
    };
  });
}

function begin(db: Database, scope: Scope, { runId, executions }: BeginRetellParams): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [run] = await lockRuns(tx, [{ scope, runId }]);
    if (run === undefined) return false;
    const all = joinExecutions(run.executions, executions);
    await execute(tx)`
      UPDATE runs r
      SET executions = ${[...all]}::text[], temporal_run_id = ${all.at(-1) ?? null},
          last_position = (SELECT coalesce(max(e.position), 0) FROM run_events e
                           WHERE e.workspace_id = r.workspace_id AND e.run_id = r.id),
          rivals = EXISTS (SELECT FROM run_events e
                           WHERE e.workspace_id = r.workspace_id AND e.run_id = r.id AND e.superseded)
      WHERE r.workspace_id = ${scope.workspaceId}::uuid AND r.id = ${runId}::uuid`;
    return true;
  });
}

/** The told executions in their order; others that are known keep their side of the last one told. */
function joinExecutions(known: readonly string[], told: readonly string[]): readonly string[] {
  const newest = known.findLastIndex((execution) => told.includes(execution));
  const others = (from: readonly string[]): readonly string[] =>
    from.filter((execution) => !told.includes(execution));
  if (newest === -1) return [...known, ...told];
  // A known one behind an older one of the told was reset: what is told goes on from before it.
  const isLast = known[newest] === told.at(-1);
  const [before, behind] = isLast ? [known.slice(0, newest), known.slice(newest + 1)] : [known, []];
  return [...others(before), ...told, ...others(behind)];
}

function tell(
  db: Database,
  scope: Scope,
  { runId, batches }: { readonly runId: RunId; readonly batches: readonly SinkBatch[] },
): Promise<void> {
  return db.transaction(async (tx) => {
    const [run] = await lockRuns(tx, [{ scope, runId }]);
    const count = batches.reduce((sum, { events }) => sum + events.length, 0);
    if (run === undefined || count === 0) return;
    const stored = await loadStored(tx, [storedFrom(run, batches)]);
    const free = await freePositions(tx, run, count);
    const known = { ...run, closed: false, stored: [...stored.values()].flat(), retold: { free } };
    const plan = mergeEvents(known, batches);
    await writeEvents(tx, [{ run, plan }]);
    await writeRetold(tx, run, plan);
  });
}
