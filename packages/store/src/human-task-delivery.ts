import type { HumanTaskId, RunId, Scope } from '@baton/core';
import { select, type Queryable } from './database.ts';
import { toHumanTask } from './human-tasks-codec.ts';
import type { OutcomeRecord, UnacknowledgedTask } from './human-tasks.ts';
import { id, scopeOf, text } from './row-codec.ts';

/** The outcome of a task as it is recorded. */
export async function readOutcome(
  db: Queryable,
  scope: Scope,
  taskId: HumanTaskId,
): Promise<OutcomeRecord | null> {
  const [row] = await select(db)`
    SELECT *, now() AS now FROM human_tasks WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${taskId}::uuid`;
  if (row === undefined) return null;
  const { status, outcome, outcomeId, decidedAt } = toHumanTask(row);
  return { taskId, status, decided: decidedAt !== null, outcome, outcomeId };
}

/** Across workspaces: decided tasks that their open runs have not acknowledged. */
export async function listUnacknowledged(
  db: Queryable,
  params: { readonly olderThanMs: number; readonly limit: number },
): Promise<readonly UnacknowledgedTask[]> {
  const rows = await select(db)`
    SELECT t.workspace_id, t.id, t.run_id, t.workflow_id, t.outcome_id
    FROM human_tasks t JOIN runs r ON r.workspace_id = t.workspace_id AND r.id = t.run_id
    WHERE t.delivery IN ('pending', 'signaled') AND r.ended_at IS NULL
      AND t.decided_at <= now()::timestamptz(3) - ${params.olderThanMs}::float8 * interval '1 millisecond'
    ORDER BY t.decided_at LIMIT ${params.limit}::int`;
  return rows.map((row) => ({
    scope: scopeOf(row),
    taskId: id<HumanTaskId>(row, 'id'),
    runId: id<RunId>(row, 'run_id'),
    workflowId: text(row, 'workflow_id'),
    outcomeId: text(row, 'outcome_id'),
  }));
}
