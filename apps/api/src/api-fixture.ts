import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createAdapterRegistry, createAdapters } from '@baton/agents';
import {
  canonicalJson,
  isObject,
  own,
  parseRunId,
  type Json,
  type JsonObject,
  type RunId,
  type Scope,
  type TraceEvent,
} from '@baton/core';
import { createEgress } from '@baton/egress';
import { createStore, migrate, type Store } from '@baton/store';
import { createLogger, createMetrics } from '@baton/telemetry';
import { createDatabase, stopParts } from '@baton/test-kit';
import { createApi, type Api, type ApiConfig } from './app.ts';
import { fromJson, toJson } from './http/json-codec.ts';
import { createDryRun } from './runs/rehearse.ts';
import { createFakeGateway, type FakeGateway } from './runs/gateway-fixture.ts';

/** A whole API on a database of its own, with a gateway that only remembers. */
export interface ApiFixture {
  readonly api: Api;
  readonly store: Store;
  readonly gateway: FakeGateway;
  readonly scope: Scope;
  readonly baseUrl: string;
  readonly port: number;
  /** Calls the API; the token is `dev:ann` unless another is given. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** Stores events of a run as its workflow would, and publishes its end. */
  tell(runId: string, events: readonly TraceEvent[]): Promise<void>;
  stop(): Promise<void>;
}

/** What a call sends. */
export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is instead of `body`. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** What follows `dev:`; null sends no token. */
  readonly as?: string | null;
}

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as an object; empty for any other body. */
  readonly json: JsonObject;
  /** The body's own `id`; '' when it has none. */
  readonly id: string;
  /** `nextCursor` of a list; '' when it has none. */
  readonly cursor: string;
  /** Pointers of a problem document's errors. */
  readonly pointers: readonly Json[];
  /** Ids of a list's items. */
  readonly ids: readonly Json[];
}

const APP_ROLE = { name: 'baton_api_test', password: 'not-a-secret' };

/** Starts the API on a free port of 127.0.0.1. */
export async function createApiFixture(config: Partial<ApiConfig> = {}): Promise<ApiFixture> {
  const database = await createDatabase({
    prepare: (ownerUrl) => migrate({ ownerUrl, appRole: APP_ROLE }),
    key: 'api',
  });
  const url = new URL(database.url);
  url.username = APP_ROLE.name;
  url.password = APP_ROLE.password;
  const store = createStore({ databaseUrl: url.href });
  const egress = createEgress({ policy: { allowLoopback: true } });
  const gateway = createFakeGateway();
  const api = createApi({
    store,
    gateway,
    egress,
    adapters: createAdapterRegistry(createAdapters()),
    dryRun: createDryRun(Date.now),
    logger: createLogger({ service: 'api-test', level: 'error' }),
    metrics: createMetrics(),
    clock: Date.now,
    config: {
      apiVersion: '0.0.0',
      temporalUi: { url: 'http://127.0.0.1:8233', namespace: 'default' },
      ...config,
    },
  });
  const server = createServer(api.app);
  const port = await listen(server);
  const workspace = await store.workspaces.getByName('default');
  if (workspace === null) throw new Error('The workspace default is missing.');
  const scope = { workspaceId: workspace.id };
  const baseUrl = `http://127.0.0.1:${port}`;
  return {
    api,
    store,
    gateway,
    scope,
    baseUrl,
    port,
    call: (method, path, options = {}) => call(baseUrl, { method, path, options }),
    tell: (runId, events) => tell(store, scope, { runId: idOf(runId), events }),
    stop: async () => {
      api.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await egress.close();
      await store.stop();
      await database.drop();
      await stopParts();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function call(
  baseUrl: string,
  {
    method,
    path,
    options,
  }: { readonly method: string; readonly path: string; readonly options: CallOptions },
): Promise<Reply> {
  const { body, raw, headers = {}, as = 'ann' } = options;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(as === null ? {} : { Authorization: `Bearer dev:${as}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: typeof content === 'string' ? content : Buffer.from(content) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  const parsed = isJson ? fromJson(text) : null;
  const json = isObject(parsed) ? parsed : {};
  const { status, headers: given } = response;
  return {
    status,
    headers: given,
    text,
    json,
    id: textOf(json, 'id'),
    cursor: textOf(json, 'nextCursor'),
    pointers: column(json, 'errors', 'pointer'),
    ids: column(json, 'items', 'id'),
  };
}

function textOf(body: JsonObject, member: string): string {
  const value = own(body, member);
  return typeof value === 'string' ? value : '';
}

/** One member of every object in a list. */
function column(body: JsonObject, list: string, member: string): readonly Json[] {
  const items = own(body, list);
  if (!Array.isArray(items)) return [];
  return items.map((item: Json) => (isObject(item) ? (own(item, member) ?? null) : null));
}

function idOf(runId: string): RunId {
  const id = parseRunId(runId);
  if (id === null) throw new Error(`${runId} is no run id.`);
  return id;
}

async function tell(
  store: Store,
  scope: Scope,
  { runId, events }: { readonly runId: RunId; readonly events: readonly TraceEvent[] },
): Promise<void> {
  const before = (await store.events.latestPosition(scope, runId)) ?? 0;
  const numbered = events.map((event, i) => ({
    ...event,
    seq: before + i + 1,
    at: new Date().toISOString(),
  }));
  await store.events.append([
    {
      scope,
      runId,
      temporalRunId: 'execution-1',
      historyLength: 10 + before,
      replayed: false,
      events: numbered.map((event) => ({
        seq: event.seq,
        at: event.at,
        hash: createHash('sha256')
          .update(canonicalJson(toJson(event)))
          .digest('hex'),
        event,
      })),
    },
  ]);
  await store.events.confirmClosed(scope, runId);
}
