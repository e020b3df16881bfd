import type {
  DryRunRequest,
  DryRunResult,
  Graph,
  Page,
  Run,
  RunListQuery,
  RunStartRequest,
  SignalReceipt,
  Step,
} from '@baton/contracts';
import { readJson } from './answer-codec.ts';
import { preferOf, type StartOptions } from './prefer.ts';
import { followRun, type EventOptions } from './run-events.ts';
import type { RunStreamEvent } from './event-codec.ts';
import {
  jsonBody,
  path,
  type CallOptions,
  type Json,
  type OnceOptions,
  type Transport,
} from './transport.ts';
import { mermaidOf } from './workflows.ts';

/** What ends a run. */
export interface EndOptions extends OnceOptions {
  /** Kept with the run. */
  readonly reason?: string | undefined;
}

/** What a signal carries. */
export interface SignalOptions extends OnceOptions {
  /** A CloudEvent, or any JSON that becomes the data of one; default null. */
  readonly data?: Json | undefined;
}

/** Operations on runs. */
export interface RunsClient {
  start(workflow: string, request?: RunStartRequest, options?: StartOptions): Promise<Run>;
  /** Rehearses a run with mocked calls, without any effect. */
  dryRun(workflow: string, request?: DryRunRequest, options?: CallOptions): Promise<DryRunResult>;
  get(id: string, options?: CallOptions): Promise<Run>;
  list(query?: Partial<RunListQuery>, options?: CallOptions): Promise<Page<Run>>;
  /** The tree of steps, in the order they began. */
  steps(id: string, options?: CallOptions): Promise<readonly Step[]>;
  /** The definition's graph with the run's state. */
  graph(id: string, options?: CallOptions): Promise<Graph>;
  /** The graph as text for Mermaid. */
  mermaid(id: string, options?: CallOptions): Promise<string>;
  /**
   * The run's events from its beginning (or after a position) until its end, as they come. Connects again when a
   * connection is lost, without gap or repeat; see {@link EventOptions}.
   */
  events(id: string, options?: EventOptions): AsyncIterable<RunStreamEvent>;
  /** Asks a run to end; its catches see it. */
  cancel(id: string, options?: EndOptions): Promise<Run>;
  /** Ends a run at once, without a word to it. */
  terminate(id: string, options?: EndOptions): Promise<Run>;
  /** Starts nothing new until resumed. */
  suspend(id: string, options?: OnceOptions): Promise<Run>;
  resume(id: string, options?: OnceOptions): Promise<Run>;
  /** Delivers an event to a `listen`. */
  signal(id: string, name: string, options?: SignalOptions): Promise<SignalReceipt>;
}

/** Operations on runs over a transport. */
export function createRunsClient(transport: Transport): RunsClient {
  const { send } = transport;
  const at = (id: string): string => path`/v1/runs/${id}`;
  return {
    start: async (workflow, request = {}, options = {}) => {
      const to = { method: 'POST', path: path`/v1/workflows/${workflow}/runs` } as const;
      return readJson(await send({ ...options, ...to, headers: preferOf(options), body: jsonBody(request) }));
    },
    dryRun: async (workflow, request = {}, options = {}) => {
      const to = { method: 'POST', path: path`/v1/workflows/${workflow}/dry-runs` } as const;
      return readJson(await send({ ...options, ...to, body: jsonBody(request) }));
    },
    get: async (id, options) => readJson(await send({ ...options, method: 'GET', path: at(id) })),
    list: async (query, options) =>
      readJson(await send({ ...options, method: 'GET', path: '/v1/runs', query: { ...query } })),
    steps: async (id, options) => {
      const answer = await send({ ...options, method: 'GET', path: `${at(id)}/steps` });
      return (await readJson<{ readonly steps: readonly Step[] }>(answer)).steps;
    },
    graph: async (id, options) =>
      readJson(await send({ ...options, method: 'GET', path: `${at(id)}/graph` })),
    mermaid: async (id, options) => (await send({ ...options, ...mermaidOf(at(id)) })).text(),
    events: (id, options) => followRun(transport, `${at(id)}/events`, options),
    ...createControls(transport, at),
  };
}

type Controls = Pick<RunsClient, 'cancel' | 'terminate' | 'suspend' | 'resume' | 'signal'>;

function createControls({ send }: Transport, at: (id: string) => string): Controls {
  const control = async (target: string, body: object, options?: OnceOptions): Promise<Run> =>
    readJson(await send({ ...options, method: 'POST', path: target, body: jsonBody(body) }));
  const end = (verb: string) => (id: string, options?: EndOptions) => {
    const { reason, ...rest } = options ?? {};
    return control(`${at(id)}/${verb}`, { reason }, rest);
  };
  return {
    cancel: end('cancel'),
    terminate: end('terminate'),
    suspend: (id, options) => control(`${at(id)}/suspend`, {}, options),
    resume: (id, options) => control(`${at(id)}/resume`, {}, options),
    signal: async (id, name, options) => {
      const { data = null, ...rest } = options ?? {};
      const target = path`/v1/runs/${id}/signals/${name}`;
      return readJson(await send({ ...rest, method: 'POST', path: target, body: jsonBody(data) }));
    },
  };
}
