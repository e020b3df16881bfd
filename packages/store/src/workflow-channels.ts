import type { Scope } from '@baton/core';
import { select, type Database, type Queryable } from './database.ts';
import { toChannel } from './workflows-codec.ts';
import type { ChannelRecord, SetChannelParams, SetChannelResult } from './workflows.ts';

/** One channel of a workflow. */
export async function findChannel(
  db: Queryable,
  scope: Scope,
  key: { readonly name: string; readonly channel: string },
): Promise<ChannelRecord | null> {
  const [row] = await select(db)`
    SELECT * FROM workflow_channels
    WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${key.name} AND channel = ${key.channel}`;
  return row === undefined ? null : toChannel(row);
}

/** Points a channel at a version; from then on publishing leaves it alone. */
export function setChannel(db: Database, scope: Scope, params: SetChannelParams): Promise<SetChannelResult> {
  return db.transaction<SetChannelResult>(async (tx) => {
    const [version] = await select(tx)`
      SELECT v.version FROM workflows w
      JOIN workflow_versions v ON v.workspace_id = w.workspace_id AND v.name = w.name
      WHERE w.workspace_id = ${scope.workspaceId}::uuid AND w.name = ${params.name} AND v.version = ${params.version}
        AND v.archived_at IS NULL
      FOR UPDATE OF w`;
    if (version === undefined) return { outcome: 'no_version' };
    const before = await findChannel(tx, scope, params);
    const { expectedRevision } = params;
    if (expectedRevision !== undefined && expectedRevision !== (before?.revision ?? null)) {
      return { outcome: 'stale', channel: before };
    }
    const [row] = await select(tx)`
      INSERT INTO workflow_channels AS c (workspace_id, name, channel, version, pinned)
      VALUES (${scope.workspaceId}::uuid, ${params.name}, ${params.channel}, ${params.version}, true)
      ON CONFLICT (workspace_id, name, channel) DO UPDATE
      SET version = excluded.version, revision = c.revision + 1, pinned = true, updated_at = now()
      RETURNING *`;
    if (row === undefined)
      throw new Error(`The channel ${params.channel} of ${params.name} was not written.`);
    return { outcome: 'set', channel: toChannel(row) };
  });
}
