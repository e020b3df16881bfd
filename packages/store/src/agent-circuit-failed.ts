import type { Scope } from '@baton/core';
import { toAgentCircuit } from './agent-circuits-codec.ts';
import type { AgentCircuit, CircuitCall, CircuitRules } from './agent-circuits.ts';
import { select, type Queryable } from './database.ts';

/**
 * Counts a failed call. Enough of them open the circuit; the one that tried opens it again, for longer. What fails while it
 * is open began before, and changes nothing.
 */
export async function noteFailedCall(
  db: Queryable,
  scope: Scope,
  { call, rules }: { readonly call: CircuitCall; readonly rules: CircuitRules },
): Promise<AgentCircuit> {
  const [row] = await select(db)`
    INSERT INTO agent_circuits AS c (workspace_id, agent, version, failures, deliveries, last_key, failing_since)
    VALUES (${scope.workspaceId}::uuid, ${call.agent}, ${call.version}, 1, 1, ${call.key}, clock_timestamp())
    ON CONFLICT (workspace_id, agent, version) DO UPDATE
    SET (failures, deliveries, last_key, opened_at, retry_at, cool_down_ms, probe_key, probe_until) = (
      SELECT n.failures, n.deliveries, excluded.last_key,
             coalesce(c.opened_at, CASE WHEN n.opens THEN n.now END),
             CASE WHEN n.opens OR n.tried THEN n.now + n.cool_down_ms * interval '1 millisecond' ELSE c.retry_at END,
             CASE WHEN n.opens OR n.tried THEN n.cool_down_ms ELSE c.cool_down_ms END,
             CASE WHEN NOT n.tried THEN c.probe_key END, CASE WHEN NOT n.tried THEN c.probe_until END
      FROM (
        SELECT m.*, m.failures >= ${rules.failures}::int AND m.deliveries >= ${rules.deliveries}::int
                 AND c.failing_since <= m.now - ${rules.lastingMs}::float8 * interval '1 millisecond'
                 AND c.opened_at IS NULL AS opens,
               CASE WHEN c.cool_down_ms IS NULL THEN ${rules.coolDownMs}::int
                    ELSE least(c.cool_down_ms * 2, ${rules.longestCoolDownMs}::int) END AS cool_down_ms
        FROM (
          SELECT clock_timestamp() AS now, c.failures + 1 AS failures,
                 c.deliveries + CASE WHEN c.last_key = excluded.last_key THEN 0 ELSE 1 END AS deliveries,
                 coalesce(c.probe_key = excluded.last_key, false) AS tried
        ) m
      ) n
    )
    RETURNING failures, opened_at, retry_at, clock_timestamp() AS now`;
  if (row === undefined) throw new Error(`The failed call of agent ${call.agent} was not noted.`);
  return toAgentCircuit(row);
}
