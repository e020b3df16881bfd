import { randomUUID } from 'node:crypto';
import { parseRunId, type JsonObject, type RunId, type Scope } from '@baton/core';
import { migrate } from '@baton/store';
import { createLogger, createMetrics } from '@baton/telemetry';
import { createHistories, snapshotFromJson, type Histories } from '@baton/temporal-client';
import { createDatabase, stopParts, temporalAddress, uniqueTaskQueue } from '@baton/test-kit';
import { NativeConnection } from '@temporalio/worker';
import { createEnvironmentSecrets } from './environment-secrets.ts';
import { installRuntime, SILENT } from './install-runtime.ts';
import { createParts, createTemporalWorker, stopAll, type Parts } from './run-worker.ts';
import { readSettings } from './settings.ts';

/** A worker at work, on a database and a task queue of its own. */
export interface WorkerFixture {
  readonly parts: Parts;
  readonly scope: Scope;
  readonly histories: Histories;
  /** Accepts a run of these tasks, and starts it unless told not to. */
  accept(tasks: readonly JsonObject[], options?: { readonly start: boolean }): Promise<RunId>;
  /** Waits until a run has this status. */
  reaches(runId: RunId, status: string): Promise<void>;
  stop(): Promise<void>;
}

const APP_ROLE = { name: 'baton_worker_test', password: 'not-a-secret' };

/** Starts it. */
export async function startWorkerFixture(): Promise<WorkerFixture> {
  const logger = createLogger({ service: 'worker', level: 'silent' });
  installRuntime(logger, SILENT);
  const database = await createDatabase({
    key: 'worker',
    prepare: (ownerUrl) => migrate({ ownerUrl, appRole: APP_ROLE }),
  });
  const url = new URL(database.url);
  Object.assign(url, { username: APP_ROLE.name, password: APP_ROLE.password });
  const address = await temporalAddress();
  const taskQueue = uniqueTaskQueue('worker');
  const parts = createParts(
    readSettings({ DATABASE_URL: url.href, TEMPORAL_ADDRESS: address, BATON_TASK_QUEUE: taskQueue }),
    { logger, metrics: createMetrics(), secrets: createEnvironmentSecrets({}), environment: {} },
  );
  const connection = await NativeConnection.connect({ address });
  const worker = await createTemporalWorker(parts, { connection, bundle: await parts.bundle() });
  const running = worker.run();
  const home = await parts.store.workspaces.getByName('default');
  if (home === null) throw new Error('There is no workspace "default".');
  const scope: Scope = { workspaceId: home.id };
  const histories = createHistories({ address, namespace: 'default' });
  return {
    parts,
    scope,
    histories,
    accept: (tasks, options) => accept(parts, scope, { tasks, start: options?.start ?? true }),
    async reaches(runId, status) {
      while ((await parts.store.runs.get(scope, runId))?.status !== status) await new Promise(setImmediate);
    },
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await stopAll(parts);
      await histories.stop();
      await database.drop();
      await stopParts();
    },
  };
}

async function accept(
  { store, gateway }: Parts,
  scope: Scope,
  { tasks, start }: { readonly tasks: readonly JsonObject[]; readonly start: boolean },
): Promise<RunId> {
  const id = parseRunId(randomUUID());
  if (id === null) throw new Error('A random UUID is no run id.');
  const document = { dsl: '1.0.0', namespace: 'content', name: 'publish', version: '1.0.0' };
  const snapshot = {
    engine: 1,
    runId: id,
    workspaceId: scope.workspaceId,
    definition: { document, do: [...tasks] },
    agents: {},
    pins: {},
    requester: 'local|ada',
    priority: 3,
    input: null,
  };
  await store.runs.insertAccepted(scope, {
    id,
    kind: 'workflow',
    workflow: 'publish',
    namespace: 'content',
    version: '1.0.0',
    input: null,
    requester: 'local|ada',
    snapshot,
  });
  if (start) await gateway.start(snapshotFromJson(snapshot));
  return id;
}
