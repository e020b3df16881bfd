import type { HumanTaskId, HumanTaskStatus, JsonObject, RunId, Scope } from '@baton/core';
import { randomUUID } from 'node:crypto';
import { select, type Database, type Queryable } from './database.ts';
import { toHumanTask } from './human-tasks-codec.ts';
import type { FinishParams, FinishResult, HumanTaskRecord } from './human-tasks.ts';
import { instant, jsonText, number } from './row-codec.ts';

/** The row of a task under its lock, or null when there is none. */
export async function lockTask(
  tx: Queryable,
  scope: Scope,
  taskId: HumanTaskId,
): Promise<{ readonly task: HumanTaskRecord; readonly round: number; readonly now: string } | null> {
  // clock_timestamp, not now: the transaction may have begun long ago.
  const [row] = await select(tx)`
    SELECT *, clock_timestamp() AS now FROM human_tasks
    WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${taskId}::uuid FOR UPDATE`;
  if (row === undefined) return null;
  return { task: toHumanTask(row), round: number(row, 'round'), now: instant(row, 'now') };
}

/** How a locked task ends. */
export interface Settlement {
  readonly taskId: HumanTaskId;
  readonly status: Exclude<HumanTaskStatus, 'open' | 'claimed'>;
  readonly outcome: JsonObject;
  /** Id of the decision, or a new one. */
  readonly outcomeId: string;
  /** Opaque id of who did it. */
  readonly actor: string;
  /** What the audit row tells beside the status. */
  readonly details: JsonObject;
}

/** Writes outcome, outbox row, audit row and notices of a task whose lock is held. */
export async function settleTask(tx: Queryable, scope: Scope, params: Settlement): Promise<HumanTaskRecord> {
  const message = { taskId: params.taskId, decisionId: params.outcomeId };
  const [row] = await select(tx)`
    WITH settled AS (
      UPDATE human_tasks
      SET status = ${params.status}, outcome = ${jsonText(params.outcome)}::json, outcome_id = ${params.outcomeId}::uuid,
          delivery = 'pending', decided_at = clock_timestamp(), revision = revision + 1
      WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${params.taskId}::uuid AND decided_at IS NULL
      RETURNING *
    ), sent AS (
      INSERT INTO outbox (workspace_id, id, kind, workflow_id, body)
      SELECT workspace_id, gen_random_uuid(), 'human_task_decided', workflow_id, ${jsonText(message)}::json FROM settled
    ), audited AS (
      INSERT INTO audit (workspace_id, id, actor, action, resource, details)
      SELECT workspace_id, gen_random_uuid(), ${params.actor}, ${`human_task.${params.status}`}, 'human_task/' || id,
             ${jsonText(params.details)}::json
      FROM settled
    )
    SELECT s.*, now() AS now, pg_notify('baton_human_tasks', s.workspace_id || '.' || s.id)::text AS told,
           pg_notify('baton_outbox', s.workspace_id::text)::text AS woken
    FROM settled s`;
  if (row === undefined) throw new Error(`The human task ${params.taskId} changed under its lock.`);
  return toHumanTask(row);
}

/** Settles a task without a decision: whoever is first, wins. */
export function finishTask(
  db: Database,
  scope: Scope,
  params: FinishParams & { readonly status: 'expired' | 'canceled' | 'superseded' },
): Promise<FinishResult> {
  return db.transaction(async (tx) => {
    const locked = await lockTask(tx, scope, params.taskId);
    if (locked === null) return { outcome: 'not_found' };
    if (locked.task.decidedAt !== null) return { outcome: 'decided', task: locked.task };
    const task = await settleTask(tx, scope, {
      taskId: params.taskId,
      status: params.status,
      outcome: params.outcome,
      outcomeId: randomUUID(),
      actor: params.actor.id,
      details: params.reason === undefined ? {} : { reason: params.reason },
    });
    return { outcome: 'done', task };
  });
}

/** Whose tasks are canceled, by whom and why. */
export interface CancelTasksParams {
  readonly runId: RunId;
  /** Opaque id of who cancels. */
  readonly actor: string;
  readonly reason: string;
}

/** Cancels every undecided task of a run, with audit rows and notices; the run is not signaled. Returns how many. */
export async function cancelTasksOfRun(
  tx: Queryable,
  scope: Scope,
  params: CancelTasksParams,
): Promise<number> {
  const outcome = { outcome: 'canceled', action: null, form: null, comment: null, items: [], decidedBy: [] };
  const rows = await select(tx)`
    WITH canceled AS (
      UPDATE human_tasks
      SET status = 'canceled', outcome = ${jsonText(outcome)}::json, outcome_id = gen_random_uuid(),
          delivery = 'acknowledged', decided_at = clock_timestamp(), revision = revision + 1
      WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${params.runId}::uuid AND decided_at IS NULL
      RETURNING workspace_id, id
    ), audited AS (
      INSERT INTO audit (workspace_id, id, actor, action, resource, details)
      SELECT workspace_id, gen_random_uuid(), ${params.actor}, 'human_task.canceled', 'human_task/' || id,
             ${jsonText({ reason: params.reason })}::json
      FROM canceled
    )
    SELECT id, pg_notify('baton_human_tasks', workspace_id || '.' || id)::text AS notified FROM canceled`;
  return rows.length;
}
