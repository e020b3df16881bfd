import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** The login role of API and workers. */
export interface AppRole {
  readonly name: string;
  readonly password: string;
}

/** What the role may do with each table, and nothing else. Truth that must not change has no UPDATE and no DELETE. */
const GRANTS: Readonly<Record<string, string>> = {
  workspaces: 'SELECT',
  workflows: 'SELECT, INSERT, UPDATE',
  workflow_versions: 'SELECT, INSERT, UPDATE (archived_at)',
  workflow_channels: 'SELECT, INSERT, UPDATE, DELETE',
  agents: 'SELECT, INSERT, UPDATE',
  agent_versions: 'SELECT, INSERT, UPDATE (archived_at)',
  runs: 'SELECT, INSERT, UPDATE',
  run_events: 'SELECT, INSERT, UPDATE (position, replayed, superseded)',
  steps: 'SELECT, INSERT, UPDATE, DELETE',
  human_tasks: 'SELECT, INSERT, UPDATE',
  human_task_decisions: 'SELECT, INSERT',
  agent_calls: 'SELECT, INSERT, UPDATE, DELETE',
  agent_circuits: 'SELECT, INSERT, UPDATE, DELETE',
  agent_replies: 'SELECT, INSERT, UPDATE, DELETE',
  audit: 'SELECT, INSERT',
  outbox: 'SELECT, INSERT, UPDATE, DELETE',
  idempotency_keys: 'SELECT, INSERT, UPDATE, DELETE',
  artifacts: 'SELECT, INSERT, UPDATE (is_file, file_name, media_type)',
  agent_callbacks: 'SELECT, INSERT, UPDATE, DELETE',
  live_frames: 'SELECT, INSERT, DELETE',
};

const ATTEMPTS = 5;
/** Roles belong to the whole server, so two databases migrated at once can touch the same row of its catalogue. */
const CATALOGUE_RACES = new Set(['XX000', '23505', '42710']);

/** Makes or updates the role and grants it what the repositories need. Rejects when the role owns something. */
export async function bringUpAppRole(client: pg.Client, role: AppRole): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await makeRole(client, role);
      await grant(client, role.name);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      if (attempt === ATTEMPTS || !isCatalogueRace(error)) throw error;
      await pause(attempt * 50);
    }
  }
}

function isCatalogueRace(error: unknown): boolean {
  return error instanceof pg.DatabaseError && CATALOGUE_RACES.has(error.code ?? '');
}

async function makeRole(client: pg.Client, role: AppRole): Promise<void> {
  const name = pg.escapeIdentifier(role.name);
  const password = pg.escapeLiteral(role.password);
  const found = await client.query(
    `SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreatedb OR r.rolcreaterole OR r.rolreplication AS mighty,
            EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid)
              OR EXISTS (SELECT FROM pg_database d WHERE d.datdba = r.oid) AS owner
     FROM pg_roles r WHERE r.rolname = $1`,
    [role.name],
  );
  const row: unknown = found.rows[0];
  if (row === undefined) {
    await client.query(`CREATE ROLE ${name} LOGIN PASSWORD ${password}`);
    return;
  }
  if (isRow(row) && row['owner'] === true) {
    throw new Error(`The role ${role.name} owns tables or databases; the application role must own nothing.`);
  }
  // Only a superuser may name these attributes, so they are named only when they must change.
  const weaker = isRow(row) && row['mighty'] === true;
  const attributes = weaker ? 'NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION' : '';
  await client.query(`ALTER ROLE ${name} LOGIN ${attributes} PASSWORD ${password}`);
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

async function grant(client: pg.Client, roleName: string): Promise<void> {
  const role = pg.escapeIdentifier(roleName);
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = pg.escapeIdentifier(rows[0]?.name ?? '');
  const tables = Object.entries(GRANTS).flatMap(([table, privileges]) => [
    `REVOKE ALL ON ${table} FROM ${role}`,
    `GRANT ${privileges} ON ${table} TO ${role}`,
  ]);
  await client.query(
    [
      `REVOKE CREATE, TEMPORARY ON DATABASE ${database} FROM PUBLIC`,
      `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
      `REVOKE ALL ON DATABASE ${database} FROM ${role}`,
      `REVOKE ALL ON SCHEMA public FROM ${role}`,
      `GRANT CONNECT ON DATABASE ${database} TO ${role}`,
      `GRANT USAGE ON SCHEMA public TO ${role}`,
      ...tables,
    ].join(';\n'),
  );
}
