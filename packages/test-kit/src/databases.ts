import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { postgresUrl } from './shared-parts.ts';

/** What {@link createDatabase} may be told. */
export interface CreateDatabaseOptions {
  /**
   * Fills the template once per PostgreSQL, given a superuser URL of the empty template: usually the migration. All
   * sessions it opens must be closed when it settles. Default: an empty database.
   */
  readonly prepare?: (templateUrl: string) => Promise<unknown>;
  /** Names the template together with the text of `prepare`; change it when what `prepare` does has changed. Default `''`. */
  readonly key?: string;
}

/** A database of one test. */
export interface TestDatabase {
  readonly name: string;
  /** Connects the superuser, who owns it. */
  readonly url: string;
  /** Ends every session and drops it. */
  drop(): Promise<void>;
}

/** Any number that no other advisory lock of the tests uses. */
const TEMPLATE_LOCK = 72_616_417;

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function exists(client: pg.Client, name: string): Promise<boolean> {
  const found = await client.query('select 1 from pg_database where datname = $1', [name]);
  return found.rowCount === 1;
}

/** Makes the template unless another process has; the lock holds back those that come at the same time. */
async function ensureTemplate(url: string, options: CreateDatabaseOptions): Promise<string> {
  const { prepare, key = '' } = options;
  if (!prepare) return 'template1';
  const digest = createHash('sha256').update(`${key}\n${prepare.toString()}`).digest('hex').slice(0, 16);
  const name = `baton_template_${digest}`;
  await withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    if (await exists(client, name)) return;
    const fresh = `${name}_new`;
    await client.query(`drop database if exists ${fresh} with (force)`);
    await client.query(`create database ${fresh}`);
    await prepare(withDatabase(url, fresh));
    await client.query(`alter database ${fresh} rename to ${name}`);
  });
  return name;
}

/**
 * Creates a database for one test (or one test file) from a template that is made once, which takes milliseconds.
 * PostgreSQL is the one `postgresUrl()` gives.
 */
export async function createDatabase(options: CreateDatabaseOptions = {}): Promise<TestDatabase> {
  const url = await postgresUrl();
  const template = await ensureTemplate(url, options);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(url, (client) =>
    client.query(`create database ${name} template ${template} strategy file_copy`),
  );
  const drop = async (): Promise<void> => {
    await withClient(url, (client) => client.query(`drop database if exists ${name} with (force)`));
  };
  return { name, url: withDatabase(url, name), drop };
}
