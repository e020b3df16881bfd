import type { Scope } from '@baton/core';
import { lockAgent } from './agent-call-admit.ts';
import { execute, select, type Database, type Queryable } from './database.ts';
import { scopeOf, text } from './row-codec.ts';

/** How long one that was woken may take to ask; then others go first. */
const COMES_WITHIN_MS = 20_000;

/** Of those that wait, the first ones are looked at: many more than are ever woken at once. */
const LOOKED_AT = 1_000;

/** Agents looked at in one round. */
const MOST_AGENTS = 200;

/** Wakes those whose turn it is and who were not woken yet, through the outbox; the agent's lock is held. */
export async function callDue(tx: Queryable, scope: Scope, agent: string): Promise<number> {
  const woken = await select(tx)`
    WITH held AS (
      SELECT version, count(*) AS calls FROM agent_calls
      WHERE workspace_id = ${scope.workspaceId}::uuid AND agent = ${agent} AND holder IS NOT NULL
        AND expires_at > clock_timestamp()
      GROUP BY version
    ), waiting AS (
      SELECT key, version, most, most_in_workspace, place, called FROM agent_calls
      WHERE workspace_id = ${scope.workspaceId}::uuid AND agent = ${agent} AND holder IS NULL
        AND expires_at > clock_timestamp()
      ORDER BY place LIMIT ${LOOKED_AT}::int
    ), ranked AS (
      SELECT w.*, coalesce(h.calls, 0) + row_number() OVER (PARTITION BY w.version ORDER BY w.place) AS in_version
      FROM waiting w LEFT JOIN held h ON h.version = w.version
    ), able AS (
      SELECT r.*, coalesce((SELECT sum(calls) FROM held), 0) + row_number() OVER (ORDER BY r.place) AS in_workspace
      FROM ranked r WHERE r.most IS NULL OR r.in_version <= r.most
    ), woken AS (
      UPDATE agent_calls c
      SET called = true,
          expires_at = least(c.expires_at, clock_timestamp() + ${COMES_WITHIN_MS}::float8 * interval '1 millisecond')
      FROM able a
      WHERE c.workspace_id = ${scope.workspaceId}::uuid AND c.key = a.key AND NOT a.called
        AND (a.most_in_workspace IS NULL OR a.in_workspace <= a.most_in_workspace)
      RETURNING c.workspace_id, c.key, c.workflow_id
    ), sent AS (
      INSERT INTO outbox (workspace_id, id, kind, workflow_id, body)
      SELECT workspace_id, gen_random_uuid(), 'agent_call_due', workflow_id, json_build_object('key', key) FROM woken
    )
    SELECT key, pg_notify('baton_outbox', workspace_id::text)::text AS told FROM woken`;
  return woken.length;
}

/** Across workspaces: the same for every agent that somebody waits for; what nobody asked for in a day is forgotten. */
export async function callDueEverywhere(db: Database): Promise<number> {
  await execute(db.prisma)`DELETE FROM agent_calls WHERE expires_at < now() - interval '1 day'`;
  const agents = await select(db.prisma)`
    SELECT DISTINCT workspace_id, agent FROM agent_calls
    WHERE holder IS NULL AND NOT called AND expires_at > now() LIMIT ${MOST_AGENTS}::int`;
  let woken = 0;
  for (const row of agents) {
    const [scope, agent] = [scopeOf(row), text(row, 'agent')];
    woken += await db.transaction(async (tx) => {
      await lockAgent(tx, scope, agent);
      return callDue(tx, scope, agent);
    });
  }
  return woken;
}
