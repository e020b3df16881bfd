import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient, Prisma } from './generated/client.ts';
import type { Row } from './row-codec.ts';
import { createStatementNames } from './statement-names.ts';

/** The Prisma client on its pool, or inside a transaction. */
export type Queryable = Pick<Prisma.TransactionClient, '$queryRaw' | '$executeRaw'>;

/** A piece of SQL with its parameters. */
export type Sql = Prisma.Sql;

/** No SQL: an absent condition. */
export const NOTHING: Sql = Prisma.empty;

/** A tag for pieces of SQL; values become parameters, other pieces are taken in. */
export function sql(strings: readonly string[], ...values: readonly unknown[]): Sql {
  return Prisma.sql(strings, ...values.map(storable));
}

/** A tag that runs a query and gives its rows. */
export function select(
  db: Queryable,
): (strings: readonly string[], ...values: readonly unknown[]) => Promise<Row[]> {
  return (strings, ...values) => db.$queryRaw<Row[]>(sql(strings, ...values));
}

/** A tag that runs a statement and gives the number of rows it touched. */
export function execute(
  db: Queryable,
): (strings: readonly string[], ...values: readonly unknown[]) => Promise<number> {
  return (strings, ...values) => db.$executeRaw(sql(strings, ...values));
}

/** PostgreSQL's text cannot hold U+0000; it becomes the replacement character. JSON text has it escaped. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  return Array.isArray(value) && value.some((item) => typeof item === 'string') ? value.map(storable) : value;
}

/** Connections to the database; made with the first query. */
export interface Database {
  readonly prisma: PrismaClient;
  /**
   * Runs in one transaction: commits when the promise resolves, rolls back when it rejects or takes longer than
   * `timeoutMs`, by default 35 s.
   */
  transaction<Result>(run: (tx: Queryable) => Promise<Result>, timeoutMs?: number): Promise<Result>;
  stop(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Connecting costs more than many statements: a connection outlives a lull. */
const IDLE_MS = 300_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Longer than the server's own limit, so that it only ends calls to a server that does not answer at all. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;

/** Connects as the given role: nothing waits for a connection over 5 s or for a statement over 30 s. */
export function openDatabase(databaseUrl: string, poolSize: number): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'baton',
  });
  // An idle connection that breaks is replaced by the pool; the next query tells whether the database is away.
  pool.on('error', () => {});
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: createStatementNames() }),
  });
  return {
    prisma,
    transaction: (run, timeout = ANSWER_TIMEOUT_MS) =>
      prisma.$transaction(run, { maxWait: CONNECT_TIMEOUT_MS, timeout }),
    stop: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
