import type { RunState } from './projection.ts';
import type { StepRecord } from './steps.ts';

/** A run as this process left it when it stored the newest events of it. */
export interface RememberedRun {
  /** Temporal's id of the execution that told them. */
  readonly temporalRunId: string;
  readonly lastPosition: number;
  readonly state: RunState;
  /** All steps the run has had. */
  readonly steps: ReadonlyMap<number, StepRecord>;
  /** Characters of JSON of the events that told all this. */
  readonly size: number;
}

/** What this process remembers of runs, so that it need not read what it wrote; forgetting costs nothing but time. */
export interface RememberedRuns {
  get(key: string): RememberedRun | undefined;
  note(key: string, run: RememberedRun): void;
  forget(key: string): void;
}

/** How much is remembered at most. */
export interface RememberedRunsLimits {
  /** Default 1,000. */
  readonly runs?: number;
  /** Steps of one run; a run with more is not remembered. Default 200. */
  readonly steps?: number;
  /** Characters of JSON of all runs together; default 16 Mi. */
  readonly size?: number;
}

/** A memory that forgets the runs first that were noted longest ago. */
export function createRememberedRuns({
  runs = 1_000,
  steps = 200,
  size = 16 * 1024 * 1024,
}: RememberedRunsLimits = {}): RememberedRuns {
  const known = new Map<string, RememberedRun>();
  let held = 0;
  const forget = (key: string): void => {
    held -= known.get(key)?.size ?? 0;
    known.delete(key);
  };
  return {
    get: (key) => known.get(key),
    forget,
    note(key, run) {
      forget(key);
      if (run.steps.size > steps) return;
      known.set(key, run);
      held += run.size;
      for (const oldest of known.keys()) {
        if (known.size <= runs && held <= size) return;
        forget(oldest);
      }
    },
  };
}
