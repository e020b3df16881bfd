import { parseIsoDuration, type AgentRetry, type JsonObject, type PinnedAgent } from '@baton/core';
import { agentRegistration, type AgentRegistration } from './agents.ts';

/** A registration as the registry keeps it: with every default, and without name and version. */
export function toAgentBody(registration: AgentRegistration): JsonObject {
  const { name: _name, version: _version, ...body } = registration;
  return body as JsonObject;
}

/** Reads what {@link toAgentBody} kept. Throws when it is something else. */
export function parseAgentBody(body: JsonObject): AgentRegistration {
  return agentRegistration.parse(body);
}

/** The agent version a run is pinned to, from its record in the registry. */
export function toPinnedAgent(record: {
  readonly name: string;
  readonly version: string;
  readonly body: JsonObject;
}): PinnedAgent {
  const body = parseAgentBody(record.body);
  return {
    name: record.name,
    version: record.version,
    adapter: body.adapter,
    config: body.config,
    ...(body.input === undefined ? {} : { inputSchema: body.input.schema }),
    ...(body.output === undefined ? {} : { outputSchema: body.output.schema }),
    timeoutMs: milliseconds(body.timeout),
    retry: toRetry(body.retry),
    effects: body.effects,
    ...(body.cost === undefined ? {} : { cost: body.cost }),
  };
}

function toRetry(retry: AgentRegistration['retry']): AgentRetry {
  return {
    maxAttempts: retry.maxAttempts,
    initialIntervalMs: milliseconds(retry.initialInterval),
    backoff: retry.backoff,
    maxIntervalMs: milliseconds(retry.maxInterval),
    nonRetryable: retry.nonRetryable,
  };
}

function milliseconds(text: string): number {
  const ms = parseIsoDuration(text);
  if (ms === null) throw new Error(`"${text}" is no duration.`);
  return ms;
}
