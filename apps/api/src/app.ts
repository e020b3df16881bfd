import type { AdapterRegistry } from '@baton/agents';
import type { Egress } from '@baton/egress';
import type { Store } from '@baton/store';
import type { Logger, Metrics } from '@baton/telemetry';
import type { Express } from 'express';
import { agentEndpoints } from './agents/agents.routes.ts';
import { createAgentService } from './agents/agents.service.ts';
import { artifactEndpoints } from './artifacts/artifacts.routes.ts';
import { callbackEndpoints } from './callbacks/callbacks.routes.ts';
import type { Endpoint } from './http/endpoint.ts';
import { createRateLimiter } from './http/rate-limit.ts';
import { createScopes } from './http/scopes.ts';
import { serveEndpoints } from './http/serve.ts';
import { humanTaskEndpoints } from './human-tasks/human-tasks.routes.ts';
import { createHumanTaskService } from './human-tasks/human-tasks.service.ts';
import { operationEndpoints } from './operations/operations.routes.ts';
import type { DryRun } from './runs/dry-run.ts';
import { newRunId } from './runs/new-run-id.ts';
import { createRunControl } from './runs/run-control.ts';
import { runEventEndpoints } from './runs/run-events.routes.ts';
import type { RunGateway } from './runs/run-gateway.ts';
import type { TemporalUi } from './runs/run-json.ts';
import { createRunWatch } from './runs/run-watch.ts';
import { runEndpoints } from './runs/runs.routes.ts';
import { createRunService } from './runs/runs.service.ts';
import { createRunStarter } from './runs/start-run.ts';
import { createDefinitions } from './workflows/definitions.ts';
import { workflowEndpoints } from './workflows/workflows.routes.ts';
import { createWorkflowService } from './workflows/workflows.service.ts';

/** Numbers and addresses of an API process. */
export interface ApiConfig {
  /** Version of Baton. */
  readonly apiVersion: string;
  /** Where Temporal UI shows runs; null when there is none. */
  readonly temporalUi: TemporalUi | null;
  /** Requests per principal and minute; default 6,000. */
  readonly requestsPerMinute?: number;
  /** Event streams open at once; default 2,000. */
  readonly maxStreams?: number;
  /** Time between pings of a stream; default 15,000 ms. */
  readonly pingMs?: number;
  /** How long a stream's reader may leave what was written unread; default 30,000 ms. */
  readonly stallMs?: number;
}

/** The parts an API is made of. */
export interface ApiParams {
  readonly store: Store;
  readonly gateway: RunGateway;
  readonly adapters: AdapterRegistry;
  readonly egress: Egress;
  readonly dryRun: DryRun;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly config: ApiConfig;
}

/** An API, ready to be listened with. */
export interface Api {
  readonly app: Express;
  /** What it serves, for tests that compare it with the document. */
  readonly endpoints: readonly Endpoint[];
  /** Ends streams and waits of clients; store, gateway and egress are their owner's to close. */
  close(): void;
}

/** Puts the API together; nothing is opened before the first request, but the subscription to notices. */
export function createApi(params: ApiParams): Api {
  const stopping = new AbortController();
  const watch = createRunWatch(params.store.notifications);
  const endpoints = endpointsOf(params, watch);
  const { store, logger, metrics, clock, config } = params;
  const limiter = createRateLimiter(config.requestsPerMinute ?? 6_000, clock);
  const findScope = createScopes(store.workspaces, clock);
  const serving = { store, findScope, limiter, logger, metrics, stopping: stopping.signal };
  return {
    app: serveEndpoints(endpoints, serving),
    endpoints,
    close: () => {
      stopping.abort();
      watch.stop();
    },
  };
}

function endpointsOf(params: ApiParams, watch: ReturnType<typeof createRunWatch>): readonly Endpoint[] {
  const { store, gateway, adapters, egress, metrics, clock, config } = params;
  const now = (): string => new Date(clock()).toISOString();
  const freshRunId = () => newRunId(clock());
  const ui = config.temporalUi;
  const definitions = createDefinitions();
  const starter = createRunStarter({ store, gateway, metrics, newRunId: freshRunId });
  const control = createRunControl({ store, gateway });
  const runs = createRunService({
    store,
    starter,
    control,
    definitions,
    dryRun: params.dryRun,
    newRunId: freshRunId,
  });
  const agents = createAgentService({ store, adapters, egress, now });
  const stream = {
    store,
    watch,
    metrics,
    pingMs: config.pingMs ?? 15_000,
    stallMs: config.stallMs ?? 30_000,
    maxStreams: config.maxStreams ?? 2_000,
  };
  return [
    ...workflowEndpoints({ store, service: createWorkflowService({ store }), definitions }),
    ...runEndpoints({ store, service: runs, watch, definitions, ui, now }),
    ...runEventEndpoints(stream),
    ...agentEndpoints({ store, service: agents, adapters, starter, watch, ui }),
    ...artifactEndpoints({ store }),
    ...callbackEndpoints({ store }),
    ...humanTaskEndpoints({ store, service: createHumanTaskService({ store, metrics }) }),
    ...operationEndpoints({ store, gateway, metrics, nowMs: clock, apiVersion: config.apiVersion }),
  ];
}
