import { isEligible, type Eligibility, type HumanAction, type PolicySpec, type Vote } from '@baton/core';
import { principalId, type Principal } from '@baton/identity';
import type { DecisionRecord, HumanTaskRecord } from '@baton/store';
import { z } from 'zod';

const policySchema = z.object({
  mode: z.enum(['any', 'all', 'quorum']),
  n: z.int().exactOptional(),
  candidates: z.object({ users: z.array(z.string()).default([]), roles: z.array(z.string()).default([]) }),
  excludeRequester: z.boolean().default(true),
});

const actionSchema = z.object({
  id: z.string(),
  label: z.string().exactOptional(),
  outcome: z.enum(['approve', 'reject', 'revise', 'custom']),
  requireComment: z.boolean().default(false),
});

const rolesSchema = z.object({ actorRoles: z.array(z.string()) });

/** The policy a task was opened with. Throws when it is none: tasks are opened by us. */
export function policyOf(task: HumanTaskRecord): PolicySpec {
  return policySchema.parse(task.policy);
}

/** The actions of a task. */
export function actionsOf(task: HumanTaskRecord): readonly HumanAction[] {
  return z.array(actionSchema).parse(task.actions);
}

/** Whether somebody may decide a task, by its policy alone. */
export function eligibility(task: HumanTaskRecord, principal: Principal): Eligibility {
  const actor = { subject: principalId(principal), user: principal.name, roles: principal.candidateRoles };
  return isEligible(policyOf(task), actor, { requester: task.requester });
}

/** The roles a voter held, as they are kept with a decision. */
export function keptRoles(principal: Principal): { readonly actorRoles: readonly string[] } {
  return { actorRoles: principal.candidateRoles };
}

/** A recorded decision as its policy sees it. */
export function toVote(decision: DecisionRecord): Vote {
  const kept = rolesSchema.safeParse(decision.items);
  return {
    actor: decision.actor,
    ...(decision.actorName === null ? {} : { user: decision.actorName }),
    roles: kept.success ? kept.data.actorRoles : [],
    outcome: actionSchema.shape.outcome.parse(decision.verdict),
    actionId: decision.action,
    at: decision.at,
  };
}
