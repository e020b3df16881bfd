import type { DryRunResult, Mocks, Snapshot } from '@baton/core';

/** What the thread of a rehearsal is given. */
export interface RehearsalTask {
  readonly snapshot: Snapshot;
  readonly mocks: Mocks;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What the thread was given, on its own side of the border. */
export function rehearsalFrom(data: unknown): RehearsalTask {
  return data as RehearsalTask;
}

/** What the thread gave back, on ours. */
export function rehearsedFrom(message: unknown): DryRunResult {
  return message as DryRunResult;
}
