import type { Decision, HumanTask } from '@baton/contracts';
import type { DecisionRecord, HumanTaskRecord } from '@baton/store';
import { actionsOf } from './policy.ts';

/** A task as the API shows it. */
export function toHumanTask(record: HumanTaskRecord): HumanTask {
  const { path, iteration, attempt } = record.step;
  return {
    id: record.id,
    runId: record.runId,
    step: { path, ...(iteration === undefined ? {} : { iteration }), attempt },
    kind: record.kind,
    title: record.title,
    body: record.body,
    context: record.context,
    items: record.items,
    form: record.form,
    actions: actionsOf(record),
    policy: record.policy,
    requester: record.requester,
    claimant: record.claimant,
    claimLapsesAt: record.claimLapsesAt,
    priority: record.priority,
    dueAt: record.dueAt,
    expiresAt: record.expiresAt,
    onExpire: record.onExpire,
    subjectHash: record.subjectHash,
    status: record.status,
    outcome: record.outcome,
    delivery: record.delivery,
    createdAt: record.createdAt,
    decidedAt: record.decidedAt,
  };
}

/** A decision as the API shows it. */
export function toDecision(decision: DecisionRecord, task: HumanTaskRecord): Decision {
  const { id, taskId, actor, channel, action, verdict, comment, form, subjectHash, at } = decision;
  return {
    id,
    taskId,
    actor,
    channel,
    action,
    outcome: verdict,
    comment,
    form,
    subjectHash,
    at,
    taskStatus: task.status,
  };
}

/** The ETag of a task. */
export function tagOf(task: HumanTaskRecord): string {
  return `"${task.revision}"`;
}
