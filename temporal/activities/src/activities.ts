import type {
  AgentBudget,
  AgentRepair,
  Failure,
  HttpRequest,
  HumanTaskRequest,
  Json,
  JsonObject,
  PinnedAgent,
  Snapshot,
  StepRef,
} from '@baton/core';

/** One delivery to an agent. */
export interface InvokeAgentParams {
  readonly agent: PinnedAgent;
  readonly input: Json;
  readonly session?: string;
  /** When the agent had paused: what it needs to go on, and what a person has answered. */
  readonly resume?: { readonly state: Json; readonly answer: JsonObject };
  /** When its answer before did not match its schema. */
  readonly repair?: AgentRepair;
  /** What is left of the agent's limits, when it has any. */
  readonly budget?: AgentBudget;
  readonly idempotencyKey: string;
  readonly step: StepRef;
  readonly timeoutMs: number;
  /** Whether it was begun by a local activity that could not wait for its end. */
  readonly goesOn?: true;
  /** Whether the agent was asked before and may have answered: it is not asked again. */
  readonly calledBack?: true;
}

/** What stands for the answer of an agent that answers later. */
export interface LaterAnswer {
  readonly kind: 'later';
  /** RFC 3339; then nobody waits any more. */
  readonly until: string;
}

/** A call of an agent that may only be called so many times at once. */
export interface AdmitAgentCallParams {
  readonly agent: PinnedAgent;
  readonly idempotencyKey: string;
  readonly step: StepRef;
  /** How long the run has to make the call, and to settle it when it makes it elsewhere; milliseconds. */
  readonly leaseMs: number;
  /** The call, when a worker makes it that knows nothing of such limits, kept answers and circuits. */
  readonly elsewhere?: InvokeAgentParams;
}

/**
 * Whether a call may be made; one that may not keeps its place, and a signal will say when its turn has come. One that is
 * made elsewhere may have its answer already.
 */
export type AgentAdmission =
  { readonly kind: 'granted' } | QueuedCall | { readonly kind: 'answered'; readonly reply: Json };

/** A call that is not made, or that was made elsewhere. */
export interface SettleAgentCallParams {
  /** Name of the agent. */
  readonly agent: string;
  readonly idempotencyKey: string;
  readonly made?: { readonly delivery: InvokeAgentParams } & (
    { readonly reply: Json } | { readonly failure: Failure }
  );
}

/** What stands for the answer of a call that could not be made yet. */
export interface QueuedCall {
  readonly kind: 'queued';
  /** How many calls go first. */
  readonly ahead: number;
}

/** One HTTP request of a `call: http`. */
export interface CallHttpParams {
  readonly request: HttpRequest;
  readonly idempotencyKey: string;
  readonly step: StepRef;
  readonly timeoutMs: number;
  /** Whether it was begun by a local activity that could not wait for its end. */
  readonly goesOn?: true;
}

/** What a decision on a human task is bound to besides the task itself. */
export interface OpenHumanTaskParams {
  readonly task: HumanTaskRequest;
  readonly step: StepRef;
  readonly idempotencyKey: string;
  readonly requester: string;
  readonly definitionVersion: string;
  readonly agentVersions: readonly string[];
}

/** An open human task, or one that was decided before the run began to wait. */
export interface OpenedHumanTask {
  readonly humanTaskId: string;
  readonly outcome: Json;
}

/** A child run to accept. */
export interface CreateChildRunParams {
  readonly workflow: { readonly namespace: string; readonly name: string; readonly version: string };
  readonly input: Json;
  readonly step: StepRef;
  readonly idempotencyKey: string;
  /** Whether the parent waits for its end. */
  readonly await: boolean;
}

/** How a child run ended. */
export type ChildRunEnd = { readonly output: Json } | { readonly failure: Failure };

/** An accepted child run, ready to be started under its workflow id. */
export interface ChildRun {
  readonly runId: string;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly snapshot: Snapshot;
}

/** What a local call gave: its result, or that it takes too long for a workflow task and goes on by itself. */
export type LocalCall<Result> = { readonly tookMs: number } & (
  { readonly result: Result } | { readonly goesOn: true }
);

/** The effects of a run. A failed call throws an ApplicationFailure whose first detail is the Failure. */
export interface Activities {
  /** A {@link QueuedCall}, a {@link LaterAnswer}, or an `AgentReply`, which whoever interprets the run reads anew: what comes out of Temporal was written by any version. */
  invokeAgent(params: InvokeAgentParams): Promise<Json>;
  callHttp(params: CallHttpParams): Promise<Json>;
  /** Makes the URLs unusable that the agent of a delivery may answer to. */
  closeAgentCallback(params: { readonly idempotencyKey: string }): Promise<void>;
  /** Asks whether a call may be made, without making it. */
  admitAgentCall(params: AdmitAgentCallParams): Promise<AgentAdmission>;
  /** Ends what `admitAgentCall` has begun; a call that another worker has taken over stays with that. */
  settleAgentCall(params: SettleAgentCallParams): Promise<void>;
  /** As a local activity; what goes on is then joined by `invokeAgent` with `goesOn`. */
  invokeAgentLocally(params: InvokeAgentParams): Promise<LocalCall<Json>>;
  /** Likewise. */
  callHttpLocally(params: CallHttpParams): Promise<LocalCall<Json>>;
  /** Opens the task, or finds the one that this delivery has opened before. */
  openHumanTask(params: OpenHumanTaskParams): Promise<OpenedHumanTask>;
  /** The recorded outcome, acknowledged; null while the task is undecided or unknown. */
  takeHumanTaskOutcome(params: { readonly humanTaskId: string }): Promise<Json>;
  /** Expires the task unless it is decided; the outcome that counts either way. */
  expireHumanTask(params: { readonly humanTaskId: string }): Promise<Json>;
  /** Cancels the task unless it is decided. */
  cancelHumanTask(params: { readonly humanTaskId: string; readonly reason: string }): Promise<void>;
  createChildRun(params: CreateChildRunParams): Promise<ChildRun>;
  /** The published end of a child run of this run; null while it is open, and then a signal will announce the end. */
  takeChildRunEnd(params: { readonly childRunId: string }): Promise<ChildRunEnd | null>;
}
