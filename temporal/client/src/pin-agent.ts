import {
  DEFAULT_RETRY,
  expressionSource,
  isObject,
  own,
  parseIsoDuration,
  type AgentCache,
  type AgentRetry,
  type Effects,
  type Json,
  type JsonObject,
  type PinnedAgent,
} from '@baton/core';

/** The part of a registered agent version that a run is pinned to. */
export interface RegisteredAgent {
  readonly name: string;
  readonly version: string;
  readonly adapter: string;
  /** The normalised agent version. */
  readonly body: JsonObject;
}

/** The agent version as a run carries it. */
export function pinAgent(agent: RegisteredAgent): PinnedAgent {
  const { name, version, adapter, body } = agent;
  const schemaIn = schemaOf(body, 'input');
  const schemaOut = schemaOf(body, 'output');
  const config = own(body, 'config');
  const cost = own(body, 'cost');
  const concurrency = numbersOf(body, 'concurrency', ['max', 'perWorkspace']);
  const cache = cacheOf(own(body, 'cache'));
  const limits = numbersOf(body, 'limits', ['maxSteps', 'maxToolCalls', 'maxTokens']);
  return {
    name,
    version,
    adapter,
    config: isObject(config) ? config : {},
    ...(schemaIn === undefined ? {} : { inputSchema: schemaIn }),
    ...(schemaOut === undefined ? {} : { outputSchema: schemaOut }),
    ...(repairs(body) ? { repair: true } : {}),
    timeoutMs: lengthOf(own(body, 'timeout'), 300_000),
    retry: retryOf(own(body, 'retry')),
    effects: effectsOf(own(body, 'effects')),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(limits === undefined ? {} : { limits }),
    ...(cache === undefined ? {} : { cache }),
    ...(isObject(cost) ? { cost: costOf(cost) } : {}),
  };
}

function repairs(body: JsonObject): boolean {
  const output = own(body, 'output');
  return isObject(output) && own(output, 'repair') === true;
}

function schemaOf(body: JsonObject, side: 'input' | 'output'): JsonObject | boolean | undefined {
  const given = own(body, side);
  const schema = isObject(given) ? own(given, 'schema') : undefined;
  return isObject(schema) || typeof schema === 'boolean' ? schema : undefined;
}

function lengthOf(value: Json | undefined, missing: number): number {
  return typeof value === 'string' ? (parseIsoDuration(value) ?? missing) : missing;
}

function numberOf(value: Json | undefined, missing: number): number {
  return typeof value === 'number' ? value : missing;
}

function retryOf(given: Json | undefined): AgentRetry {
  if (!isObject(given)) return DEFAULT_RETRY;
  const named: Json = own(given, 'nonRetryable') ?? [];
  return {
    maxAttempts: numberOf(own(given, 'maxAttempts'), DEFAULT_RETRY.maxAttempts),
    initialIntervalMs: lengthOf(own(given, 'initialInterval'), DEFAULT_RETRY.initialIntervalMs),
    backoff: numberOf(own(given, 'backoff'), DEFAULT_RETRY.backoff),
    maxIntervalMs: lengthOf(own(given, 'maxInterval'), DEFAULT_RETRY.maxIntervalMs),
    nonRetryable: Array.isArray(named)
      ? named.filter((type): type is string => typeof type === 'string')
      : [],
  };
}

function cacheOf(given: Json | undefined): AgentCache | undefined {
  if (!isObject(given)) return undefined;
  const [ttlMs, key] = [lengthOf(own(given, 'ttl'), 0), own(given, 'key')];
  if (ttlMs <= 0) return undefined;
  return { ttlMs, ...(typeof key === 'string' ? { key: expressionSource(key) } : {}) };
}

/** The numbers of these names in a block of an agent version; undefined when there is none. */
function numbersOf<Name extends string>(
  body: JsonObject,
  block: string,
  names: readonly Name[],
): Partial<Record<Name, number>> | undefined {
  const given = own(body, block);
  if (!isObject(given)) return undefined;
  const found: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const value = own(given, name);
    if (typeof value === 'number') found[name] = value;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

function effectsOf(given: Json | undefined): Effects {
  return given === 'none' || given === 'idempotent' ? given : 'unknown';
}

function costOf(given: JsonObject): NonNullable<PinnedAgent['cost']> {
  return {
    inputPerMTokUsd: numberOf(own(given, 'inputPerMTokUsd'), 0),
    outputPerMTokUsd: numberOf(own(given, 'outputPerMTokUsd'), 0),
    perCallUsd: numberOf(own(given, 'perCallUsd'), 0),
  };
}
