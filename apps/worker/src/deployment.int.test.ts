import { randomUUID } from 'node:crypto';
import { ENGINE_VERSION, parseRunId, parseWorkspaceId, type Snapshot } from '@baton/core';
import { createLogger, createMetrics } from '@baton/telemetry';
import { stopParts, temporalAddress, uniqueTaskQueue } from '@baton/test-kit';
import {
  NativeConnection,
  Runtime,
  DefaultLogger,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventSink } from './event-sink.ts';
import { createEnvironmentSecrets } from './environment-secrets.ts';
import { bundleWorkflows, createParts, createTemporalWorker, stopAll, type Parts } from './run-worker.ts';
import { readSettings } from './settings.ts';

/** Codes of gRPC. */
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

const deploymentName = uniqueTaskQueue('deployment');
const taskQueue = uniqueTaskQueue('versioned');
const workspaceId = randomUUID();

let connection: NativeConnection;
let bundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  connection = await NativeConnection.connect({ address: await temporalAddress() });
  bundle = await bundleWorkflows();
}, 120_000);
afterAll(async () => {
  await connection.close();
  await stopParts();
});

/** A worker as it ships that is one version of the deployment; its events go to the test, and its database is nowhere. */
interface Version {
  readonly parts: Parts;
  /** Types of the events that this version has told. */
  readonly told: readonly string[];
  stop(): Promise<void>;
}

async function startVersion(buildId: string): Promise<Version> {
  const settings = readSettings({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    TEMPORAL_ADDRESS: await temporalAddress(),
    BATON_TASK_QUEUE: taskQueue,
    BATON_WORKER_DEPLOYMENT: deploymentName,
    BATON_WORKER_BUILD_ID: buildId,
  });
  const logger = createLogger({ service: 'worker', level: 'silent' });
  const parts = createParts(settings, {
    logger,
    metrics: createMetrics(),
    secrets: createEnvironmentSecrets({}),
    environment: {},
  });
  const told: string[] = [];
  const record: EventSink['sinks']['baton']['record'] = {
    callDuringReplay: true,
    fn: async (_info, events) => void told.push(...events.map(({ type }) => type)),
  };
  const sink = { ...parts.sink, sinks: { baton: { record } } };
  const worker = await createTemporalWorker({ ...parts, sink }, { connection, bundle });
  const running = worker.run();
  return {
    parts,
    told,
    async stop() {
      worker.shutdown();
      await running;
      await stopAll(parts);
    },
  };
}

/** Makes a version current, as soon as its worker has asked for work. */
async function makeCurrent(buildId: string): Promise<void> {
  const request = { namespace: 'default', deploymentName, buildId, identity: 'operator' };
  for (;;) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion(request);
      return;
    } catch (error) {
      // Temporal does not know a version before its worker has asked for work.
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== NOT_FOUND && code !== FAILED_PRECONDITION) throw error;
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

function listening(): Snapshot {
  return {
    engine: ENGINE_VERSION,
    runId: randomUUID(),
    workspaceId,
    definition: {
      document: { dsl: '1.0.0', namespace: 'content', name: 'publish', version: '1.0.0' },
      do: [{ hear: { listen: { to: { one: { with: { type: 'go' } } } } } }],
    },
    agents: {},
    pins: {},
    requester: 'local|ada',
    priority: 3,
    input: {},
  };
}

describe('a versioned worker', () => {
  it('gets runs once it is current, and the next one takes them over while they are open', async () => {
    const snapshot = listening();
    const [workspace, runId] = [parseWorkspaceId(workspaceId), parseRunId(snapshot.runId)];
    if (workspace === null || runId === null) throw new Error('These are no ids.');
    const first = await startVersion('1');
    await makeCurrent('1');
    await first.parts.gateway.start(snapshot);
    await until(() => first.told.includes('run.waiting'));

    const second = await startVersion('2');
    await makeCurrent('2');
    await first.stop();
    expect(second.told).toEqual([]);
    const event = { type: 'go', data: 1 };
    await second.parts.gateway.signal({ workspaceId: workspace }, runId, event);
    await until(() => second.told.includes('run.completed'));
    expect(first.told).not.toContain('run.completed');
    await second.stop();
  });
});
