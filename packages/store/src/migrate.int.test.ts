import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, stopParts, type TestDatabase } from '@baton/test-kit';
import { createServer, type Server } from 'node:net';
import pg from 'pg';
import { isDatabaseUnavailable } from './database-errors.ts';
import { migrate, readSchemaFiles } from './migrate.ts';
import { diffAgainstSchema } from './schema-engine.ts';
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
    const drift = await diffAgainstSchema(database.url, await readSchemaFiles());
    expect(drift).toBe('');
  });

  it('refuses an application role that owns something', async () => {
    const owned = await createDatabase();
    const client = new pg.Client({ connectionString: owned.url });
    await client.connect();
    await client.query('CREATE ROLE baton_owner_test LOGIN');
    await client.query('CREATE TABLE mine (); ALTER TABLE mine OWNER TO baton_owner_test');
    await expect(
      migrate({ ownerUrl: owned.url, appRole: { name: 'baton_owner_test', password: 'x' } }),
    ).rejects.toThrow('must own nothing');
    await client.query('DROP OWNED BY baton_owner_test; DROP ROLE baton_owner_test');
    await client.end();
    await owned.drop();
  });

  it('takes might from a role that has too much', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE ROLE baton_mighty_test SUPERUSER');
    await migrate({ ownerUrl: database.url, appRole: { name: 'baton_mighty_test', password: 'x' } });
    const { rows } = await client.query(
      `SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = 'baton_mighty_test'`,
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcanlogin: true }]);
    await client.query('DROP OWNED BY baton_mighty_test; DROP ROLE baton_mighty_test');
    await client.end();
  });
});

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
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baton'`;
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
