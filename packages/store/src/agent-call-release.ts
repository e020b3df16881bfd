import type { Scope } from '@baton/core';
import { lockAgent } from './agent-call-admit.ts';
import { callDue } from './agent-call-due.ts';
import type { ReleasedCall } from './agent-calls.ts';
import { execute, type Database } from './database.ts';

/** Takes a call out and wakes those whose turn it is then. */
export async function releaseCall(db: Database, scope: Scope, call: ReleasedCall): Promise<void> {
  const { key, agent, holder, orWaiting = false } = call;
  await db.transaction(async (tx) => {
    await lockAgent(tx, scope, agent);
    const gone = await execute(tx)`
      DELETE FROM agent_calls
      WHERE workspace_id = ${scope.workspaceId}::uuid AND key = ${key} 
        AND (holder = ${holder} OR (${orWaiting} AND holder IS NULL))`;
    if (gone > 0) await callDue(tx, scope, agent);
  });
}
