import type { Scope } from '@baton/core';
import { toAgent, toAgentVersion } from './agents-codec.ts';
import type { AgentListParams, AgentRecord, AgentVersionRecord } from './agents.ts';
import { containing, decodeCursor, pageSize, toPage } from './cursor-codec.ts';
import { NOTHING, select, sql, type Queryable, type Sql } from './database.ts';
import type { Page, PageParams } from './page.ts';
import { text } from './row-codec.ts';
import { parseRange, parseVersion } from './semver.ts';

/** One version, archived or not. */
export async function findAgentVersion(
  db: Queryable,
  scope: Scope,
  key: { readonly name: string; readonly version: string },
): Promise<AgentVersionRecord | null> {
  const [row] = await select(db)`
    SELECT * FROM agent_versions
    WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${key.name} AND version = ${key.version}`;
  return row === undefined ? null : toAgentVersion(row);
}

/** The highest version in a range that is not archived. */
export async function resolveAgent(
  db: Queryable,
  scope: Scope,
  wanted: { readonly name: string; readonly range?: string },
): Promise<AgentVersionRecord | null> {
  const inRange = wanted.range === undefined ? null : parseRange(wanted.range);
  if (wanted.range !== undefined && inRange === null) return null;
  const rows = await select(db)`
    SELECT version, prerelease FROM agent_versions
    WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${wanted.name} AND archived_at IS NULL
    ORDER BY prerelease, sort_key DESC, created_at DESC`;
  const versions = rows.map((row) => text(row, 'version'));
  const found = versions.includes(wanted.range ?? '')
    ? wanted.range
    : versions.find((version) => {
        const parsed = parseVersion(version);
        return inRange === null || (parsed !== null && inRange(parsed));
      });
  return found === undefined ? null : findAgentVersion(db, scope, { name: wanted.name, version: found });
}

/** One page of an agent's versions, the highest first. */
export async function listAgentVersions(
  db: Queryable,
  scope: Scope,
  params: PageParams & { readonly name: string },
): Promise<Page<AgentVersionRecord>> {
  const cursor = decodeCursor(params);
  const size = pageSize(params);
  const after =
    cursor === null
      ? NOTHING
      : sql`AND (sort_key, version) < (SELECT sort_key, version FROM agent_versions c
              WHERE c.workspace_id = ${scope.workspaceId}::uuid AND c.name = ${params.name} AND c.version = ${cursor.key})`;
  const rows = await select(db)`
    SELECT * FROM agent_versions WHERE workspace_id = ${scope.workspaceId}::uuid AND name = ${params.name} ${after}
    ORDER BY sort_key DESC, version DESC LIMIT ${size + 1}::int`;
  return toPage(rows.map(toAgentVersion), size, (item) => ({ at: item.createdAt, key: item.version }));
}

function agents(scope: Scope, conditions: Sql): Sql {
  return sql`
    SELECT a.name AS agent_name, a.created_at AS agent_created_at, v.*
    FROM agents a
    LEFT JOIN LATERAL (
      SELECT * FROM agent_versions l
      WHERE l.workspace_id = a.workspace_id AND l.name = a.name AND l.archived_at IS NULL
      ORDER BY prerelease, sort_key DESC, created_at DESC LIMIT 1
    ) v ON true
    WHERE a.workspace_id = ${scope.workspaceId}::uuid ${conditions}`;
}

/** One agent with its latest version. */
export async function getAgent(db: Queryable, scope: Scope, name: string): Promise<AgentRecord | null> {
  const [row] = await select(db)`${agents(scope, sql`AND a.name = ${name}`)}`;
  return row === undefined ? null : toAgent(row);
}

/** One page of agents, newest first. */
export async function listAgents(
  db: Queryable,
  scope: Scope,
  params: AgentListParams,
): Promise<Page<AgentRecord>> {
  const cursor = decodeCursor(params);
  const size = pageSize(params);
  const pattern = containing(params.q ?? '');
  const conditions = sql`
    ${params.adapter === undefined ? NOTHING : sql`AND v.adapter = ${params.adapter}`}
    ${params.q === undefined ? NOTHING : sql`AND (a.name ILIKE ${pattern} OR v.title ILIKE ${pattern})`}
    ${cursor === null ? NOTHING : sql`AND (a.created_at, a.name) < (${cursor.at}::timestamptz, ${cursor.key})`}`;
  const rows = await select(db)`
    ${agents(scope, conditions)} ORDER BY a.created_at DESC, a.name DESC LIMIT ${size + 1}::int`;
  return toPage(rows.map(toAgent), size, (item) => ({ at: item.createdAt, key: item.name }));
}
