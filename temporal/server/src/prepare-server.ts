import { setTimeout as delay } from 'node:timers/promises';
import { MINIMUM_SERVER } from './pins.ts';
import { RETENTION_SECONDS, SEARCH_ATTRIBUTES } from './server-arguments.ts';
import { parseRetentionSeconds, parseSearchAttributes, parseServerVersion } from './server-answers-codec.ts';

/** Raised when a Temporal server lacks what Baton needs; the message names what. */
export class TemporalUnfitError extends Error {
  override readonly name = 'TemporalUnfitError';
}

/** What {@link prepareServer} needs. */
export interface PrepareServerParams {
  /** The server's HTTP API, `http://host:port`. */
  readonly httpUrl: string;
  /** Default `default`. */
  readonly namespace?: string;
  /** How long to wait for the server to answer and for its caches to settle, in milliseconds; default 60000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Caller {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, body: unknown) => Promise<unknown>;
}

const KEYWORD = 'INDEXED_VALUE_TYPE_KEYWORD';

function callerOf(httpUrl: string, signal: AbortSignal): Caller {
  const call = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await fetch(`${httpUrl}${path}`, { ...init, signal });
    const text = await response.text();
    if (!response.ok)
      throw new TemporalUnfitError(`Temporal answered ${response.status} to ${path}: ${text}`);
    const parsed: unknown = JSON.parse(text || '{}');
    return parsed;
  };
  return {
    get: (path) => call(path, {}),
    post: (path, body) => call(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

/** Repeats `look` until it answers `null`; what it last answered names what is missing. */
async function until(look: () => Promise<string | null>, signal: AbortSignal): Promise<void> {
  let missing = 'it did not answer';
  for (;;) {
    try {
      const answer = await look();
      if (answer === null) return;
      missing = answer;
    } catch (error) {
      // Not up yet, or the time is over: the loop below tells which.
      missing = error instanceof Error ? error.message : missing;
    }
    if (signal.aborted) throw new TemporalUnfitError(`The Temporal server cannot serve Baton: ${missing}.`);
    await delay(50);
  }
}

async function lookAtVersion(caller: Caller): Promise<string | null> {
  const found = parseServerVersion(await caller.get('/api/v1/cluster-info'));
  if (found === null) return 'it does not say which version it is';
  const [major, minor] = MINIMUM_SERVER;
  const good = found[0] > major || (found[0] === major && found[1] >= minor);
  return good ? null : `its version is ${found.join('.')} and ${MINIMUM_SERVER.join('.')} is needed`;
}

async function lookAtSearchAttributes(caller: Caller, namespace: string): Promise<string | null> {
  const path = `/cluster/namespaces/${namespace}/search-attributes`;
  const found = parseSearchAttributes(await caller.get(path));
  const wrong = SEARCH_ATTRIBUTES.find((name) => found[name] !== undefined && found[name] !== KEYWORD);
  if (wrong) return `search attribute ${wrong} has type ${found[wrong]} and Keyword is needed`;
  const missing = SEARCH_ATTRIBUTES.filter((name) => found[name] === undefined);
  if (missing.length === 0) return null;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  await caller.post(path, { namespace, searchAttributes });
  return `search attribute ${missing.join(', ')} is missing`;
}

async function lookAtRetention(caller: Caller, namespace: string): Promise<string | null> {
  const path = `/api/v1/namespaces/${namespace}`;
  const found = parseRetentionSeconds(await caller.get(path));
  if (found !== null && found >= RETENTION_SECONDS) return null;
  const config = { workflowExecutionRetentionTtl: `${RETENTION_SECONDS}s` };
  await caller.post(`${path}/update`, { namespace, config });
  return `namespace ${namespace} keeps closed runs for ${found ?? 0} s and ${RETENTION_SECONDS} s are needed`;
}

/**
 * Waits until the server answers, gives the namespace what Baton needs (search attributes, retention of 30 days), and
 * looks again until it is so. May be repeated. Throws {@link TemporalUnfitError} naming what is missing in the end.
 */
export async function prepareServer(params: PrepareServerParams): Promise<void> {
  const namespace = params.namespace ?? 'default';
  const limit = AbortSignal.timeout(params.timeoutMs ?? 60_000);
  const signal = params.signal ? AbortSignal.any([limit, params.signal]) : limit;
  const caller = callerOf(params.httpUrl, signal);
  await until(() => lookAtVersion(caller), signal);
  await until(() => lookAtSearchAttributes(caller, namespace), signal);
  await until(() => lookAtRetention(caller, namespace), signal);
}
