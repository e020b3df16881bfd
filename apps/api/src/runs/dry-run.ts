import type { Json, Problem, Snapshot } from '@baton/core';
import type { Step } from '@baton/contracts';

/** What a rehearsal gave. */
export interface Rehearsal {
  readonly status: 'waiting' | 'completed' | 'faulted' | 'canceled';
  readonly output: Json;
  readonly error: Problem | null;
  readonly steps: readonly Step[];
}

/**
 * Rehearses a run without any effect. Mocks are what calls answer, by the name or pointer of their step; an object whose
 * only key is `error` faults.
 */
export type DryRun = (
  snapshot: Snapshot,
  mocks: Readonly<Record<string, Json>>,
) => Rehearsal | Promise<Rehearsal>;
