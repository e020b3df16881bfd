import type { Scope } from '@baton/core';
import { containing, decodeCursor, pageSize, toPage } from './cursor-codec.ts';
import { NOTHING, select, sql, type Queryable, type Sql } from './database.ts';
import type { Page, PageParams } from './page.ts';
import { toVersion, toVersionSummary, toWorkflow } from './workflows-codec.ts';
import type { WorkflowRecord, WorkflowVersionRecord, WorkflowVersionSummary } from './workflows.ts';

const DEFAULT_CHANNEL = 'default';

interface VersionKey {
  readonly name: string;
  readonly version: string;
}

/** One version with its text, archived or not. */
export async function findVersion(
  db: Queryable,
  scope: Scope,
  key: VersionKey,
): Promise<WorkflowVersionRecord | null> {
  const [row] = await select(db)`
    SELECT * FROM workflow_versions
    WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${key.name} AND version = ${key.version}`;
  return row === undefined ? null : toVersion(row);
}

/** The version a start would take. */
export async function resolveVersion(
  db: Queryable,
  scope: Scope,
  choice: { readonly name: string; readonly version?: string; readonly channel?: string },
): Promise<WorkflowVersionRecord | null> {
  const [row] =
    choice.version === undefined
      ? await select(db)`
          SELECT v.* FROM workflow_channels c
          JOIN workflow_versions v ON v.workspace_id = c.workspace_id AND v.name = c.name AND v.version = c.version
          WHERE c.workspace_id = ${scope.workspaceId}::uuid AND c.name = ${choice.name}
            AND c.channel = ${choice.channel ?? DEFAULT_CHANNEL} AND v.archived_at IS NULL`
      : await select(db)`
          SELECT * FROM workflow_versions
          WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${choice.name} AND version = ${choice.version}
            AND archived_at IS NULL`;
  return row === undefined ? null : toVersion(row);
}

/** One page of a workflow's versions, the one published last first. */
export async function listVersions(
  db: Queryable,
  scope: Scope,
  params: PageParams & { readonly name: string },
): Promise<Page<WorkflowVersionSummary>> {
  const cursor = decodeCursor(params);
  const size = pageSize(params);
  // The cursor names a version; its number, which never changes, tells where to go on.
  const after =
    cursor === null
      ? NOTHING
      : sql`AND number < (SELECT number FROM workflow_versions c WHERE c.workspace_id = ${scope.workspaceId}::uuid
              AND c.name = ${params.name} AND c.version = ${cursor.key})`;
  const rows = await select(db)`
    SELECT name, namespace, version, title, content_hash, author, author_name, published_at, archived_at
    FROM workflow_versions
    WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${params.name} ${after}
    ORDER BY number DESC LIMIT ${size + 1}::int`;
  return toPage(rows.map(toVersionSummary), size, (item) => ({ at: item.publishedAt, key: item.version }));
}

function workflows(scope: Scope, conditions: Sql): Sql {
  return sql`
    SELECT w.name AS workflow_name, w.namespace AS workflow_namespace, w.created_at, v.*,
           coalesce((SELECT json_agg(json_build_object('channel', c.channel, 'version', c.version, 'revision', c.revision,
                                                       'updatedAt', c.updated_at) ORDER BY c.channel)
                     FROM workflow_channels c
                     WHERE c.workspace_id = w.workspace_id AND c.name = w.name), '[]') AS channels
    FROM workflows w
    LEFT JOIN LATERAL (
      SELECT name, namespace, version, title, content_hash, author, author_name, published_at, archived_at
      FROM workflow_versions l
      WHERE l.workspace_id = w.workspace_id AND l.name = w.name AND l.archived_at IS NULL
      ORDER BY number DESC LIMIT 1
    ) v ON true
    WHERE w.workspace_id = ${scope.workspaceId}::uuid ${conditions}`;
}

/** One workflow with its latest version and channels. */
export async function getWorkflow(db: Queryable, scope: Scope, name: string): Promise<WorkflowRecord | null> {
  const [row] = await select(db)`${workflows(scope, sql`AND w.name = ${name}`)}`;
  return row === undefined ? null : toWorkflow(row);
}

/** Whether there is a workflow of this name. */
export async function hasWorkflow(db: Queryable, scope: Scope, name: string): Promise<boolean> {
  const rows = await select(db)`
    SELECT name FROM workflows WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${name}`;
  return rows.length > 0;
}

/** One page of workflows, newest first. */
export async function listWorkflows(
  db: Queryable,
  scope: Scope,
  params: PageParams & { readonly q?: string },
): Promise<Page<WorkflowRecord>> {
  const cursor = decodeCursor(params);
  const size = pageSize(params);
  const pattern = containing(params.q ?? '');
  const conditions = sql`
    ${params.q === undefined ? NOTHING : sql`AND (w.name ILIKE ${pattern} OR w.namespace ILIKE ${pattern} OR w.title ILIKE ${pattern})`}
    ${cursor === null ? NOTHING : sql`AND (w.created_at, w.name) < (${cursor.at}::timestamptz, ${cursor.key})`}`;
  const rows = await select(db)`
    ${workflows(scope, conditions)} ORDER BY w.created_at DESC, w.name DESC LIMIT ${size + 1}::int`;
  return toPage(rows.map(toWorkflow), size, (item) => ({ at: item.createdAt, key: item.name }));
}
