import type { HumanAction, PolicySpec } from './definition/definition.ts';

/** One recorded decision, as far as a policy looks at it. Whether its actor was eligible was checked when it was recorded. */
export interface Vote {
  /** Who decided: issuer and subject. One person is one actor. */
  readonly actor: string;
  /** The name under which a policy's `users` know the actor, when it is not `actor`. */
  readonly user?: string;
  readonly roles: readonly string[];
  readonly outcome: HumanAction['outcome'];
  readonly actionId: string;
  /** RFC 3339 time. Votes are given in the order in which they were recorded. */
  readonly at: string;
}

/** What the votes amount to. */
export type Verdict =
  | {
      readonly final: false;
      /** Approvals that count; in mode `all`, how many of its users and roles have approved. */
      readonly approvals: number;
      /** Approvals that end the task well. */
      readonly needed: number;
    }
  | {
      readonly final: true;
      readonly status: 'approved' | 'rejected' | 'changes_requested';
      /** The action of the vote that made it final. */
      readonly actionId: string;
      /** Actors whose votes made the outcome, in the order of voting. */
      readonly decidedBy: readonly string[];
    };

/**
 * Adds votes up. Only approvals approve: the first vote of any other outcome ends the task, `reject` as rejected and
 * `revise` and `custom` as changes_requested. A person's first vote counts, later ones do not.
 *
 * Mode `any` ends with the first vote; `quorum` approves with `n` approvals; `all` approves when every named user and at
 * least one holder of every named role has approved (one person may stand for a user and for roles).
 */
export function evaluatePolicy(policy: PolicySpec, votes: readonly Vote[]): Verdict {
  const approvals: Vote[] = [];
  const seen = new Set<string>();
  for (const vote of votes) {
    if (seen.has(vote.actor)) continue;
    seen.add(vote.actor);
    const { actionId, actor, outcome } = vote;
    if (outcome !== 'approve') {
      const status = outcome === 'reject' ? 'rejected' : 'changes_requested';
      return { final: true, status, actionId, decidedBy: [actor] };
    }
    approvals.push(vote);
    const { given, needed } = tally(policy, approvals);
    if (given >= needed) {
      return { final: true, status: 'approved', actionId, decidedBy: approvals.map((one) => one.actor) };
    }
  }
  const { given, needed } = tally(policy, approvals);
  return { final: false, approvals: given, needed };
}

interface Tally {
  readonly given: number;
  readonly needed: number;
}

function tally(policy: PolicySpec, approvals: readonly Vote[]): Tally {
  if (policy.mode === 'any') return { given: approvals.length, needed: 1 };
  if (policy.mode === 'quorum') {
    // A quorum without a number can never be reached: fail closed.
    return { given: approvals.length, needed: policy.n ?? Number.MAX_SAFE_INTEGER };
  }
  const users = new Set(policy.candidates.users);
  const roles = new Set(policy.candidates.roles);
  const given = [
    ...[...users].filter((user) => approvals.some((vote) => vote.user === user || vote.actor === user)),
    ...[...roles].filter((role) => approvals.some((vote) => vote.roles.includes(role))),
  ];
  // A policy that names nobody approves nothing.
  return { given: given.length, needed: Math.max(users.size + roles.size, 1) };
}

/** Somebody who wants to decide. */
export interface Actor {
  /** Issuer and subject, as recorded with decisions. */
  readonly subject: string;
  /** The name under which a policy's `users` know them. */
  readonly user: string;
  readonly roles: readonly string[];
}

/** Whether somebody may decide, or a sentence that says why not. */
export type Eligibility = { readonly eligible: true } | { readonly eligible: false; readonly reason: string };

/** Whether an actor may vote: a candidate by name or role, and not the run's requester where the policy excludes them. */
export function isEligible(
  policy: PolicySpec,
  actor: Actor,
  run: { readonly requester: string | null },
): Eligibility {
  const { users, roles } = policy.candidates;
  if (policy.excludeRequester && run.requester === actor.subject) {
    const reason =
      'You started this run, and the policy of this task excludes its requester: ask another candidate.';
    return { eligible: false, reason };
  }
  const named = users.includes(actor.user) || users.includes(actor.subject);
  if (named || roles.some((role) => actor.roles.includes(role))) return { eligible: true };
  const who = [
    ...(users.length === 0 ? [] : [`the users ${users.join(', ')}`]),
    ...(roles.length === 0 ? [] : [`holders of the roles ${roles.join(', ')}`]),
  ].join(' and ');
  return {
    eligible: false,
    reason: `Only ${who === '' ? 'nobody' : who} may decide this task: ask one of them.`,
  };
}
