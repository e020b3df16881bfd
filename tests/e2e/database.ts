import pg from 'pg';

/** One row as PostgreSQL gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Asks the shared stack's database, as its owner or as the role of API and workers. */
export async function select(
  statement: string,
  values: readonly unknown[] = [],
  as: 'owner' | 'app' = 'owner',
): Promise<readonly Row[]> {
  const name = as === 'owner' ? 'BATON_E2E_OWNER_URL' : 'BATON_E2E_DATABASE_URL';
  const client = new pg.Client({ connectionString: process.env[name] });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(statement, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
