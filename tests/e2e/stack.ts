import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { freePort, startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';
import { migrate } from '@baton/store';
import { createDatabase, temporalAddress } from '@baton/test-kit';

const root = fileURLToPath(new URL('../..', import.meta.url));

const APP_ROLE = { name: 'baton_e2e_app', password: 'e2e' };

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
  /** Starts it and waits until it is ready; `ready: false` only starts it. */
  start(options?: { readonly ready?: boolean }): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<number | null>;
  ready(): Promise<boolean>;
  log(): Promise<string>;
}

/** What a stack may be told. */
export interface StackOptions {
  /** Workflows a worker keeps in memory; 0 replays the whole history for every task. Default BATON_E2E_CACHE, else 100. */
  readonly cache?: number;
  /** Servers of the test's own instead of the shared ones. */
  readonly temporalAddress?: string;
  readonly database?: { readonly url: string; drop(): Promise<void> };
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a stack; `stop()` ends its processes and drops its database. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const address = options.temporalAddress ?? (await temporalAddress());
  const database = options.database ?? (await createDatabase({ prepare: migrateTemplate, key: 'e2e' }));
  // Roles belong to the whole server, so the template cannot carry this one's grants into another server.
  if (options.database !== undefined) await migrateTemplate(database.url);
  const taskQueue = `e2e-${randomUUID()}`;
  const [apiPort, workerPort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    DATABASE_URL: asRole(database.url),
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_UI_URL: process.env['BATON_TEST_TEMPORAL_UI_URL'] ?? 'http://127.0.0.1:8233',
    BATON_TASK_QUEUE: taskQueue,
    BATON_API_HOST: '127.0.0.1',
    BATON_API_PORT: String(apiPort),
    BATON_WORKER_METRICS_PORT: String(workerPort),
    BATON_WORKER_CACHE: String(options.cache ?? process.env['BATON_E2E_CACHE'] ?? 100),
    BATON_LOG_LEVEL: 'info',
    ...options.env,
  };
  const api = createApp({ name: 'api', url: `http://127.0.0.1:${apiPort}`, env });
  const worker = createApp({ name: 'worker', url: `http://127.0.0.1:${workerPort}`, env });
  await Promise.all([worker.start(), api.start()]);
  return {
    apiUrl: `http://127.0.0.1:${apiPort}`,
    databaseUrl: env.DATABASE_URL,
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

async function migrateTemplate(url: string): Promise<void> {
  await migrate({ ownerUrl: url, appRole: APP_ROLE });
}

function asRole(url: string): string {
  const changed = new URL(url);
  changed.username = APP_ROLE.name;
  changed.password = APP_ROLE.password;
  return changed.href;
}

interface AppParams {
  readonly name: 'api' | 'worker';
  readonly url: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

function createApp({ name, url, env }: AppParams): AppProcess {
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
        logFile: join(root, '.baton', 'e2e', `${name}-${new URL(url).port}.log`),
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
