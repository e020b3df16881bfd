import type { HumanAction, Schema } from './definition/definition.ts';
import { own, type Json, type JsonObject } from './json.ts';

/** What an agent call used. Costs are in US dollars. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly costUsd: number;
  readonly calls: number;
  readonly toolCalls: number;
}

/** No usage at all. */
export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 0, toolCalls: 0 };

/** The sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  const cached = (a.cachedTokens ?? 0) + (b.cachedTokens ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...(cached > 0 ? { cachedTokens: cached } : {}),
    costUsd: a.costUsd + b.costUsd,
    calls: a.calls + b.calls,
    toolCalls: a.toolCalls + b.toolCalls,
  };
}

/** Something inside a pause that is decided by itself, such as one of several tool calls. */
export interface PauseItem {
  /** The agent's own id of it, unique within the pause. */
  readonly id: string;
  /** Such as the name of a tool. */
  readonly name: string;
  readonly arguments: Json;
  readonly description?: string;
}

/**
 * What an agent that cannot go on by itself asks a person; `tools` asks nobody, but for the calls of its tools: each item
 * is a call of the tool of that name, which the run makes, and the agent goes on with what came of them.
 */
export interface AgentPause {
  readonly kind: 'approval' | 'form' | 'choice' | 'tool_call' | 'tools' | 'callback';
  /** One line for an inbox. */
  readonly title: string;
  /** Text for who decides; Markdown. */
  readonly body?: string;
  readonly items?: readonly PauseItem[];
  /** JSON Schema of the answer. */
  readonly form?: Schema;
  /** What may be answered; default: approve and reject. */
  readonly actions?: readonly HumanAction[];
  /** What the adapter needs to go on: opaque, small, and never a secret. */
  readonly resume: Json;
}

/**
 * Something that an agent told or did on the way to its answer. Whoever makes a call adds them as `events` to the reply
 * that is recorded, and they become events of the run.
 */
export type ReplyEvent = (
  | { readonly type: 'agent.message'; readonly data: string }
  | { readonly type: 'agent.tool_call'; readonly data: ToolCall }
  | { readonly type: 'agent.tool_result'; readonly data: ToolResult }
) &
  ReplyEventMarks;

/** What was not kept of what an agent told. */
export interface ReplyEventMarks {
  /** The data was too large; a text with its beginning stands in its place. */
  readonly truncated?: true;
  /** So many events after this one were not kept. */
  readonly leftOut?: number;
}

/** A tool that an agent has called. */
export interface ToolCall {
  /** The agent's own id of the call; its result carries it too. */
  readonly id: string;
  readonly name: string;
  readonly arguments: Json;
}

/** What a tool gave. */
export interface ToolResult {
  readonly id: string;
  readonly name: string;
  readonly result: Json;
  readonly isError?: true;
}

/** The one answer of every agent, whatever its adapter. */
export interface AgentReply {
  readonly output: Json;
  readonly text?: string;
  readonly messages?: readonly Json[];
  readonly files?: readonly { readonly name: string; readonly mediaType: string; readonly ref: string }[];
  readonly usage: Usage;
  readonly sessionId?: string;
  readonly foreignRef?: string;
  /** Whether it is the answer to an earlier question, given again. */
  readonly cached?: true;
  /** With `finish: 'pause'`, and only then. */
  readonly pause?: AgentPause;
  readonly finish: 'stop' | 'length' | 'tool' | 'pause';
}

/** What a delivery may do to the world: nothing, the same thing however often, or who knows. */
export type Effects = 'none' | 'idempotent' | 'unknown';

/** How often and when a failed call is made again. Lengths are in milliseconds. */
export interface AgentRetry {
  readonly maxAttempts: number;
  readonly initialIntervalMs: number;
  readonly backoff: number;
  readonly maxIntervalMs: number;
  /** Error types (URIs or their last segment) that are never tried again. */
  readonly nonRetryable: readonly string[];
}

/** The retry of an agent that names none: 5 attempts, 1 s, doubled up to 1 minute. */
export const DEFAULT_RETRY: AgentRetry = {
  maxAttempts: 5,
  initialIntervalMs: 1_000,
  backoff: 2,
  maxIntervalMs: 60_000,
  nonRetryable: [],
};

/** How far one call of an agent may go. Absent: {@link DEFAULT_LIMITS}, and any number of tokens. */
export interface AgentLimits {
  /** Answers of the agent: its first one, and one more after each round of its tools. */
  readonly maxSteps?: number;
  /** Calls of tools in all. */
  readonly maxToolCalls?: number;
  /** Tokens in and out, of all its answers together. */
  readonly maxTokens?: number;
}

/** The limits of an agent that names none. */
export const DEFAULT_LIMITS = { maxSteps: 25, maxToolCalls: 100 } as const;

/** What is left of an agent's limits when it is called, where it has any. */
export interface AgentBudget {
  readonly steps: number;
  readonly toolCalls: number;
  readonly tokens?: number;
}

/** An answer that is not what it should be, which the agent is asked once to mend. */
export interface AgentRepair {
  readonly output: Json;
  /** What is wrong with it, a sentence each. */
  readonly problems: readonly string[];
}

/** Another agent that an agent may call as a tool. */
export interface PinnedTool {
  /** Key of its pinned version. */
  readonly agent: string;
  /** What the arguments must be. */
  readonly parameters?: JsonObject | boolean;
}

/** How many calls may be under way at once; at least one of the two is there. */
export interface AgentConcurrency {
  /** Of this version. */
  readonly max?: number;
  /** Of all versions of the agent in the workspace. */
  readonly perWorkspace?: number;
}

/** For how long an answer is given again to the same question. */
export interface AgentCache {
  readonly ttlMs: number;
  /** jq over the input that says which questions are the same; `$session` is the session. Absent: the input and the session. */
  readonly key?: string;
}

/** The agent version a run is pinned to: all that a call of it needs. */
export interface PinnedAgent {
  readonly name: string;
  readonly version: string;
  readonly adapter: string;
  readonly config: JsonObject;
  readonly inputSchema?: JsonObject | boolean;
  readonly outputSchema?: JsonObject | boolean;
  /** Whether an output that does not match is sent back once, to be mended. */
  readonly repair?: true;
  readonly timeoutMs: number;
  readonly retry: AgentRetry;
  readonly effects: Effects;
  readonly concurrency?: AgentConcurrency;
  readonly cache?: AgentCache;
  readonly limits?: AgentLimits;
  /** The agents it may call as tools, by the tools' names. */
  readonly tools?: Readonly<Record<string, PinnedTool>>;
  readonly cost?: {
    readonly inputPerMTokUsd?: number;
    readonly outputPerMTokUsd?: number;
    readonly perCallUsd?: number;
  };
}

/** Whether an agent is asked to send its answer later, to a URL of ours. */
export function answersLater({ adapter, config }: PinnedAgent): boolean {
  return adapter === 'http' && own(config, 'callback') !== undefined;
}
