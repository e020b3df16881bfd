import { createAdapterRegistry, createHttpAdapter } from '@baton/agents';
import { createClaimCheck } from '@baton/codec';
import { createEgress, type Egress } from '@baton/egress';
import { createStore, type Store } from '@baton/store';
import type { Logger, Metrics } from '@baton/telemetry';
import { createActivities, createLocalCalls } from '@baton/temporal-activities';
import { createGateway, type Gateway } from '@baton/temporal-client';
import {
  createConfirmer,
  createReconciler,
  type Confirmer,
  type Reconciler,
} from '@baton/temporal-reconciler';
import { workflowsPath, type BatonSinks } from '@baton/temporal-workflows';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type InjectedSinks,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { createEventSink, type EventSink } from './event-sink.ts';
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
  readonly store: Store;
  readonly egress: Egress;
  readonly gateway: Gateway;
  readonly confirmer: Confirmer;
  readonly sink: EventSink;
  readonly reconciler: Reconciler;
}

/** Builds what the worker needs; nothing is connected yet. */
export function createParts(settings: Settings, tools: { logger: Logger; metrics: Metrics }): Parts {
  const { logger } = tools;
  const store = createStore({ databaseUrl: settings.DATABASE_URL });
  const gateway = createGateway({
    address: settings.TEMPORAL_ADDRESS,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: settings.BATON_TASK_QUEUE,
    codec: createClaimCheck(store.artifacts),
  });
  const onError = (name: string, error: unknown): void => {
    logger.warn('reconciler.round_failed', { loop: name, error });
  };
  const confirmer = createConfirmer({ runs: store.runs, events: store.events, gateway });
  const sink = createEventSink({
    events: store.events,
    onEnd: (scope, runId) => {
      confirmer.expect(scope, runId);
    },
    onError: (error) => {
      logger.warn('events.not_stored', { error });
    },
  });
  return {
    settings,
    ...tools,
    store,
    egress: createEgress({ policy: { allowLoopback: settings.BATON_EGRESS_LOOPBACK } }),
    gateway,
    confirmer,
    sink,
    reconciler: createReconciler({ store, gateway, onError }),
  };
}

/** Bundles the workflow code; once per process. The bundler's list of modules is nobody's log. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
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
  const { store, sink } = parts;
  const localCalls = createLocalCalls();
  return Worker.create({
    connection: made.connection,
    namespace: parts.settings.TEMPORAL_NAMESPACE,
    taskQueue: parts.settings.BATON_TASK_QUEUE,
    workflowBundle: made.bundle,
    activities: createActivities({
      adapters: createAdapterRegistry([createHttpAdapter()]),
      egress: parts.egress,
      localCalls,
      store,
    }),
    sinks: {
      baton: { ...sink.sinks.baton, abandon: { fn: (_task, key) => localCalls.abandon(key) } },
    } satisfies InjectedSinks<BatonSinks>,
    dataConverter: { payloadCodecs: [createClaimCheck(store.artifacts)] },
    maxCachedWorkflows: parts.settings.BATON_WORKER_CACHE,
    maxHeartbeatThrottleInterval: '5 seconds',
    shutdownGraceTime: GRACE,
    shutdownForceTime: FORCE,
  });
}
