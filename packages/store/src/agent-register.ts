import type { Scope } from '@baton/core';
import { findAgentVersion } from './agent-read.ts';
import { toAgentVersion } from './agents-codec.ts';
import type { NewAgentVersion, RegisterResult } from './agents.ts';
import { execute, select, type Database } from './database.ts';
import { jsonText } from './row-codec.ts';
import { requireVersion, sortKey } from './semver.ts';

/** Registers a version; throws AppError `invalid` when it is no semantic version. */
export function registerVersion(
  db: Database,
  scope: Scope,
  params: NewAgentVersion,
): Promise<RegisterResult> {
  const version = requireVersion(params.version);
  return db.transaction<RegisterResult>(async (tx) => {
    await execute(tx)`
      INSERT INTO agents (workspace_id, name) VALUES (${scope.workspaceId}::uuid, ${params.name})
      ON CONFLICT DO NOTHING`;
    const [row] = await select(tx)`
      INSERT INTO agent_versions (workspace_id, name, version, sort_key, prerelease, adapter, title, body, content_hash,
                                  owner, owner_name)
      VALUES (${scope.workspaceId}::uuid, ${params.name}, ${params.version}, ${sortKey(version)},
              ${version.prerelease.length > 0}, ${params.adapter}, ${params.title ?? null}, ${jsonText(params.body)}::json,
              ${params.contentHash}, ${params.owner}, ${params.ownerName ?? null})
      ON CONFLICT (workspace_id, name, version) DO NOTHING
      RETURNING *`;
    if (row !== undefined) return { outcome: 'created', version: toAgentVersion(row) };
    const known = await findAgentVersion(tx, scope, params);
    if (known === null)
      throw new Error(`The version ${params.version} of the agent ${params.name} vanished.`);
    return { outcome: known.contentHash === params.contentHash ? 'identical' : 'conflict', version: known };
  });
}
