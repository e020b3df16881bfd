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

/** Asks any database once. */
export function selectFrom(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return withDatabase({ ownerUrl: url }, (ask) => ask(statement, values));
}

/** Asks a stack's database as its owner, over one connection. */
export async function withDatabase<Result>(
  stack: { readonly ownerUrl: string },
  work: (
    select: (statement: string, values?: readonly unknown[]) => Promise<readonly Row[]>,
  ) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: stack.ownerUrl });
  await client.connect();
  try {
    return await work(
      async (statement, values = []) => (await client.query<Row>(statement, [...values])).rows,
    );
  } finally {
    await client.end();
  }
}
