import { chmod, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { freePort } from './ports.ts';
import { clearStaleLock, ensureCluster, temporaryDir } from './postgres-cluster.ts';
import { settlePostgresHome, type PostgresHome } from './postgres-home.ts';
import { startProcess, type ProcessEnd, type SupervisedProcess } from './supervised-process.ts';
import { waitUntil } from './wait-until.ts';

/** What {@link startPostgres} may be told. */
export interface StartPostgresOptions {
  /** Keeps the cluster between runs; its neighbours `<dataDir>.password` and `.place` belong to it. Default: a temporary one that `stop()` removes. */
  readonly dataDir?: string;
  /** On 127.0.0.1; default: any free one. */
  readonly port?: number;
  /** Default `<dataDir>.log`. */
  readonly logFile?: string;
  /** For tests: nothing is synced to disk, so a power loss can destroy the cluster. Default false. */
  readonly fast?: boolean;
  /** Default 200. */
  readonly maxConnections?: number;
  readonly signal?: AbortSignal;
}

/** A PostgreSQL that listens on 127.0.0.1 only, without a socket file. */
export interface RunningPostgres {
  readonly host: string;
  readonly port: number;
  /** Connects the superuser to database `postgres`; holds the password. */
  readonly url: string;
  readonly process: SupervisedProcess;
  readonly ended: Promise<ProcessEnd>;
  stop(): Promise<void>;
}

const FAST = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'autovacuum_naptime=10min'];

function settings(options: StartPostgresOptions, port: number): string[] {
  const list = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'timezone=UTC'];
  list.push('log_timezone=UTC', `max_connections=${options.maxConnections ?? 200}`, 'logging_collector=off');
  if (options.fast) list.push(...FAST);
  return list.flatMap((one) => ['-c', one]);
}

async function connects(url: string): Promise<null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A server that goes away between two looks must not end this process.
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
  return null;
}

async function untilReady(server: SupervisedProcess, url: string, signal?: AbortSignal): Promise<void> {
  const early = new AbortController();
  const stopWatching = server.ended.then(async () => {
    early.abort(new Error(`PostgreSQL ended as soon as it was started:\n${await server.logTail(8)}`));
  });
  const signals = signal ? [early.signal, signal] : [early.signal];
  await Promise.race([
    waitUntil({ what: 'PostgreSQL', look: () => connects(url), signal: AbortSignal.any(signals) }),
    stopWatching.then(() => early.signal.throwIfAborted()),
  ]);
}

function launch(home: PostgresHome, port: number, options: StartPostgresOptions & { logFile: string }) {
  return startProcess({
    name: 'PostgreSQL',
    command: home.binaries.postgres,
    args: ['-D', home.clusterDir, ...settings(options, port)],
    // Variables such as PGPORT or PGOPTIONS of the caller are not meant for this server.
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
    logFile: options.logFile,
    // Fast shutdown: sessions are ended, everything is written.
    stopSignal: 'SIGINT',
    graceMs: 20_000,
    user: home.user,
  });
}

/**
 * Starts a real PostgreSQL 18. The cluster is made when it is not there; the lock of a killed run is dealt with; as root
 * the server runs as another user. Rejects with a sentence when it cannot be had or does not come up within a minute.
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<RunningPostgres> {
  const temporary = options.dataDir === undefined ? await temporaryDir() : null;
  if (temporary) await chmod(temporary, 0o711);
  const dataDir = options.dataDir ?? join(temporary ?? '', 'cluster');
  const home = await settlePostgresHome(dataDir);
  const cleanUp = async (): Promise<void> => {
    if (temporary === null) return;
    if (home.outsideDir) await rm(home.outsideDir, { recursive: true, force: true });
    await rm(dirname(dataDir), { recursive: true, force: true });
  };
  const password = await ensureCluster(home, dataDir);
  await clearStaleLock(home.clusterDir);
  const port = options.port ?? (await freePort());
  const server = await launch(home, port, { ...options, logFile: options.logFile ?? `${dataDir}.log` });
  const url = `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  const stop = async (): Promise<void> => {
    await server.stop();
    await cleanUp();
  };
  try {
    await untilReady(server, url, options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: '127.0.0.1', port, url, process: server, ended: server.ended, stop };
}
