import type { Scope } from '@baton/core';
import { execute, select, type Database, type Queryable } from './database.ts';
import { jsonText, text } from './row-codec.ts';
import { findVersion } from './workflow-read.ts';
import { toVersion, toVersionSummary } from './workflows-codec.ts';
import type {
  NewWorkflowVersion,
  PublishResult,
  WorkflowVersionRecord,
  WorkflowVersionSummary,
} from './workflows.ts';

/** Publishes a version; publishes of one workflow wait for each other on its row. */
export function publishVersion(
  db: Database,
  scope: Scope,
  params: NewWorkflowVersion,
): Promise<PublishResult> {
  return db.transaction<PublishResult>(async (tx) => {
    const namespace = await lockWorkflow(tx, scope, params);
    if (namespace !== params.namespace) return { outcome: 'namespace_conflict', namespace };
    const inserted = await insertVersion(tx, scope, params);
    if (inserted === null) {
      const version = await findVersion(tx, scope, params);
      if (version === null) throw new Error(`The version ${params.version} of ${params.name} vanished.`);
      return { outcome: version.contentHash === params.contentHash ? 'identical' : 'conflict', version };
    }
    await execute(tx)`
      INSERT INTO workflow_channels AS c (workspace_id, name, channel, version)
      VALUES (${scope.workspaceId}::uuid, ${params.name}, 'default', ${params.version})
      ON CONFLICT (workspace_id, name, channel) DO UPDATE
      SET version = excluded.version, revision = c.revision + 1, updated_at = now() WHERE NOT c.pinned`;
    return { outcome: 'created', version: inserted };
  });
}

/** Makes the workflow when it is new, and holds its row; the namespace it lives in. */
async function lockWorkflow(tx: Queryable, scope: Scope, params: NewWorkflowVersion): Promise<string> {
  const [row] = await select(tx)`
    INSERT INTO workflows AS w (workspace_id, name, namespace)
    VALUES (${scope.workspaceId}::uuid, ${params.name}, ${params.namespace})
    ON CONFLICT (workspace_id, name) DO UPDATE SET namespace = w.namespace
    RETURNING namespace`;
  if (row === undefined) throw new Error(`The workflow ${params.name} could not be locked.`);
  return text(row, 'namespace');
}

async function insertVersion(
  tx: Queryable,
  scope: Scope,
  params: NewWorkflowVersion,
): Promise<WorkflowVersionRecord | null> {
  const [row] = await select(tx)`
    WITH inserted AS (
      INSERT INTO workflow_versions (workspace_id, name, version, number, namespace, title, document, source, media_type,
                                     content_hash, author, author_name)
      SELECT w.workspace_id, w.name, ${params.version}, w.versions + 1, w.namespace, ${params.title ?? null},
             ${jsonText(params.document)}::json, ${params.source}, ${params.mediaType}, ${params.contentHash},
             ${params.author}, ${params.authorName ?? null}
      FROM workflows w WHERE w.workspace_id = ${scope.workspaceId}::uuid AND w.name = ${params.name}
      ON CONFLICT (workspace_id, name, version) DO NOTHING
      RETURNING *
    ), counted AS (
      UPDATE workflows w SET versions = i.number, title = i.title
      FROM inserted i WHERE w.workspace_id = i.workspace_id AND w.name = i.name
    )
    SELECT * FROM inserted`;
  return row === undefined ? null : toVersion(row);
}

/** Archives a version; the channel `default`, unless somebody set it, goes back to the newest one left. */
export function archiveVersion(
  db: Database,
  scope: Scope,
  key: { readonly name: string; readonly version: string },
): Promise<WorkflowVersionSummary | null> {
  return db.transaction(async (tx) => {
    await select(tx)`
      SELECT name FROM workflows WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${key.name} FOR UPDATE`;
    const [row] = await select(tx)`
      UPDATE workflow_versions SET archived_at = coalesce(archived_at, now())
      WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${key.name} AND version = ${key.version}
      RETURNING *`;
    if (row === undefined) return null;
    await execute(tx)`
      UPDATE workflow_channels c SET version = l.version, revision = c.revision + 1, updated_at = now()
      FROM (SELECT version FROM workflow_versions
            WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${key.name} AND archived_at IS NULL
            ORDER BY number DESC LIMIT 1) l
      WHERE c.workspace_id = ${scope.workspaceId}::uuid AND c.name = ${key.name} AND c.channel = 'default'
        AND NOT c.pinned AND c.version = ${key.version}`;
    return toVersionSummary(row);
  });
}
