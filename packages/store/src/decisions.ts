import type { HumanTaskId, HumanTaskStatus, Json, JsonObject } from '@baton/core';
import type { HumanTaskRecord } from './human-tasks.ts';

/** Where a decision was made. */
export type DecisionChannel = 'ui' | 'api' | 'link' | 'slack' | 'a2a' | 'system';

/** A decision to record; append-only. */
export interface NewDecision {
  /** Opaque id (issuer|subject) of who decided. */
  readonly actor: string;
  readonly actorName?: string;
  readonly onBehalfOf?: string;
  readonly channel: DecisionChannel;
  readonly action: string;
  /** The action's word: approve, reject, revise or custom. */
  readonly verdict: string;
  readonly comment?: string;
  readonly form?: Json;
  readonly items?: Json;
  /** The subject the actor saw. */
  readonly subjectHash: string;
  readonly idempotencyKey?: string;
  readonly ip?: string;
  readonly userAgent?: string;
}

/** A recorded decision. */
export interface DecisionRecord {
  readonly id: string;
  readonly taskId: HumanTaskId;
  readonly round: number;
  readonly actor: string;
  readonly actorName: string | null;
  readonly onBehalfOf: string | null;
  readonly channel: DecisionChannel;
  readonly action: string;
  readonly verdict: string;
  readonly comment: string | null;
  readonly form: Json;
  readonly items: Json;
  readonly subjectHash: string;
  readonly idempotencyKey: string | null;
  readonly at: string;
}

/** A task under its row lock, with everything decided on it so far, oldest first. */
export interface LockedTask {
  readonly task: HumanTaskRecord;
  readonly decisions: readonly DecisionRecord[];
  /** The database's time: what claims and due times are measured by. */
  readonly now: string;
}

/** What the callback of `decide` answers. `final` is present when this decision settles the task. */
export type Verdict<Refusal> =
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  | {
      readonly kind: 'accept';
      readonly decision: NewDecision;
      readonly final?: {
        readonly status: Extract<HumanTaskStatus, 'approved' | 'rejected' | 'changes_requested'>;
        readonly outcome: JsonObject;
      };
    };

/** Judges a decision on a locked task. Pure; must not wait. */
export type Evaluate<Refusal> = (locked: LockedTask) => Verdict<Refusal>;

/** Parameters of `decide`. */
export interface DecideParams {
  readonly taskId: HumanTaskId;
}

/**
 * How deciding ended. `duplicate`: this actor has decided in this round, or the idempotency key is used; the earlier
 * decision is returned and nothing was written.
 */
export type DecideResult<Refusal> =
  | { readonly outcome: 'accepted'; readonly task: HumanTaskRecord; readonly decision: DecisionRecord }
  | { readonly outcome: 'duplicate'; readonly task: HumanTaskRecord; readonly decision: DecisionRecord }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly task: HumanTaskRecord }
  | { readonly outcome: 'not_found' };
