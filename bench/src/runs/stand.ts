import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ensureDatabase,
  freePort,
  startPostgres,
  startProcess,
  startTemporal,
  waitUntil,
  type RunningPostgres,
  type RunningTemporal,
  type SupervisedProcess,
} from '@baton/stand';
import { migrate } from '@baton/store';

/** The servers that everything here shares: as `npm start` has them, on files of their own. */
export interface Stand {
  readonly postgres: RunningPostgres;
  readonly temporal: RunningTemporal;
  /** Starts one of our own programs; it ends with the stand at the latest. */
  start(program: Program): Promise<SupervisedProcess>;
  /** Rejects with its last words when a program has ended that nobody had stopped; never resolves. */
  readonly broken: Promise<never>;
  stop(): Promise<void>;
}

/** A program of this repository, run by this Node. */
export interface Program {
  readonly name: string;
  /** From the root of the repository. */
  readonly main: string;
  readonly args?: readonly string[];
  /** Beside what every program needs of the machine. */
  readonly env?: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Variables that programs get from whoever runs the bench: none that changes what is shipped. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

/** What {@link startStand} may be told. */
export interface StandParams {
  readonly onProgress: (sentence: string) => void;
  /** Where every program leaves a profile of its processor time when it ends; null: nowhere. */
  readonly profiles: string | null;
}

/** Starts PostgreSQL and Temporal, both of which keep what they are told as `npm start` has them keep it. */
export async function startStand({ onProgress, profiles }: StandParams): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const started: { stop(): Promise<unknown> }[] = [];
  const { promise: broken, reject: breakOff } = Promise.withResolvers<never>();
  // Whoever measures listens; before and after that it is nobody's business.
  broken.catch(() => undefined);
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres({ logFile: join(folder, 'postgres.log') });
    started.push(postgres);
    const temporal = await startTemporal({ dbFile: join(folder, 'temporal.db'), onProgress });
    started.push(temporal);
    const start = async ({ name, main, args = [], env = {} }: Program): Promise<SupervisedProcess> => {
      const child = await startProcess({
        name,
        command: process.execPath,
        args: [
          '--disable-warning=ExperimentalWarning',
          ...profiling(profiles, name),
          join(ROOT, main),
          ...args,
        ],
        env: { ...inherited(), ...env },
        cwd: ROOT,
        logFile: join(folder, `${name}-${randomUUID().slice(0, 8)}.log`),
        graceMs: 20_000,
      });
      started.push(child);
      void child.ended.then(async ({ wanted }) => {
        if (!wanted) breakOff(new Error(`${name} ended by itself:\n${await child.logTail(30)}`));
      });
      return child;
    };
    return { postgres, temporal, start, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function inherited(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function profiling(folder: string | null, name: string): readonly string[] {
  return folder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(folder, name)}`];
}

/** A Baton: API and worker on a database and a task queue of their own. */
export interface Baton {
  readonly apiUrl: string;
  /** As the owner of the tables. */
  readonly ownerUrl: string;
  readonly api: SupervisedProcess;
  readonly worker: SupervisedProcess;
}

const APP_ROLE = { name: 'baton_bench', password: 'bench' };

/** Starts API and worker with their defaults on a fresh database, and waits until both are ready. */
export async function startBaton(stand: Stand, database: string): Promise<Baton> {
  const ownerUrl = await ensureDatabase(stand.postgres.url, database);
  await migrate({ ownerUrl, appRole: APP_ROLE });
  const env = {
    DATABASE_URL: asApp(ownerUrl),
    TEMPORAL_ADDRESS: stand.temporal.address,
    TEMPORAL_UI_URL: stand.temporal.uiUrl,
    BATON_TASK_QUEUE: database,
  };
  const workerPort = await freePort();
  const worker = await stand.start({
    name: 'worker',
    main: 'apps/worker/src/main.ts',
    env: { ...env, BATON_WORKER_METRICS_PORT: String(workerPort) },
  });
  const { api, apiUrl } = await startApi(stand, env);
  await untilReady(worker, `http://127.0.0.1:${workerPort}/readyz`);
  return { apiUrl, ownerUrl, api, worker };
}

/** One more API process on a database that is there. */
export async function startApi(
  stand: Stand,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly api: SupervisedProcess; readonly apiUrl: string }> {
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const api = await stand.start({
    name: 'api',
    main: 'apps/api/src/main.ts',
    env: { ...env, BATON_API_PORT: String(port) },
  });
  await untilReady(api, `${apiUrl}/healthz`);
  return { api, apiUrl };
}

/** Waits until a program answers with success; rejects with its last words when it ends before. */
export async function untilReady(program: SupervisedProcess, url: string): Promise<void> {
  const gone = program.ended.then(async () => {
    throw new Error(`${program.name} ended before it was ready:\n${await program.logTail(30)}`);
  });
  gone.catch(() => undefined);
  const look = async (): Promise<string | null> => {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return ok ? null : `${url} answers ${status}`;
  };
  await Promise.race([waitUntil({ what: program.name, look }), gone]);
}

/** The same database for the role of API and workers. */
export function asApp(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.username = APP_ROLE.name;
  url.password = APP_ROLE.password;
  return url.href;
}
