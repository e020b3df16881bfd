import { isTerminal, type RunId, type Scope } from '@baton/core';
import { execute, select, type Database, type Queryable } from './database.ts';
import type { ConfirmParams, ConfirmResult } from './events.ts';
import { cancelTasksOfRun } from './human-task-settle.ts';
import { jsonText, type Row } from './row-codec.ts';
import { isUnreadableJson } from './database-errors.ts';
import { publishEnd, tellEnd } from './run-publish.ts';
import { RUN_COLUMNS, toProvisional, toRunRecord } from './runs-codec.ts';
import type { OutsideEnd, Provisional, RunRecord } from './runs.ts';

interface LockedEnd {
  readonly run: RunRecord;
  readonly provisional: Provisional | null;
}

async function lockRun(tx: Queryable, scope: Scope, runId: RunId): Promise<LockedEnd | null> {
  const [row] = await select(tx)`
    SELECT ${RUN_COLUMNS}, provisional FROM runs WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid FOR UPDATE`;
  return row === undefined ? null : { run: toRunRecord(row), provisional: toProvisional(row) };
}

type Confirmed = ConfirmParams & { readonly runId: RunId };

/** Publishes the end a run's own last event told, now that its execution is known to be closed. */
export async function confirmEnd(db: Database, scope: Scope, params: Confirmed): Promise<ConfirmResult> {
  const run = await publishEnd(db.prisma, scope, params).catch((error: unknown) => {
    if (isUnreadableJson(error)) return null;
    throw error;
  });
  return run === null ? confirmUnderLock(db, scope, params) : { outcome: 'published', run };
}

function confirmUnderLock(db: Database, scope: Scope, params: Confirmed): Promise<ConfirmResult> {
  return db.transaction(async (tx) => {
    const locked = await lockRun(tx, scope, params.runId);
    if (locked === null) return { outcome: 'not_found' };
    const { run, provisional } = locked;
    if (run.endedAt !== null) return { outcome: 'closed', run };
    if (params.execution !== undefined && run.temporalRunId !== params.execution)
      return { outcome: 'elsewhere', run };
    if (provisional === null) return { outcome: 'open', run };
    if (params.status !== undefined && params.status !== provisional.status)
      return { outcome: 'mismatch', run };
    await execute(tx)`
      UPDATE run_events SET position = ${run.lastPosition + 1}::int
      WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${run.id}::uuid AND NOT superseded AND position IS NULL
        AND seq > 0 AND type = ${`run.${provisional.status}`}`;
    return { outcome: 'published', run: await writeEnd(tx, scope, { run, end: provisional }) };
  });
}

/** Closes a run that ended without an event of its own. */
export function closeRunFromOutside(
  db: Database,
  scope: Scope,
  params: OutsideEnd & { readonly runId: RunId },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const locked = await lockRun(tx, scope, params.runId);
    if (locked === null || locked.run.endedAt !== null) return false;
    const { run } = locked;
    const end: Provisional = {
      status: params.status,
      endedAt: params.endedAt ?? new Date().toISOString(),
      ...(params.output === undefined ? {} : { output: params.output }),
      ...(params.error === undefined ? {} : { error: params.error }),
    };
    await setAsideOwnEnd(tx, scope, run.id);
    await insertOutsideEnd(tx, scope, { run, end, origin: params.origin });
    await execute(tx)`
      UPDATE steps SET status = 'canceled', wait = NULL, ended_at = ${end.endedAt}::timestamptz
      WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${run.id}::uuid
        AND status IN ('pending', 'running', 'waiting')`;
    await cancelChildren(tx, scope, run.id);
    // Who waits for the places of these is woken by the loop that looks after leases.
    await execute(tx)`
      DELETE FROM agent_calls WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${run.id}::uuid`;
    await writeEnd(tx, scope, { run, end });
    return true;
  });
}

/** Gives the published end of a run its event again, as the last one readers see, when that got lost. */
export async function showEndAgain(tx: Queryable, scope: Scope, runId: RunId): Promise<void> {
  const locked = await lockRun(tx, scope, runId);
  if (locked === null) return;
  const { run } = locked;
  const { status, endedAt } = run;
  if (endedAt === null || !isTerminal(status)) return;
  const [shown] = await select(tx)`
    SELECT 1 AS shown FROM run_events
    WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid AND NOT superseded
      AND position IS NOT NULL AND type = ${`run.${status}`}`;
  if (shown !== undefined) return;
  const own = await execute(tx)`
    UPDATE run_events SET position = ${run.lastPosition + 1}::int
    WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid AND NOT superseded AND position IS NULL
      AND seq > 0 AND type = ${`run.${status}`}`;
  if (own === 0) {
    await setAsideOwnEnd(tx, scope, runId);
    const { output, error } = run;
    const end: Provisional = { status, endedAt, output, ...(error === null ? {} : { error }) };
    await insertOutsideEnd(tx, scope, { run, end, origin: 'reconciler' });
  }
  await execute(tx)`
    UPDATE runs SET last_position = ${run.lastPosition + 1}::int
    WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid`;
}

/** An end the run told itself, which Temporal does not confirm, does not hold. */
async function setAsideOwnEnd(tx: Queryable, scope: Scope, runId: RunId): Promise<void> {
  await execute(tx)`
    UPDATE run_events SET superseded = true
    WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid AND NOT superseded AND position IS NULL
      AND seq > 0`;
}

interface OutsideEvent {
  readonly run: RunRecord;
  readonly end: Provisional;
  readonly origin: OutsideEnd['origin'];
}

async function insertOutsideEnd(
  tx: Queryable,
  scope: Scope,
  { run, end, origin }: OutsideEvent,
): Promise<void> {
  const type = `run.${end.status}`;
  const { byAgent: _byAgent, ...usage } = run.usage;
  const reason = end.error?.detail ?? end.error?.title ?? 'The execution ended from outside.';
  const event = {
    type,
    usage,
    ...(end.status === 'completed' ? { output: end.output ?? null } : {}),
    ...(end.status === 'canceled' ? { reason } : {}),
    ...(end.error === undefined ? {} : { error: end.error }),
  };
  const position = run.lastPosition + 1;
  await execute(tx)`
    INSERT INTO run_events (workspace_id, run_id, seq, position, type, at, hash, event, origin, temporal_run_id,
                            history_length, replayed)
    VALUES (${scope.workspaceId}::uuid, ${run.id}::uuid, ${-position}::int, ${position}::int, ${type},
            ${end.endedAt}::timestamptz, '', ${jsonText(event)}::json, ${origin}, ${run.temporalRunId ?? ''}, 0, false)`;
}

/** A run that ended from outside could not cancel the child runs it waited for. */
async function cancelChildren(tx: Queryable, scope: Scope, runId: RunId): Promise<void> {
  const message = { reason: 'Its parent run has ended.' };
  await execute(tx)`
    INSERT INTO outbox (workspace_id, id, kind, workflow_id, body)
    SELECT workspace_id, gen_random_uuid(), 'cancel', workspace_id || '.' || id, ${jsonText(message)}::json FROM runs
    WHERE workspace_id = ${scope.workspaceId}::uuid AND parent_run_id = ${runId}::uuid AND parent_awaits
      AND ended_at IS NULL`;
}

interface End {
  readonly run: RunRecord;
  readonly end: Provisional;
}

async function writeEnd(tx: Queryable, scope: Scope, { run, end }: End): Promise<RunRecord> {
  await cancelTasksOfRun(tx, scope, {
    runId: run.id,
    actor: 'system|run',
    reason: `The run is ${end.status}.`,
  });
  const written: Row[] = await select(tx)`
    WITH written AS (
      UPDATE runs
      SET status = ${end.status}, output = ${jsonText(end.output)}::json, error = ${jsonText(end.error)}::json,
          ended_at = ${end.endedAt}::timestamptz, last_event_at = ${end.endedAt}::timestamptz, provisional = NULL,
          last_position = ${run.lastPosition + 1}::int, waiting_for = '[]', suspended = false, stalled = false,
          heard_at = now()
      WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${run.id}::uuid
      RETURNING ${RUN_COLUMNS}, parent_asked
    ), asked AS (
      INSERT INTO outbox (workspace_id, id, kind, workflow_id, body)
      SELECT workspace_id, gen_random_uuid(), 'child_run_ended', workspace_id || '.' || parent_run_id,
             json_build_object('childRunId', id)
      FROM written WHERE parent_asked
    )
    SELECT ${RUN_COLUMNS}, pg_notify('baton_outbox', ${scope.workspaceId})::text AS woken, ${tellEnd(scope, run.id)}
    FROM written`;
  const [row] = written;
  if (row === undefined) throw new Error(`The run ${run.id} vanished under its lock.`);
  return toRunRecord(row);
}
