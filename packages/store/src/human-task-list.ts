import type { HumanTaskStatus, RunId } from '@baton/core';
import type { PageParams } from './page.ts';

/** The person whose tasks are wanted. */
export interface Assignee {
  /** Opaque id (issuer|subject), as claims and requesters have it. */
  readonly subject: string;
  /** User name, as `policy.candidates.users` has it. */
  readonly user?: string;
  readonly roles: readonly string[];
  readonly groups?: readonly string[];
  /** Whether tasks without any candidates are theirs too; default true. */
  readonly unaddressed?: boolean;
}

/** Filters of the list of human tasks; all must hold. */
export interface HumanTaskListParams extends PageParams {
  /** Claimed by this person, or a candidate of an unclaimed task whose policy does not exclude them as requester. */
  readonly assignee?: Assignee;
  /** Any of these. */
  readonly status?: readonly HumanTaskStatus[];
  /** Due at or before this instant. */
  readonly dueBefore?: string;
  /** Looked for in the title. */
  readonly q?: string;
  readonly runId?: RunId;
}
