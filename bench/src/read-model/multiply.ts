import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Runs that are copied at once. */
const BATCH = 10_000;

/** Tables that hold a run, with the column of its id. */
const TABLES = [
  { table: 'runs', id: 'id' },
  { table: 'run_events', id: 'run_id' },
  { table: 'steps', id: 'run_id' },
] as const;

/**
 * Copies the finished runs of a database, with their events and steps, until there are so many: rows as real runs left them, with
 * other ids and other times. Afterwards the tables are vacuumed and analyzed, as they are when rows come over days.
 */
export function multiplyRuns(ownerUrl: string, wanted: number): Promise<void> {
  return withClient(ownerUrl, async (client) => {
    for (let count = await countRuns(client); count < wanted; count = await countRuns(client))
      await copyRuns(client, Math.min(BATCH, wanted - count));
    for (const { table } of TABLES) await client.query(`VACUUM ANALYZE ${table}`);
  });
}

/** Ids of some runs, from all over the table. */
export function sampleRuns(ownerUrl: string, count: number): Promise<readonly string[]> {
  return withClient(ownerUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM runs ORDER BY random() LIMIT $1', [
      count,
    ]);
    return rows.map(({ id }) => id);
  });
}

/** Copies a database that nobody is connected to, and gives the URL of the copy. */
export async function copyDatabase(ownerUrl: string, name: string): Promise<string> {
  const url = new URL(ownerUrl);
  const template = url.pathname.slice(1);
  url.pathname = '/postgres';
  await withClient(url.href, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  url.pathname = `/${name}`;
  return url.href;
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function countRuns(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM runs WHERE ended_at IS NOT NULL',
  );
  return rows[0]?.count ?? 0;
}

/** The columns of a table stay its own business: a whole row is taken, and what tells it from its copy is changed. */
async function copyRuns(client: pg.Client, count: number): Promise<void> {
  const map = `copies_${randomUUID().slice(0, 8)}`;
  await client.query('BEGIN');
  await client.query(
    `CREATE TEMP TABLE ${map} ON COMMIT DROP AS
     WITH originals AS (SELECT workspace_id, id, row_number() OVER (ORDER BY created_at, id) AS n FROM runs
                        WHERE ended_at IS NOT NULL AND start_key IS NULL ORDER BY created_at, id LIMIT 100)
     SELECT o.workspace_id, o.id AS original, gen_random_uuid() AS copy, i
     FROM generate_series(1, $1::int) AS i JOIN originals o ON o.n = 1 + i % (SELECT count(*) FROM originals)`,
    [count],
  );
  await client.query(
    `INSERT INTO runs
     SELECT (jsonb_populate_record(r, jsonb_build_object('id', m.copy, 'created_at',
             r.created_at - m.i * interval '1 second' - random() * interval '1 day'))).*
     FROM ${map} m JOIN runs r ON r.workspace_id = m.workspace_id AND r.id = m.original`,
  );
  for (const { table, id } of TABLES.slice(1))
    await client.query(
      `INSERT INTO ${table}
       SELECT (jsonb_populate_record(t, jsonb_build_object('${id}', m.copy))).*
       FROM ${map} m JOIN ${table} t ON t.workspace_id = m.workspace_id AND t.run_id = m.original`,
    );
  await client.query('COMMIT');
}
