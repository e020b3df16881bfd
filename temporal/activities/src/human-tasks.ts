import { createHash } from 'node:crypto';
import {
  parseHumanTaskId,
  subjectHash,
  uuidFromHash,
  type HumanTaskId,
  type HumanTaskRequest,
  type Json,
  type JsonObject,
  type RunId,
  type Scope,
} from '@baton/core';
import type { HumanTaskRepository, NewHumanTask } from '@baton/store';
import type { Activities, OpenHumanTaskParams } from './activities.ts';
import { currentRun } from './current-run.ts';

/** What human tasks need. */
export interface HumanTaskPorts {
  readonly humanTasks: HumanTaskRepository;
}

type HumanTaskActivities = Pick<
  Activities,
  'openHumanTask' | 'takeHumanTaskOutcome' | 'expireHumanTask' | 'cancelHumanTask'
>;

/** Who acts when no person does. */
const SYSTEM = Object.freeze({ id: 'baton|system', name: 'Baton' });

/** Makes the activities that open human tasks and read what became of them. Only PostgreSQL knows a decision. */
export function createHumanTaskActivities({ humanTasks }: HumanTaskPorts): HumanTaskActivities {
  const take = async (humanTaskId: string): Promise<Json> => {
    const known = await ownTask(humanTasks, humanTaskId);
    if (known === null) return null;
    const recorded = await humanTasks.readOutcome(known.scope, known.taskId);
    if (recorded === null || !recorded.decided) return null;
    await humanTasks.acknowledge(known.scope, known.taskId);
    return recorded.outcome;
  };
  return {
    async openHumanTask(params) {
      const { scope, runId } = currentRun();
      const task = await humanTasks.open(scope, newTask(runId, params));
      return { humanTaskId: task.id, outcome: await take(task.id) };
    },
    takeHumanTaskOutcome: ({ humanTaskId }) => take(humanTaskId),
    async expireHumanTask({ humanTaskId }) {
      const known = await ownTask(humanTasks, humanTaskId);
      if (known === null) return null;
      await humanTasks.expire(known.scope, {
        taskId: known.taskId,
        actor: SYSTEM,
        outcome: outcomeWithoutDecision('expired'),
        reason: 'The task expired.',
      });
      return take(humanTaskId);
    },
    async cancelHumanTask({ humanTaskId, reason }) {
      const known = await ownTask(humanTasks, humanTaskId);
      if (known === null) return;
      const outcome = outcomeWithoutDecision('canceled');
      await humanTasks.cancel(known.scope, { taskId: known.taskId, actor: SYSTEM, outcome, reason });
    },
  };
}

function outcomeWithoutDecision(outcome: 'expired' | 'canceled'): JsonObject {
  return {
    outcome,
    action: null,
    form: null,
    comment: null,
    items: null,
    decidedBy: [],
    decidedAt: new Date().toISOString(),
  };
}

/** A task of the very execution that asks: an id from a forged signal cannot reach another run's task. */
async function ownTask(
  humanTasks: HumanTaskRepository,
  humanTaskId: string,
): Promise<{ readonly scope: Scope; readonly taskId: HumanTaskId } | null> {
  const { scope, workflowId } = currentRun();
  const taskId = parseHumanTaskId(humanTaskId);
  if (taskId === null) return null;
  const task = await humanTasks.get(scope, taskId);
  return task?.workflowId === workflowId ? { scope, taskId } : null;
}

function newTask(runId: RunId, params: OpenHumanTaskParams): NewHumanTask {
  const { task, step } = params;
  const { workflowId } = currentRun();
  const id = parseHumanTaskId(uuidFromHash(sha256(`human task ${params.idempotencyKey}`)));
  if (id === null) throw new Error('A hash gave no id.');
  const { id: stepId, path, iteration, attempt } = step;
  return {
    openKey: params.idempotencyKey,
    id,
    runId,
    workflowId,
    step: { id: stepId, path, ...(iteration === undefined ? {} : { iteration }), attempt },
    kind: task.kind,
    title: task.title,
    ...(task.body === undefined ? {} : { body: task.body }),
    ...(task.context === undefined ? {} : { context: task.context }),
    ...(task.form === undefined || typeof task.form === 'boolean' ? {} : { form: task.form }),
    actions: actionsOf(task),
    policy: policyOf(task),
    requester: params.requester,
    ...(task.priority === undefined ? {} : { priority: task.priority }),
    ...(task.dueAt === undefined ? {} : { dueAt: task.dueAt }),
    ...(task.expiresAt === undefined ? {} : { expiresAt: task.expiresAt }),
    onExpire: task.onExpire,
    subjectHash: hashOf({ id, runId, params }),
  };
}

function actionsOf(task: HumanTaskRequest): readonly JsonObject[] {
  return task.actions.map(({ id, label, outcome, requireComment }) => ({
    id,
    label: label ?? id,
    outcome,
    requireComment,
  }));
}

function policyOf(task: HumanTaskRequest): JsonObject {
  const { mode, n, candidates, excludeRequester } = task.policy;
  return {
    mode,
    ...(n === undefined ? {} : { n }),
    candidates: { users: candidates.users, roles: candidates.roles },
    excludeRequester,
  };
}

function hashOf(shown: { id: string; runId: string; params: OpenHumanTaskParams }): string {
  const { task, step, definitionVersion, agentVersions } = shown.params;
  const subject = {
    taskId: shown.id,
    runId: shown.runId,
    step: step.path,
    visit: task.visit,
    kind: task.kind,
    title: task.title,
    body: task.body ?? null,
    items: null,
    context: task.context ?? null,
    form: task.form ?? null,
    actions: actionsOf(task),
    policy: policyOf(task),
    definitionVersion,
    agentVersions,
    expiresAt: task.expiresAt ?? null,
  };
  return subjectHash(subject, sha256);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
