import {
  evaluatePolicy,
  isDecided,
  type AppError,
  type HumanAction,
  type Json,
  type JsonObject,
} from '@baton/core';
import { validateJsonSchema, type DecisionRequest } from '@baton/contracts';
import { principalId, type Principal } from '@baton/identity';
import type { HumanTaskRecord, LockedTask, NewDecision, Verdict } from '@baton/store';
import { namesTag } from '../http/header-values.ts';
import { conflict, forbidden, invalid, invalidAt, stale } from '../http/refusals.ts';
import { tagOf } from './human-task-json.ts';
import { actionsOf, eligibility, keptRoles, policyOf, toVote } from './policy.ts';

/** A decision that somebody wants to take. */
export interface WantedDecision {
  readonly principal: Principal;
  readonly body: DecisionRequest;
  readonly ifMatch: string;
  readonly idempotencyKey: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/**
 * Judges a decision on a locked task. Checks in this order: eligible (403), unchanged since shown (412), still to be decided
 * and by this person (409), complete (422). A decision whose key is known already passes, and is found to be a repetition.
 */
export function judgeDecision(locked: LockedTask, wanted: WantedDecision): Verdict<AppError> {
  const { task, decisions } = locked;
  const action = actionsOf(task).find(({ id }) => id === wanted.body.action);
  const key = wanted.idempotencyKey;
  const repeated = key !== null && decisions.some((known) => known.idempotencyKey === key);
  if (repeated) return { kind: 'accept', decision: newDecision(task, wanted, action?.outcome ?? 'custom') };
  const refusal = refusalOf(locked, wanted) ?? contentRefusal(task, wanted.body, action);
  if (refusal !== null) return { kind: 'refuse', refusal };
  if (action === undefined) throw new Error('An unknown action was not refused.');
  const decision = newDecision(task, wanted, action.outcome);
  const final = finalOf(locked, { wanted, decision, action });
  return { kind: 'accept', decision, ...(final === null ? {} : { final }) };
}

function refusalOf({ task, decisions, now }: LockedTask, wanted: WantedDecision): AppError | null {
  const actor = principalId(wanted.principal);
  const eligible = eligibility(task, wanted.principal);
  if (!eligible.eligible) return forbidden(eligible.reason);
  if (!namesTag(wanted.ifMatch, tagOf(task)))
    return stale('The task has changed since it was shown; read it again.');
  if (isDecided(task.status)) return conflict(`The task is decided already: ${task.status}.`);
  if (task.expiresAt !== null && Date.parse(task.expiresAt) <= Date.parse(now))
    return conflict('The task has expired.');
  if (policyOf(task).mode === 'any' && task.claimant !== null && task.claimant !== actor) {
    return conflict(
      'Somebody else has claimed the task; it is theirs until they release it or the claim lapses.',
    );
  }
  if (decisions.some((known) => known.actor === actor))
    return conflict('You have decided this task already.');
  const { subjectHash } = wanted.body;
  return subjectHash !== undefined && subjectHash !== task.subjectHash
    ? conflict('The task is bound to another subject than the one you were shown; read it again.')
    : null;
}

function contentRefusal(
  task: HumanTaskRecord,
  body: DecisionRequest,
  action: HumanAction | undefined,
): AppError | null {
  if (action === undefined) {
    const known = actionsOf(task).map(({ id }) => id);
    return invalidAt('/action', `There is no action "${body.action}" here; there are ${known.join(', ')}.`);
  }
  if (action.requireComment && (body.comment ?? '').trim() === '') {
    return invalidAt('/comment', `The action "${action.id}" needs a comment.`);
  }
  const problems = formProblems(task, body, action);
  return problems.length === 0 ? null : invalid('The form is not filled in as it asks.', problems);
}

function formProblems(
  task: HumanTaskRecord,
  body: DecisionRequest,
  action: HumanAction,
): readonly { readonly pointer: string; readonly detail: string }[] {
  if (task.form === null) {
    return body.form === undefined ? [] : [{ pointer: '/form', detail: 'This task has no form.' }];
  }
  // Who rejects need not fill in what an approval needs.
  if (body.form === undefined && action.outcome === 'reject') return [];
  return validateJsonSchema(task.form, body.form ?? {}).map(({ pointer, detail }) => ({
    pointer: `/form${pointer}`,
    detail,
  }));
}

function newDecision(
  task: HumanTaskRecord,
  wanted: WantedDecision,
  outcome: HumanAction['outcome'],
): NewDecision {
  const { principal, body, idempotencyKey, ip, userAgent } = wanted;
  return {
    actor: principalId(principal),
    actorName: principal.name,
    channel: 'api',
    action: body.action,
    verdict: outcome,
    ...(body.comment === undefined ? {} : { comment: body.comment }),
    ...(body.form === undefined ? {} : { form: body.form }),
    items: { actorRoles: [...keptRoles(principal).actorRoles] },
    subjectHash: task.subjectHash,
    ...(idempotencyKey === null ? {} : { idempotencyKey }),
    ...(ip === null ? {} : { ip }),
    ...(userAgent === null ? {} : { userAgent }),
  };
}

interface Cast {
  readonly wanted: WantedDecision;
  readonly decision: NewDecision;
  readonly action: HumanAction;
}

function finalOf(
  { task, decisions, now }: LockedTask,
  { wanted, decision, action }: Cast,
): NonNullable<Extract<Verdict<AppError>, { kind: 'accept' }>['final']> | null {
  const vote = {
    actor: decision.actor,
    user: wanted.principal.name,
    roles: wanted.principal.candidateRoles,
    outcome: action.outcome,
    actionId: action.id,
    at: now,
  };
  const verdict = evaluatePolicy(policyOf(task), [...decisions.map(toVote), vote]);
  if (!verdict.final) return null;
  const outcome: JsonObject = {
    outcome: action.outcome,
    action: verdict.actionId,
    form: decision.form ?? null,
    comment: decision.comment ?? null,
    items: null,
    decidedBy: [...verdict.decidedBy] satisfies Json,
    decidedAt: now,
  };
  return { status: verdict.status, outcome };
}
