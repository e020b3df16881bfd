import type { Scope } from '@baton/core';
import type { Admission, AskedCall } from './agent-calls.ts';
import { select, type Database, type Queryable } from './database.ts';
import { flag, number } from './row-codec.ts';

/** Those who ask for one agent, or release it, come one after the other. */
export async function lockAgent(tx: Queryable, scope: Scope, agent: string): Promise<void> {
  await select(tx)`
    SELECT pg_advisory_xact_lock(hashtextextended(${`agent ${scope.workspaceId} ${agent}`}, 0))::text AS locked`;
}

/** Grants a call or gives it its place. The lock comes in a statement of its own: the next one sees what was written before. */
export function admitCall(db: Database, scope: Scope, call: AskedCall): Promise<Admission> {
  return db.transaction(async (tx) => {
    await lockAgent(tx, scope, call.agent);
    const [row] = await admit(tx, scope, call);
    if (row === undefined) throw new Error(`The call ${call.key} was neither granted nor queued.`);
    return flag(row, 'granted') ? { outcome: 'granted' } : { outcome: 'queued', ahead: number(row, 'ahead') };
  });
}

/**
 * Two calls of one version never change places: one that waits, also for the workspace's limit, stops those behind it. A call
 * of another version stops them only when its own version has room, so that it could go.
 */
function admit(tx: Queryable, scope: Scope, call: AskedCall): ReturnType<ReturnType<typeof select>> {
  const { max = null, perWorkspace = null } = call.limits;
  return select(tx)`
    WITH own AS (
      SELECT place, holder IS NOT NULL AND expires_at > clock_timestamp() AS holds FROM agent_calls
      WHERE workspace_id = ${scope.workspaceId}::uuid AND key = ${call.key}
    ), me AS (
      SELECT coalesce((SELECT holds FROM own), false) AS holds,
             coalesce((SELECT place FROM own),
                      (SELECT max(place) + 1 FROM agent_calls
                       WHERE workspace_id = ${scope.workspaceId}::uuid AND agent = ${call.agent}), 1) AS place
    ), others AS (
      SELECT o.version, o.most, o.place, o.holder IS NOT NULL AS holds FROM agent_calls o, me
      WHERE o.workspace_id = ${scope.workspaceId}::uuid AND o.agent = ${call.agent} AND o.key <> ${call.key}
        AND o.expires_at > clock_timestamp() AND (o.holder IS NOT NULL OR o.place < me.place)
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY version ORDER BY holds DESC, place) AS rank FROM others
    ), counted AS (
      SELECT count(*) FILTER (WHERE version = ${call.version}) AS in_version,
             count(*) FILTER (WHERE holds OR most IS NULL OR rank <= most) AS in_workspace,
             count(*) FILTER (WHERE NOT holds AND (version = ${call.version} OR ${perWorkspace}::int IS NOT NULL)) AS ahead
      FROM ranked
    ), verdict AS (
      SELECT me.place, counted.ahead,
             me.holds OR (in_version < coalesce(${max}::int, in_version + 1)
                          AND in_workspace < coalesce(${perWorkspace}::int, in_workspace + 1)) AS granted
      FROM me, counted
    ), written AS (
      INSERT INTO agent_calls AS c (workspace_id, key, agent, version, run_id, step_id, workflow_id, most,
                                    most_in_workspace, place, holder, expires_at)
      SELECT ${scope.workspaceId}::uuid, ${call.key}, ${call.agent}, ${call.version}, ${call.runId}::uuid, ${call.stepId}::int,
             ${call.workflowId}, ${max}::int, ${perWorkspace}::int, place, CASE WHEN granted THEN ${call.holder} END,
             clock_timestamp() + CASE WHEN granted THEN ${call.leaseMs}::float8 ELSE ${call.patienceMs}::float8 END
               * interval '1 millisecond'
      FROM verdict
      ON CONFLICT (workspace_id, key)
      DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at, called = false, step_id = excluded.step_id
    )
    SELECT granted, ahead FROM verdict`;
}
