import type { AgentBudget, AgentRepair, AgentReply, Failure, Json, JsonObject } from '@baton/core';
import type { Egress } from '@baton/egress';
import type { SecretValues } from './secrets.ts';

/** What an adapter can do beyond one question and one answer. */
export interface Capabilities {
  /** Hands over chunks while the agent works. */
  readonly streaming: boolean;
  /** Can continue a conversation that the agent keeps. */
  readonly sessions: boolean;
  /** May answer with a pause that a person resolves. */
  readonly pauses: boolean;
  /** An abort reaches the agent (at the least its connection is closed). */
  readonly cancel: boolean;
  /** May answer with files. */
  readonly files: boolean;
  /** Has a probe. */
  readonly health: boolean;
}

/** One thing wrong with an adapter's config. */
export interface ConfigProblem {
  /** JSON Pointer into the config; '' is the config itself. */
  readonly pointer: string;
  /** A sentence that names the fix. */
  readonly message: string;
}

/** What {@link Adapter.parseConfig} returns: the parsed config, or everything that is wrong with it. */
export type ParsedConfig<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** One question to an agent. */
export interface AgentRequest<Config = unknown> {
  /** The registered name and the pinned version, for messages. */
  readonly agent: { readonly name: string; readonly version: string };
  readonly config: Config;
  readonly input: Json;
  /** The conversation to continue. */
  readonly session?: string;
  /** Present when the agent had paused and a person has answered; the input is that of the first question. */
  readonly resume?: AgentResume;
  /** Present when the answer before did not match its schema: the agent is asked to mend it. Only for {@link Adapter.repairs}. */
  readonly repair?: AgentRepair;
}

/** How an agent that had paused goes on. */
export interface AgentResume {
  /** What the adapter had put into {@link AgentPause.resume}. */
  readonly state: Json;
  /** What came of it: `outcome` (`approve`, `reject` …), and by kind `action`, `form`, `comment`, `items`. */
  readonly answer: JsonObject;
}

/** What an agent tells while it works; the reply is told by returning. */
export interface AgentEvent {
  readonly type:
    | 'agent.message'
    | 'agent.chunk'
    | 'agent.thinking'
    | 'agent.tool_call'
    | 'agent.tool_result'
    | 'agent.usage';
  readonly data: Json;
}

/** What surrounds one delivery. */
export interface InvokeContext {
  /** The same for every attempt of one delivery; goes out with the call where the protocol has a place for it. */
  readonly idempotencyKey: string;
  /** Epoch milliseconds after which nobody waits for the answer any more. */
  readonly deadlineAt: number;
  /** What is left of the agent's limits; absent: it has none. */
  readonly budget?: AgentBudget;
  /** Aborted when the answer is not wanted any more. */
  readonly signal: AbortSignal;
  readonly runId: string;
  /** What one workspace calls must not meet what another one has left. */
  readonly workspaceId: string;
  /** W3C trace context of the calling step. */
  readonly traceparent?: string;
  /** Values of the secrets that the config mentions; whole-text references in `config` hold theirs already. */
  readonly secrets: SecretValues;
  /** The only way out to the network. */
  readonly egress: Egress;
  /**
   * Makes a one-time URL that the agent may send its answer to until the deadline, for a reply with a pause of the kind
   * `callback`: the adapter is called again with what was sent (`mediaType`, `body`) as the answer. Null, or absent:
   * nobody could reach it.
   */
  readonly openCallback?: () => Promise<string | null>;
  /** Live progress; must not throw. */
  readonly emit: (event: AgentEvent) => void;
  /** Tells the caller that the work goes on, and what the next attempt must know of it (ids of the vendor's run). */
  readonly heartbeat: (details: Json) => void;
  /** What an earlier attempt of this delivery has told by `heartbeat` before its worker was lost; null: nothing. */
  readonly lastHeartbeat: Json;
}

/** What a probe needs. */
export type HealthContext = Pick<InvokeContext, 'egress' | 'signal'>;

/** What a probe found. */
export interface Health {
  readonly healthy: boolean;
  /** Why not, in one sentence. */
  readonly detail?: string;
  readonly latencyMs: number;
}

/**
 * The port behind which every foreign agent looks the same. `describeAdapter` of `@baton/agents/conformance`
 * says in tests what each adapter must do.
 */
export interface Adapter<Config = unknown> {
  /** The word in an agent version's `adapter`, such as `http`. */
  readonly kind: string;
  readonly capabilities: Capabilities;
  /** Whether it can ask for an answer to be mended. */
  readonly repairs?: true;
  /** Checks a config whole, as it is registered; also what expressions in it compile to. Never throws. */
  parseConfig(config: Json): ParsedConfig<Config>;
  /** One delivery. Throws {@link AgentFailureError} and nothing else. */
  invoke(request: AgentRequest<Config>, context: InvokeContext): Promise<AgentReply>;
  /** Asks whether the agent is there, without making it work. Never throws. */
  health?(config: Config, context: HealthContext): Promise<Health>;
}

/** The error of every adapter; `failure` is what is stored and shown. */
export class AgentFailureError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.detail ?? failure.title, cause === undefined ? undefined : { cause });
    this.name = 'AgentFailureError';
    this.failure = failure;
  }
}
