import type { AgentReply, Usage } from '../agent.ts';
import { isObject, own, type Json, type JsonObject } from '../json.ts';

/** An agent's answer read from JSON, or null when it is none. Missing usage counts as one call that used nothing. */
export function readAgentReply(value: Json): AgentReply | null {
  if (!isObject(value) || !Object.hasOwn(value, 'output')) return null;
  const given = own(value, 'usage');
  const usage = readUsage(given !== undefined && isObject(given) ? given : {});
  const reply: unknown = { finish: 'stop', ...value, usage };
  return reply as AgentReply;
}

function readUsage(given: JsonObject): Usage {
  const count = (name: string, missing: number): number => {
    const value = own(given, name);
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : missing;
  };
  const cachedTokens = count('cachedTokens', 0);
  return {
    inputTokens: count('inputTokens', 0),
    outputTokens: count('outputTokens', 0),
    ...(cachedTokens > 0 ? { cachedTokens } : {}),
    costUsd: count('costUsd', 0),
    calls: count('calls', 1),
    toolCalls: count('toolCalls', 0),
  };
}
