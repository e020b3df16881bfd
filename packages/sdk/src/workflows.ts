import type {
  Channel,
  ChannelChangeRequest,
  Graph,
  Page,
  Validation,
  Workflow,
  WorkflowVersion,
} from '@baton/contracts';
import { readJson, readTagged } from './answer-codec.ts';
import {
  jsonBody,
  path,
  type CallOptions,
  type Json,
  type RequestBody,
  type Transport,
} from './transport.ts';

/** Which version of a workflow or an agent. */
export interface VersionRef {
  readonly name: string;
  readonly version: string;
}

/** Which page of a list. */
export interface PageQuery {
  /** 1 to 200; default 50. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** A definition: YAML or JSON as text, or the tree itself. */
export type DefinitionSource = string | Readonly<Record<string, Json>>;

/** A channel as it was read: its ETag binds a change to what was seen. */
export type ReadChannel = Channel & { readonly etag: string };

/** Operations on channels. */
export interface ChannelsClient {
  get(workflow: string, channel: string, options?: CallOptions): Promise<ReadChannel>;
  /** Points a channel that was read elsewhere; 412 when it was moved since. */
  move(
    from: { workflow: string; channel: ReadChannel },
    to: ChannelChangeRequest,
    options?: CallOptions,
  ): Promise<ReadChannel>;
  /** Makes a channel; 412 when it exists. */
  create(
    at: { workflow: string; channel: string },
    to: ChannelChangeRequest,
    options?: CallOptions,
  ): Promise<ReadChannel>;
}

/** Operations on workflows. */
export interface WorkflowsClient {
  /** What is right or wrong with a definition; nothing is kept. */
  validate(definition: DefinitionSource, options?: CallOptions): Promise<Validation>;
  /** Publishes a version; the same content again is fine, other content is a 409. */
  publish(ref: VersionRef, definition: DefinitionSource, options?: CallOptions): Promise<WorkflowVersion>;
  list(
    query?: PageQuery & { readonly q?: string | undefined },
    options?: CallOptions,
  ): Promise<Page<Workflow>>;
  get(name: string, options?: CallOptions): Promise<Workflow>;
  versions(name: string, query?: PageQuery, options?: CallOptions): Promise<Page<WorkflowVersion>>;
  /** The definition of a version as a tree. */
  definition(ref: VersionRef, options?: CallOptions): Promise<Readonly<Record<string, Json>>>;
  /** The definition of a version as the YAML that was sent. */
  source(ref: VersionRef, options?: CallOptions): Promise<string>;
  graph(ref: VersionRef, options?: CallOptions): Promise<Graph>;
  /** The graph as text for Mermaid. */
  mermaid(ref: VersionRef, options?: CallOptions): Promise<string>;
  /** No new runs; running ones go on. */
  archive(ref: VersionRef, options?: CallOptions): Promise<void>;
  readonly channels: ChannelsClient;
}

/** Operations on workflows over a transport. */
export function createWorkflowsClient({ send }: Transport): WorkflowsClient {
  const at = ({ name, version }: VersionRef): string => path`/v1/workflows/${name}/versions/${version}`;
  return {
    validate: async (definition, options) =>
      readJson(
        await send({ ...options, method: 'POST', path: '/v1/workflows:validate', body: bodyOf(definition) }),
      ),
    publish: async (ref, definition, options) =>
      readJson(await send({ ...options, method: 'PUT', path: at(ref), body: bodyOf(definition) })),
    list: async (query, options) =>
      readJson(await send({ ...options, method: 'GET', path: '/v1/workflows', query: { ...query } })),
    get: async (name, options) =>
      readJson(await send({ ...options, method: 'GET', path: path`/v1/workflows/${name}` })),
    versions: async (name, query, options) =>
      readJson(
        await send({
          ...options,
          method: 'GET',
          path: path`/v1/workflows/${name}/versions`,
          query: { ...query },
        }),
      ),
    definition: async (ref, options) => readJson(await send({ ...options, method: 'GET', path: at(ref) })),
    source: async (ref, options) => {
      const headers = { Accept: 'application/yaml' };
      return (await send({ ...options, method: 'GET', path: at(ref), headers })).text();
    },
    graph: async (ref, options) =>
      readJson(await send({ ...options, method: 'GET', path: `${at(ref)}/graph` })),
    mermaid: async (ref, options) => (await send({ ...options, ...mermaidOf(at(ref)) })).text(),
    archive: async (ref, options) => void (await send({ ...options, method: 'DELETE', path: at(ref) })),
    channels: createChannelsClient({ send }),
  };
}

/** The request for a graph as text, below a version or a run. */
export function mermaidOf(parent: string) {
  return {
    method: 'GET',
    path: `${parent}/graph`,
    query: { format: 'mermaid' },
    headers: { Accept: 'text/vnd.mermaid' },
  } as const;
}

function createChannelsClient({ send }: Transport): ChannelsClient {
  const at = (workflow: string, channel: string): string =>
    path`/v1/workflows/${workflow}/channels/${channel}`;
  return {
    get: async (workflow, channel, options) =>
      readTagged(await send({ ...options, method: 'GET', path: at(workflow, channel) })),
    move: async ({ workflow, channel }, to, options) => {
      const headers = { 'If-Match': channel.etag };
      const request = { ...options, headers, body: jsonBody(to) };
      return readTagged(await send({ ...request, method: 'PUT', path: at(workflow, channel.channel) }));
    },
    create: async ({ workflow, channel }, to, options) => {
      const request = { ...options, headers: { 'If-None-Match': '*' }, body: jsonBody(to) };
      return readTagged(await send({ ...request, method: 'PUT', path: at(workflow, channel) }));
    },
  };
}

/** JSON is YAML too, so text needs no telling apart. */
function bodyOf(definition: DefinitionSource): RequestBody {
  return typeof definition === 'string'
    ? { text: definition, mediaType: 'application/yaml' }
    : jsonBody(definition);
}
