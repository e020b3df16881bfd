import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { freePort, startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';
import { migrate } from '@baton/store';
import { createDatabase, temporalAddress } from '@baton/test-kit';

const root = fileURLToPath(new URL('../..', import.meta.url));

const APP_ROLE = { name: 'baton_e2e_app', password: 'e2e' };

/** From BATON_E2E_SUGGEST_AFTER: after how many events Temporal suggests to continue as new; absent: its own thousands. */
export const SUGGEST_AFTER = process.env['BATON_E2E_SUGGEST_AFTER']
  ? Number(process.env['BATON_E2E_SUGGEST_AFTER'])
  : undefined;

/** A whole Baton of its own: database, task queue, API process and worker processes, on the tests' shared servers. */
export interface Stack {
  readonly apiUrl: string;
  /** As the application role. */
  readonly databaseUrl: string;
  /** As the superuser. */
  readonly ownerUrl: string;
  readonly temporalAddress: string;
  readonly taskQueue: string;
  readonly api: AppProcess;
  readonly worker: AppProcess;
  stop(): Promise<void>;
}

/** One of the processes under test. */
export interface AppProcess {
  readonly url: string;
  start(options?: StartOptions): Promise<void>;
  /** SIGSTOP: it does nothing more, and can only be killed. */
  freeze(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<number | null>;
  ready(): Promise<boolean>;
  log(): Promise<string>;
}

/** How a process is started. */
export interface StartOptions {
  /** Whether to wait until it is ready; default true. */
  readonly ready?: boolean;
}

/** What a stack may be told. */
export interface StackOptions {
  /** Workflows a worker keeps in memory; 0 replays the whole history for every task. Default BATON_E2E_CACHE, else 100. */
  readonly cache?: number;
  /** Servers of the test's own instead of the shared ones. */
  readonly temporalAddress?: string;
  readonly database?: { readonly url: string; drop(): Promise<void> };
  readonly env?: Environment;
}

/** Starts a stack; `stop()` ends its processes and drops its database. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const address = options.temporalAddress ?? (await temporalAddress());
  const database = options.database ?? (await createDatabase({ prepare: migrateTemplate, key: 'e2e' }));
  // Roles belong to the whole server, so the template cannot carry this one's grants into another server.
  if (options.database !== undefined) await migrateTemplate(database.url);
  const taskQueue = `e2e-${randomUUID()}`;
  const env = {
    ...environmentOf({ databaseUrl: asRole(database.url), temporalAddress: address, taskQueue }),
    BATON_WORKER_CACHE: String(options.cache ?? process.env['BATON_E2E_CACHE'] ?? 100),
    ...options.env,
  };
  const api = await createApp('api', env);
  const worker = await createApp('worker', env);
  await Promise.all([worker.start(), api.start()]);
  return {
    apiUrl: api.url,
    databaseUrl: asRole(database.url),
    ownerUrl: database.url,
    temporalAddress: address,
    taskQueue,
    api,
    worker,
    async stop() {
      await Promise.all([api.stop(), worker.stop()]);
      await database.drop();
    },
  };
}

/** One more API process on the shared stack, with settings of its own; its `stop()` ends that process only. */
export async function startApi(env: Environment, options?: StartOptions): Promise<AppProcess> {
  const shared = {
    databaseUrl: process.env['BATON_E2E_DATABASE_URL'] ?? '',
    temporalAddress: process.env['BATON_E2E_TEMPORAL_ADDRESS'] ?? '',
    taskQueue: process.env['BATON_E2E_TASK_QUEUE'] ?? '',
  };
  const api = await createApp('api', { ...environmentOf(shared), ...env });
  await api.start(options);
  return api;
}

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

function environmentOf(parts: Pick<Stack, 'databaseUrl' | 'temporalAddress' | 'taskQueue'>): Environment {
  return {
    ...process.env,
    DATABASE_URL: parts.databaseUrl,
    TEMPORAL_ADDRESS: parts.temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_UI_URL: process.env['BATON_TEST_TEMPORAL_UI_URL'] ?? 'http://127.0.0.1:8233',
    BATON_TASK_QUEUE: parts.taskQueue,
    BATON_API_HOST: '127.0.0.1',
    BATON_LOG_LEVEL: 'info',
  };
}

async function migrateTemplate(url: string): Promise<void> {
  await migrate({ ownerUrl: url, appRole: APP_ROLE });
}

function asRole(url: string): string {
  const changed = new URL(url);
  changed.username = APP_ROLE.name;
  changed.password = APP_ROLE.password;
  return changed.href;
}

const PORTS = { api: 'BATON_API_PORT', worker: 'BATON_WORKER_METRICS_PORT' } as const;

async function createApp(name: 'api' | 'worker', settings: Environment): Promise<AppProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...settings, [PORTS[name]]: String(port) };
  let child: SupervisedProcess | null = null;
  const ready = async (): Promise<boolean> => {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    return response?.ok ?? false;
  };
  return {
    url,
    ready,
    async start({ ready: untilReady = true } = {}) {
      const started = await startProcess({
        name: `The e2e ${name}`,
        command: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', join(root, 'apps', name, 'src', 'main.ts')],
        env,
        cwd: root,
        logFile: join(root, '.baton', 'e2e', `${name}-${port}.log`),
        graceMs: 60_000,
      });
      child = started;
      if (!untilReady) return;
      const died = started.ended.then(async () => {
        throw new Error(`The ${name} ended before it was ready:\n${await started.logTail(40)}`);
      });
      died.catch(() => undefined);
      const look = async (): Promise<string | null> => ((await ready()) ? null : 'it is not ready');
      await Promise.race([waitUntil({ what: `the ${name}`, look, everyMs: 100 }), died]);
    },
    freeze() {
      if (child !== null) process.kill(child.pid, 'SIGSTOP');
    },
    async kill() {
      child?.kill();
      await child?.ended;
    },
    async stop() {
      await child?.stop();
      return (await child?.ended)?.code ?? null;
    },
    log: async () => (await child?.logTail(2_000)) ?? '',
  };
}
