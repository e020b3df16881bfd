import type { Scope } from '@baton/core';
import { select, type Queryable } from './database.ts';
import { candidatesOf, toHumanTask } from './human-tasks-codec.ts';
import type { HumanTaskRecord, NewHumanTask } from './human-tasks.ts';
import { jsonText } from './row-codec.ts';

const PRIORITY = 3;

/** Opens a task with its audit row and a notice, or gives the one that was opened with this key. */
export async function openTask(db: Queryable, scope: Scope, task: NewHumanTask): Promise<HumanTaskRecord> {
  const inserted = await insertTask(db, scope, task);
  if (inserted !== null) return inserted;
  const [row] = await select(db)`
    SELECT *, now() AS now FROM human_tasks
    WHERE workspace_id = ${scope.workspaceId}::uuid AND (open_key = ${task.openKey} OR id = ${task.id}::uuid)`;
  if (row === undefined) throw new Error(`The human task ${task.id} could be neither opened nor found.`);
  return toHumanTask(row);
}

async function insertTask(db: Queryable, scope: Scope, task: NewHumanTask): Promise<HumanTaskRecord | null> {
  const { users, roles, groups, excludeRequester } = candidatesOf(task.policy);
  const [row] = await select(db)`
    WITH opened AS (
      INSERT INTO human_tasks (workspace_id, id, open_key, run_id, workflow_id, step_id, step_path, iteration, attempt,
                               kind, title, body, context, items, form, actions, policy, source, candidate_users,
                               candidate_roles, candidate_groups, exclude_requester, requester, requester_name, priority,
                               due_at, expires_at, on_expire, subject_hash)
      VALUES (${scope.workspaceId}::uuid, ${task.id}::uuid, ${task.openKey}, ${task.runId}::uuid, ${task.workflowId},
              ${task.step.id}::int, ${task.step.path}, ${task.step.iteration ?? null}::int, ${task.step.attempt}::int,
              ${task.kind}, ${task.title}, ${task.body ?? null}, ${jsonText(task.context)}::json,
              ${jsonText(task.items)}::json, ${jsonText(task.form)}::json, ${jsonText(task.actions)}::json,
              ${jsonText(task.policy)}::json, ${jsonText(task.source)}::json, ${[...users]}::text[], ${[...roles]}::text[],
              ${[...groups]}::text[], ${excludeRequester}, ${task.requester}, ${task.requesterName ?? null},
              ${task.priority ?? PRIORITY}::int, ${task.dueAt ?? null}::timestamptz, ${task.expiresAt ?? null}::timestamptz,
              ${task.onExpire ?? 'reject'}, ${task.subjectHash})
      ON CONFLICT DO NOTHING
      RETURNING *
    ), audited AS (
      INSERT INTO audit (workspace_id, id, actor, action, resource, details)
      SELECT workspace_id, gen_random_uuid(), 'system|run', 'human_task.opened', 'human_task/' || id,
             json_build_object('runId', run_id)
      FROM opened
    )
    SELECT o.*, now() AS now, pg_notify('baton_human_tasks', o.workspace_id || '.' || o.id)::text AS notified
    FROM opened o`;
  return row === undefined ? null : toHumanTask(row);
}
