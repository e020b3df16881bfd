import type { JsonObject, RunId, Scope, Snapshot } from '@baton/core';

/** Whether a message reached an open execution. */
export type Delivered = 'delivered' | 'not_found';

/**
 * The way to the executions of runs, as far as the API needs it. Every function rejects when Temporal is away or its answer
 * is ambiguous; then nobody knows whether it happened, and it must be safe to do it again.
 */
export interface RunGateway {
  /** Starts a run under its own workflow id; "already started" is success. */
  start(snapshot: Snapshot): Promise<void>;
  signal(scope: Scope, runId: RunId, event: JsonObject): Promise<Delivered>;
  suspend(scope: Scope, runId: RunId): Promise<Delivered>;
  resume(scope: Scope, runId: RunId): Promise<Delivered>;
  cancel(scope: Scope, runId: RunId, reason: string): Promise<Delivered>;
  terminate(scope: Scope, runId: RunId, reason: string): Promise<Delivered>;
  /** False while Temporal counts as away. */
  available(): boolean;
  /** Resolves when Temporal answers. */
  ping(): Promise<void>;
  /** When a worker of ours last asked for work; null when none has. */
  lastWorkerPollAt(): Promise<Date | null>;
}
