import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ensureDatabase,
  freePort,
  keepPassword,
  startPostgres,
  startProcess,
  startTemporal,
  waitUntil,
  type SupervisedProcess,
} from '@baton/stand';
import { migrate } from '@baton/store';
import { lastLines } from './part-end.ts';
import { apiUrlOf, type Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** What {@link startStack} needs. */
export interface StackParams {
  /** The checkout, where API and worker are. */
  readonly root: string;
  /** Keeps the databases and logs; usually `.baton` of the checkout. */
  readonly stateDir: string;
  readonly settings: Settings;
  /** Environment of API and worker, below what this stack sets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Restarts API and worker when a source file changes. */
  readonly watch: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Told of each process as soon as it runs. */
  readonly onStarted: (part: SupervisedProcess) => Promise<void>;
}

/** A whole Baton on this machine. */
export interface Stack {
  readonly apiUrl: string;
  readonly workerUrl: string;
  readonly temporalUiUrl: string | null;
  /** What programs need beside their own settings: where database and Temporal are. */
  readonly env: Readonly<Record<string, string>>;
}

interface Databases {
  readonly appUrl: string;
  readonly ownerUrl: string | null;
}

/** The role of API and worker in the embedded database. */
export const APP_ROLE = 'baton_app';
const WATCH_MAIN = fileURLToPath(new URL('./watch-main.ts', import.meta.url));

async function logFile(params: StackParams, name: string): Promise<string> {
  const file = join(params.stateDir, 'logs', `${name}.log`);
  await mkdir(join(params.stateDir, 'logs'), { recursive: true });
  await rename(file, join(params.stateDir, 'logs', `${name}.previous.log`)).catch(() => {
    // The first start has no log to put aside.
  });
  return file;
}

async function ownDatabase(params: StackParams): Promise<Databases> {
  const { stateDir, settings, signal } = params;
  const folder = join(stateDir, 'postgres');
  const postgres = await startPostgres({
    dataDir: join(folder, 'cluster'),
    port: settings.postgresPort,
    logFile: await logFile(params, 'postgres'),
    signal,
  });
  await params.onStarted(postgres.process);
  const password = await keepPassword(join(folder, 'app.password'));
  const ownerUrl = await ensureDatabase(postgres.url, 'baton');
  return { ownerUrl, appUrl: `postgresql://${APP_ROLE}:${password}@127.0.0.1:${postgres.port}/baton` };
}

async function startDatabase(params: StackParams): Promise<Databases> {
  const { settings, terminal } = params;
  if (settings.databaseUrl !== null) {
    terminal.line('  PostgreSQL: the one of DATABASE_URL');
    return { appUrl: settings.databaseUrl, ownerUrl: settings.migrationDatabaseUrl };
  }
  return terminal.phase('Starting PostgreSQL', () => ownDatabase(params), params.signal);
}

async function migrateDatabase({ appUrl, ownerUrl }: Databases, terminal: Terminal): Promise<void> {
  if (ownerUrl === null) {
    terminal.line(
      '  The database is taken as it is: with MIGRATION_DATABASE_URL it would be brought up to date.',
    );
    return;
  }
  const { username, password } = new URL(appUrl);
  const appRole = { name: decodeURIComponent(username), password: decodeURIComponent(password) };
  await terminal.phase('Bringing the database up to date', () => migrate({ ownerUrl, appRole }));
}

async function startWorkflowServer(params: StackParams): Promise<{ address: string; uiUrl: string | null }> {
  const { settings, terminal, stateDir, signal } = params;
  if (settings.temporalAddress !== null) {
    terminal.line('  Temporal: the one of TEMPORAL_ADDRESS');
    return { address: settings.temporalAddress, uiUrl: settings.temporalUiUrl };
  }
  const log = await logFile(params, 'temporal');
  const startOwn = () =>
    startTemporal({
      dbFile: join(stateDir, 'temporal', 'temporal.db'),
      port: settings.temporalPort,
      uiPort: settings.temporalUiPort,
      logFile: log,
      onProgress: (sentence) => terminal.line(`  ${sentence}`),
      signal,
    });
  const temporal = await terminal.phase('Starting Temporal', startOwn, signal);
  await params.onStarted(temporal.process);
  return temporal;
}

/** Longer than a worker gives its running calls to end. */
const GRACE_MS = 35_000;

async function startApp(params: StackParams, name: 'api' | 'worker', env: Record<string, string>) {
  const main = join(params.root, 'apps', name, 'src', 'main.ts');
  const app = await startProcess({
    name: name === 'api' ? 'The API' : 'The worker',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...(params.watch ? [WATCH_MAIN] : []), main],
    env: { ...params.env, ...env },
    cwd: params.root,
    logFile: await logFile(params, name),
    graceMs: GRACE_MS,
  });
  await params.onStarted(app);
  return app;
}

async function untilReady(app: SupervisedProcess, url: string, signal: AbortSignal): Promise<void> {
  const died = app.ended.then(async () => {
    throw new Error(`${app.name} ended as soon as it was started:\n${await lastLines(app, 30)}`);
  });
  died.catch(() => undefined);
  const look = async (): Promise<string | null> => {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    });
    return response.ok ? null : `it answered ${response.status}: ${(await response.text()).slice(0, 500)}`;
  };
  await Promise.race([waitUntil({ what: `${app.name} (${url})`, look, signal, everyMs: 150 }), died]);
}

/**
 * Starts everything in order: PostgreSQL, its tables, Temporal, then worker and API, and waits until both are ready.
 * Rejects with a sentence when a part does not come; what had been started by then was told to `onStarted`.
 */
export async function startStack(params: StackParams): Promise<Stack> {
  const { settings, signal, terminal } = params;
  const databases = await startDatabase(params);
  await migrateDatabase(databases, terminal);
  const temporal = await startWorkflowServer(params);
  const workerPort = settings.workerMetricsPort ?? (await freePort());
  const env = {
    DATABASE_URL: databases.appUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: settings.temporalNamespace,
    BATON_LOG_LEVEL: settings.logLevel,
    BATON_API_HOST: settings.apiHost,
    BATON_API_PORT: String(settings.apiPort),
    BATON_WORKER_METRICS_PORT: String(workerPort),
    BATON_PUBLIC_URL: settings.publicUrl ?? apiUrlOf(settings),
    ...(temporal.uiUrl !== null && { TEMPORAL_UI_URL: temporal.uiUrl }),
  };
  const workerUrl = `http://127.0.0.1:${workerPort}`;
  const apiUrl = apiUrlOf(settings);
  const startApps = async (): Promise<void> => {
    const worker = await startApp(params, 'worker', env);
    const api = await startApp(params, 'api', env);
    await Promise.all([untilReady(worker, workerUrl, signal), untilReady(api, apiUrl, signal)]);
  };
  await terminal.phase('Starting worker and API', startApps, signal);
  return { apiUrl, workerUrl, temporalUiUrl: temporal.uiUrl, env };
}
