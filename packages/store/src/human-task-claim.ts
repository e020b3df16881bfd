import { isDecided, type Scope } from '@baton/core';
import { select, type Database, type Queryable } from './database.ts';
import { lockTask } from './human-task-settle.ts';
import { toHumanTask } from './human-tasks-codec.ts';
import type { Actor, ClaimParams, ClaimResult, HumanTaskRecord } from './human-tasks.ts';
import { jsonText } from './row-codec.ts';

/** Claims a task for an actor; a claim of one's own is renewed. */
export function claimTask(db: Database, scope: Scope, params: ClaimParams): Promise<ClaimResult> {
  return changeClaim(db, scope, { ...params, claimant: params.actor });
}

/** Gives a claimed task back; releasing an unclaimed one changes nothing. */
export function releaseTask(db: Database, scope: Scope, params: ClaimParams): Promise<ClaimResult> {
  return changeClaim(db, scope, { ...params, claimant: null });
}

interface ChangeParams extends ClaimParams {
  readonly claimant: Actor | null;
}

function changeClaim(db: Database, scope: Scope, params: ChangeParams): Promise<ClaimResult> {
  return db.transaction(async (tx) => {
    const locked = await lockTask(tx, scope, params.taskId);
    if (locked === null) return { outcome: 'not_found' };
    const { task } = locked;
    if (isDecided(task.status)) return { outcome: 'decided', task };
    const { expectedRevision = task.revision } = params;
    if (expectedRevision !== task.revision) return { outcome: 'stale', task };
    if (task.claimant !== null && task.claimant !== params.actor.id)
      return { outcome: 'claimed_by_other', task };
    if (task.claimant === null && params.claimant === null) return { outcome: 'done', task };
    return { outcome: 'done', task: await writeClaim(tx, scope, params) };
  });
}

async function writeClaim(tx: Queryable, scope: Scope, params: ChangeParams): Promise<HumanTaskRecord> {
  const { claimant, actor, taskId } = params;
  const word = claimant === null ? 'released' : 'claimed';
  const [row] = await select(tx)`
    WITH changed AS (
      UPDATE human_tasks
      SET status = ${claimant === null ? 'open' : 'claimed'}, claimant = ${claimant?.id ?? null},
          claimant_name = ${claimant?.name ?? null},
          claimed_at = CASE WHEN ${claimant !== null} THEN clock_timestamp() END, revision = revision + 1
      WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${taskId}::uuid
      RETURNING *
    ), audited AS (
      INSERT INTO audit (workspace_id, id, actor, action, resource, details)
      SELECT workspace_id, gen_random_uuid(), ${actor.id}, ${`human_task.${word}`}, 'human_task/' || id,
             ${jsonText({})}::json
      FROM changed
    )
    SELECT c.*, now() AS now, pg_notify('baton_human_tasks', c.workspace_id || '.' || c.id)::text AS told FROM changed c`;
  if (row === undefined) throw new Error(`The human task ${taskId} vanished under its lock.`);
  return toHumanTask(row);
}
