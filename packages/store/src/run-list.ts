import type { RunId, Status } from '@baton/core';
import type { PageParams } from './page.ts';
import type { RunKind } from './runs.ts';

/** Filters of the list of runs; all must hold. */
export interface RunListParams extends PageParams {
  /** Any of these. */
  readonly status?: readonly Status[];
  readonly kind?: RunKind;
  readonly workflow?: string;
  readonly version?: string;
  /** Every one of these key and value pairs. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Started at or after this instant. */
  readonly startedAfter?: string;
  /** Started before this instant. */
  readonly startedBefore?: string;
  readonly parent?: RunId;
  /** Looked for in the workflow's name and the tags, and as the beginning of the run's id. */
  readonly q?: string;
}
