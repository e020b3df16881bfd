import type { RunId, Scope } from '@baton/core';
import { select, type Queryable } from './database.ts';
import { id, number } from './row-codec.ts';

/** How many calls go before one that waits. */
export interface CallsAhead {
  readonly runId: RunId;
  readonly stepId: number;
  readonly ahead: number;
}

/** Counts, for each call of these runs that waits, the others that wait and go first. */
export async function aheadOf(
  db: Queryable,
  scope: Scope,
  runIds: readonly RunId[],
): Promise<readonly CallsAhead[]> {
  if (runIds.length === 0) return [];
  const rows = await select(db)`
    SELECT c.run_id, c.step_id,
           (SELECT count(*)::int FROM agent_calls a
            WHERE a.workspace_id = c.workspace_id AND a.agent = c.agent AND a.place < c.place AND a.holder IS NULL
              AND a.expires_at > now() AND (a.version = c.version OR c.most_in_workspace IS NOT NULL)) AS ahead
    FROM agent_calls c
    WHERE c.workspace_id = ${scope.workspaceId}::uuid AND c.run_id = ANY(${[...runIds]}::uuid[]) AND c.holder IS NULL`;
  return rows.map((row) => ({
    runId: id<RunId>(row, 'run_id'),
    stepId: number(row, 'step_id'),
    ahead: number(row, 'ahead'),
  }));
}
