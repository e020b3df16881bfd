import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, stopParts, type TestDatabase } from '@baton/test-kit';
import { createServer, type Server } from 'node:net';
import pg from 'pg';
import { isDatabaseUnavailable } from './database-errors.ts';
import { migrate, readSchemaFiles } from './migrate.ts';
import { sqlOfSchema } from './schema-engine.ts';
import { createStore } from './store.ts';

const APP_ROLE = { name: 'baton_migrate_test', password: `it's "odd"` };

let database: TestDatabase;
let appUrl: string;
let app: pg.Client;
beforeAll(async () => {
  database = await createDatabase();
  await migrate({ ownerUrl: database.url, appRole: APP_ROLE });
  const url = new URL(database.url);
  url.username = APP_ROLE.name;
  url.password = encodeURIComponent(APP_ROLE.password);
  appUrl = url.href;
  app = new pg.Client({ connectionString: appUrl });
  await app.connect();
}, 60_000);
afterAll(async () => {
  await app.end();
  await database.drop();
  await stopParts();
});

describe('migrate()', () => {
  it('applies nothing twice, also when several do it at once', async () => {
    const fresh = await createDatabase();
    const params = { ownerUrl: fresh.url, appRole: APP_ROLE };
    const results = await Promise.all([migrate(params), migrate(params), migrate(params)]);
    const { migrations } = await readSchemaFiles();
    expect(results.flatMap(({ applied }) => applied)).toEqual(migrations.map(({ name }) => name));
    await fresh.drop();
  });

  it('makes the tables the Prisma schema describes', async () => {
    const described = await createDatabase();
    const sql = await sqlOfSchema(described.url, await readSchemaFiles());
    const { columns, indexes } = await withOwner(described, async (client) => {
      await client.query(sql);
      return { columns: await columnsOf(client), indexes: await indexesOf(client) };
    });
    await withOwner(database, async (client) => {
      expect(await columnsOf(client)).toEqual(columns);
      expect(await indexesOf(client)).toEqual(expect.arrayContaining([...indexes]));
    });
    await described.drop();
  });

  it('refuses an application role that owns something', async () => {
    const owned = await createDatabase();
    await migrate({ ownerUrl: owned.url, appRole: APP_ROLE });
    const name = `baton_owner_${owned.name}`;
    await withOwner(owned, async (client) => {
      await client.query(
        `CREATE ROLE ${name} LOGIN; CREATE TABLE mine (); ALTER TABLE mine OWNER TO ${name}`,
      );
      const refused = migrate({ ownerUrl: owned.url, appRole: { name, password: 'x' } });
      await expect(refused).rejects.toThrow('must own nothing');
      await client.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    });
    await owned.drop();
  });

  it('takes might from a role that has too much', async () => {
    const name = `baton_mighty_${database.name}`;
    await withOwner(database, async (client) => {
      await client.query(`CREATE ROLE ${name} SUPERUSER`);
      await migrate({ ownerUrl: database.url, appRole: { name, password: 'x' } });
      const { rows } = await client.query(
        `SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = '${name}'`,
      );
      expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcanlogin: true }]);
      await client.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    });
  });
});

async function withOwner<Result>(
  of: TestDatabase,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: of.url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function columnsOf(client: pg.Client): Promise<readonly unknown[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT table_name, column_name, udt_name, datetime_precision, is_nullable, column_default
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
     ORDER BY table_name, column_name`,
  );
  return rows;
}

async function indexesOf(client: pg.Client): Promise<readonly unknown[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef`,
  );
  return rows;
}

describe('the application role', () => {
  it('owns nothing and has no might', async () => {
    const { rows } = await app.query(
      `SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
              (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS tables
       FROM pg_roles r WHERE rolname = current_user`,
    );
    expect(rows).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false, tables: 0 },
    ]);
  });

  it('cannot change the schema, nor what must not change', async () => {
    const forbidden = [
      'CREATE TABLE mine ()',
      'CREATE TEMPORARY TABLE mine ()',
      'CREATE SCHEMA mine',
      'ALTER TABLE runs ADD COLUMN mine int',
      'DROP TABLE runs',
      'TRUNCATE runs',
      'CREATE INDEX ON runs (id)',
      'DELETE FROM run_events',
      `UPDATE run_events SET event = '{}'`,
      'DELETE FROM human_task_decisions',
      `UPDATE human_task_decisions SET action = 'reject'`,
      'DELETE FROM audit',
      `UPDATE audit SET actor = 'somebody'`,
      `UPDATE workflow_versions SET source = ''`,
      `UPDATE agent_versions SET body = '{}'`,
      'DELETE FROM artifacts',
      `UPDATE artifacts SET body = ''`,
      'DELETE FROM runs',
      `INSERT INTO workspaces (id, name) VALUES (gen_random_uuid(), 'mine')`,
      'SELECT * FROM _prisma_migrations',
    ];
    for (const statement of forbidden) {
      await expect(app.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    }
  });
});

describe('a database that is away', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  async function silentServer(): Promise<string> {
    const server = createServer(() => {});
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `postgres://nobody@127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/none`;
  }

  async function failureOf(databaseUrl: string): Promise<unknown> {
    const store = createStore({ databaseUrl });
    try {
      await store.ping();
      return null;
    } catch (error) {
      return error;
    } finally {
      await store.stop();
    }
  }

  it('is told apart from a mistake', async () => {
    expect(isDatabaseUnavailable(await failureOf('postgres://nobody@127.0.0.1:1/none'))).toBe(true);
    const error = await app.query('SELECT nonsense').catch((reason: unknown) => reason);
    expect(isDatabaseUnavailable(error)).toBe(false);
    expect(isDatabaseUnavailable(new Error('no'))).toBe(false);
    expect(isDatabaseUnavailable(null)).toBe(false);
  });

  it('is given up after five seconds when it does not answer', async () => {
    const before = performance.now();
    const error = await failureOf(await silentServer());
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(performance.now() - before).toBeLessThan(8_000);
  }, 15_000);

  it('is known in transactions, and when it goes away in between', async () => {
    const down = createStore({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
    const refused = await down.workflows
      .archive({ workspaceId: (await up()).id }, 'a', '1')
      .catch((e: unknown) => e);
    expect(isDatabaseUnavailable(refused)).toBe(true);
    await down.stop();

    const store = createStore({ databaseUrl: appUrl, poolSize: 1 });
    await store.ping();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baton' AND datname = current_database()`;
    await client.query(kill);
    const outcome = await store.ping().catch((error: unknown) => isDatabaseUnavailable(error));
    expect([undefined, true]).toContain(outcome);
    await store.ping();
    await client.end();
    await store.stop();
  });

  async function up(): Promise<{
    id: Parameters<ReturnType<typeof createStore>['runs']['get']>[0]['workspaceId'];
  }> {
    const store = createStore({ databaseUrl: appUrl });
    const workspace = await store.workspaces.getByName('default');
    await store.stop();
    if (workspace === null) throw new Error('The workspace default is missing.');
    return workspace;
  }
});
