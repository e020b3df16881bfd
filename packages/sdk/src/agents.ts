import type {
  Agent,
  AgentHealth,
  AgentRegistrationRequest,
  AgentVersion,
  InvocationRequest,
  Page,
  Run,
} from '@baton/contracts';
import { readJson } from './answer-codec.ts';
import { preferOf, type StartOptions } from './prefer.ts';
import { jsonBody, path, type CallOptions, type Transport } from './transport.ts';
import type { PageQuery, VersionRef } from './workflows.ts';

/** Filters of the list of agents. */
export interface AgentQuery extends PageQuery {
  readonly adapter?: string | undefined;
  /** Looked for in name and title. */
  readonly q?: string | undefined;
}

/** Operations on agents. */
export interface AgentsClient {
  /** Registers a version; the same content again is fine, other content is a 409. */
  register(
    ref: VersionRef,
    registration: AgentRegistrationRequest,
    options?: CallOptions,
  ): Promise<AgentVersion>;
  list(query?: AgentQuery, options?: CallOptions): Promise<Page<Agent>>;
  get(name: string, options?: CallOptions): Promise<Agent>;
  versions(name: string, query?: PageQuery, options?: CallOptions): Promise<Page<AgentVersion>>;
  version(ref: VersionRef, options?: CallOptions): Promise<AgentVersion>;
  /** No new runs pin the version. */
  archive(ref: VersionRef, options?: CallOptions): Promise<void>;
  /** Probes the newest version. */
  health(name: string, options?: CallOptions): Promise<AgentHealth>;
  /** Calls an agent once, as a run of its own. */
  invoke(name: string, request: InvocationRequest, options?: StartOptions): Promise<Run>;
}

/** Operations on agents over a transport. */
export function createAgentsClient({ send }: Transport): AgentsClient {
  const at = ({ name, version }: VersionRef): string => path`/v1/agents/${name}/versions/${version}`;
  return {
    register: async (ref, registration, options) =>
      readJson(await send({ ...options, method: 'PUT', path: at(ref), body: jsonBody(registration) })),
    list: async (query, options) =>
      readJson(await send({ ...options, method: 'GET', path: '/v1/agents', query: { ...query } })),
    get: async (name, options) =>
      readJson(await send({ ...options, method: 'GET', path: path`/v1/agents/${name}` })),
    versions: async (name, query, options) =>
      readJson(
        await send({
          ...options,
          method: 'GET',
          path: path`/v1/agents/${name}/versions`,
          query: { ...query },
        }),
      ),
    version: async (ref, options) => readJson(await send({ ...options, method: 'GET', path: at(ref) })),
    archive: async (ref, options) => void (await send({ ...options, method: 'DELETE', path: at(ref) })),
    health: async (name, options) =>
      readJson(await send({ ...options, method: 'GET', path: path`/v1/agents/${name}/health` })),
    invoke: async (name, request, options) => {
      const to = { method: 'POST', path: path`/v1/agents/${name}/invocations` } as const;
      return readJson(await send({ ...options, ...to, headers: preferOf(options), body: jsonBody(request) }));
    },
  };
}
