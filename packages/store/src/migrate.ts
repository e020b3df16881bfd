import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { bringUpAppRole, type AppRole } from './app-role.ts';
import { applyMigrations, type SchemaFiles } from './schema-engine.ts';

const LOCK = 4_071_993_021;

/** Parameters of {@link migrate}. */
export interface MigrateParams {
  /** The database, as the role that owns the tables. */
  readonly ownerUrl: string;
  /** The login role for API and workers: made or updated, owns nothing. */
  readonly appRole: AppRole;
}

/**
 * Applies the migrations that are not yet applied, then brings the application role up to date. Again is the same,
 * and several at once wait for each other. Rejects when the role owns something or a migration fails.
 */
export async function migrate(params: MigrateParams): Promise<{ readonly applied: readonly string[] }> {
  const files = await readSchemaFiles();
  const client = new pg.Client({ connectionString: params.ownerUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const applied = await applyMigrations(params.ownerUrl, files);
    await bringUpAppRole(client, params.appRole);
    return { applied };
  } finally {
    await client.end();
  }
}

/** The schema and its migrations, from the folder prisma/ of the repository. */
export async function readSchemaFiles(): Promise<SchemaFiles> {
  const root = fileURLToPath(new URL('../../../prisma/', import.meta.url));
  const baseDir = join(root, 'migrations');
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const path = join(root, 'schema.prisma');
  return {
    schema: { path, content: await readFile(path, 'utf8') },
    baseDir,
    lockfile: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8'),
    migrations: await Promise.all(
      names.sort().map(async (name) => ({
        name,
        sql: await readFile(join(baseDir, name, 'migration.sql'), 'utf8'),
      })),
    ),
  };
}
