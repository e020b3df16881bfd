import pg from 'pg';

/** One row as PostgreSQL gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Asks the shared stack's database, as its owner or as the role of API and workers. */
export function select(
  statement: string,
  values: readonly unknown[] = [],
  as: 'owner' | 'app' = 'owner',
): Promise<readonly Row[]> {
  const name = as === 'owner' ? 'BATON_E2E_OWNER_URL' : 'BATON_E2E_DATABASE_URL';
  return selectFrom(process.env[name] ?? '', statement, values);
}

/** Asks any database. */
export async function selectFrom(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(statement, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
