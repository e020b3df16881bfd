import {
  createAdapterRegistry,
  createAdapters,
  createNodeAgents,
  type NodeAgents,
  type SecretResolver,
} from '@baton/agents';
import { createClaimCheck } from '@baton/codec';
import { parseWorkspaceId } from '@baton/core';
import { createEgress, type Egress } from '@baton/egress';
import { createStore, type Store } from '@baton/store';
import type { Logger, Metrics } from '@baton/telemetry';
import { createActivities, createLocalCalls } from '@baton/temporal-activities';
import { createGateway, createHistories, type Gateway } from '@baton/temporal-client';
import {
  createConfirmer,
  createReconciler,
  type Confirmer,
  type Reconciler,
} from '@baton/temporal-reconciler';
import { preloadModules, workflowsPath, type BatonSinks } from '@baton/temporal-workflows';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type InjectedSinks,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { deploymentOptions } from './deployment.ts';
import { createEventSink, type EventSink } from './event-sink.ts';
import { createFrameWriter, type FrameWriter } from './frame-writer.ts';
import { createRetelling, type Retelling } from './retelling.ts';
import type { Settings } from './settings.ts';

/** Longest time a running call gets to end on shutdown. */
const GRACE = '25 seconds';

/** When a shutdown is forced. */
const FORCE = '55 seconds';

/** The parts of a worker process, in the order in which they start. */
export interface Parts {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly secrets: SecretResolver;
  /** The environment of this process, for programs that it starts. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly store: Store;
  /** What stands in front of every payload. */
  readonly codec: ReturnType<typeof createClaimCheck>;
  readonly egress: Egress;
  readonly nodeAgents: NodeAgents;
  readonly gateway: Gateway;
  /** The workflow code, bundled with the first call. */
  readonly bundle: () => Promise<WorkflowBundleWithSourceMap>;
  readonly retelling: Retelling;
  readonly confirmer: Confirmer;
  readonly sink: EventSink;
  readonly frames: FrameWriter;
  readonly reconciler: Reconciler;
}

/** Builds what the worker needs; nothing is connected yet. */
export function createParts(
  settings: Settings,
  tools: Pick<Parts, 'logger' | 'metrics' | 'secrets' | 'environment'>,
): Parts {
  const { logger } = tools;
  const store = createStore({ databaseUrl: settings.DATABASE_URL });
  const codec = createClaimCheck(store.artifacts);
  const gateway = createGateway({
    address: settings.TEMPORAL_ADDRESS,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: settings.BATON_TASK_QUEUE,
    codec,
  });
  const bundle = once(bundleWorkflows);
  const histories = createHistories({
    address: settings.TEMPORAL_ADDRESS,
    namespace: settings.TEMPORAL_NAMESPACE,
  });
  const retelling = createRetelling({ retell: store.retell, histories, replay: { bundle, codec } });
  const onError = (name: string, error: unknown): void => {
    logger.warn('reconciler.round_failed', { loop: name, error });
  };
  const closing = { runs: store.runs, events: store.events, gateway, retell: retelling.retell };
  const confirmer = createConfirmer(closing);
  const sink = createEventSink({
    events: store.events,
    onEnd: (scope, runId, temporalRunId) => {
      confirmer.expect(scope, runId, temporalRunId);
    },
    onError: (error) => {
      logger.warn('events.not_stored', { error });
    },
  });
  const frames = createFrameWriter({
    frames: store.frames,
    onError: (error) => {
      logger.warn('frames.not_stored', { error });
    },
  });
  return {
    settings,
    ...tools,
    store,
    codec,
    egress: createEgress({ policy: { allowLoopback: settings.BATON_EGRESS_LOOPBACK } }),
    nodeAgents: createNodeAgents({
      folder: settings.BATON_AGENTS_DIR,
      processes: settings.BATON_AGENTS_PROCESSES,
      readArtifact: artifactReader(store),
      environment: tools.environment,
    }),
    gateway,
    bundle,
    retelling,
    confirmer,
    sink,
    frames,
    reconciler: createReconciler({ store, gateway, retell: retelling.retell, onError }),
  };
}

function artifactReader(store: Store): Parameters<typeof createNodeAgents>[0]['readArtifact'] {
  return async (workspace, sha256) => {
    const workspaceId = parseWorkspaceId(workspace);
    if (workspaceId === null) return null;
    return (await store.artifacts.get({ workspaceId }, sha256))?.body ?? null;
  };
}

/** Stops all parts, in the reverse of their order; those that were never started too. */
export async function stopAll(parts: Parts): Promise<void> {
  await parts.reconciler.stop();
  await parts.frames.stop();
  await parts.sink.stop();
  await parts.confirmer.stop();
  await parts.retelling.stop();
  await parts.gateway.stop();
  await parts.nodeAgents.stop();
  await parts.egress.close();
  await parts.store.stop();
}

/** Bundles the workflow code; once per process. The bundler's list of modules is nobody's log. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, preloadModules, logger: new DefaultLogger('WARN') });
}

/** Asks once; whoever asks again gets the same answer. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => (answer ??= ask());
}

/** Connects to Temporal, however long that takes, unless the process is stopping. */
export async function connect(parts: Parts, stopping: AbortSignal): Promise<NativeConnection | null> {
  for (let attempt = 0; !stopping.aborted; attempt += 1) {
    try {
      return await NativeConnection.connect({ address: parts.settings.TEMPORAL_ADDRESS });
    } catch (error) {
      const waitMs = Math.min(250 * 2 ** attempt, 5_000);
      parts.logger.warn('temporal.unreachable', { address: parts.settings.TEMPORAL_ADDRESS, waitMs, error });
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
  return null;
}

/** Creates the Temporal worker of the runs' task queue. */
export function createTemporalWorker(
  parts: Parts,
  made: { readonly connection: NativeConnection; readonly bundle: WorkflowBundleWithSourceMap },
): Promise<Worker> {
  const { store, sink, frames } = parts;
  const localCalls = createLocalCalls();
  return Worker.create({
    connection: made.connection,
    namespace: parts.settings.TEMPORAL_NAMESPACE,
    taskQueue: parts.settings.BATON_TASK_QUEUE,
    workflowBundle: made.bundle,
    activities: createActivities({
      adapters: createAdapterRegistry(createAdapters({ nodeAgents: parts.nodeAgents })),
      egress: parts.egress,
      secrets: parts.secrets,
      localCalls,
      frames,
      publicUrl: parts.settings.BATON_PUBLIC_URL ?? null,
      store,
      metrics: parts.metrics,
    }),
    sinks: {
      baton: {
        ...sink.sinks.baton,
        abandon: { fn: (_task, key, isToBegin) => localCalls.abandon(key, isToBegin) },
      },
    } satisfies InjectedSinks<BatonSinks>,
    dataConverter: { payloadCodecs: [parts.codec] },
    ...deploymentOptions(parts.settings),
    maxCachedWorkflows: parts.settings.BATON_WORKER_CACHE,
    maxHeartbeatThrottleInterval: '5 seconds',
    shutdownGraceTime: GRACE,
    shutdownForceTime: FORCE,
  });
}
