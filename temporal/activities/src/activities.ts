import type {
  AgentBudget,
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
  /** What is left of the agent's limits, when it has any. */
  readonly budget?: AgentBudget;
  readonly idempotencyKey: string;
  readonly step: StepRef;
  readonly timeoutMs: number;
  /** Whether it was begun by a local activity that could not wait for its end. */
  readonly goesOn?: true;
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
  /** An `AgentReply`, which whoever interprets the run reads anew: what comes out of Temporal was written by any version. */
  invokeAgent(params: InvokeAgentParams): Promise<Json>;
  callHttp(params: CallHttpParams): Promise<Json>;
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
