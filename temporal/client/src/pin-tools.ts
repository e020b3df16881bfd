import { isArray, isObject, own, type Json, type JsonObject, type PinnedTool } from '@baton/core';

/** An agent that a tool of another one calls. */
export interface ToolWish {
  /** JSON Pointer of the tool in the agent version. */
  readonly pointer: string;
  readonly tool: string;
  readonly agent: string;
  /** A version or range; default: the newest. */
  readonly version?: string;
  readonly parameters?: JsonObject;
}

/**
 * The agents that an agent version's tools call: every adapter whose config has a list `tools` of `{name, agent}` lets its
 * agent call others.
 */
export function toolsOf(body: JsonObject): readonly ToolWish[] {
  const config = own(body, 'config');
  const tools: Json = isObject(config) ? (own(config, 'tools') ?? []) : [];
  if (!isArray(tools)) return [];
  return tools.flatMap((given, index) => {
    const wish = isObject(given) ? wishOf(given) : null;
    return wish === null ? [] : [{ pointer: `/config/tools/${index}`, ...wish }];
  });
}

function wishOf(given: JsonObject): Omit<ToolWish, 'pointer'> | null {
  const { name: tool, agent, version, parameters } = given;
  if (typeof tool !== 'string' || typeof agent !== 'string') return null;
  return {
    tool,
    agent,
    ...(typeof version === 'string' ? { version } : {}),
    ...(isObject(parameters) ? { parameters } : {}),
  };
}

/** A tool whose agent was found. */
export function pinTool({ parameters }: ToolWish, agent: string): PinnedTool {
  return { agent, ...(parameters === undefined ? {} : { parameters }) };
}
