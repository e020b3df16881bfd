import { isObject, type Json, type OpenCommand } from '@baton/core';
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Stage } from './perform.ts';
import { storeActivities } from './store-activities.ts';
import { summaryOf } from './summaries.ts';

type Command = Extract<OpenCommand, { kind: 'open-human-task' }>;

/**
 * Opens a human task and waits for its outcome. A signal only wakes: what counts is the outcome that an activity reads,
 * so a forged signal moves nothing, and a decision made before the wait is not lost.
 */
export async function performHumanTask(stage: Stage, command: Command): Promise<Json> {
  const summary = summaryOf(command);
  // A task that is being opened must be known before it can be canceled.
  const opened = await CancellationScope.nonCancellable(() => open(stage, command));
  stage.feed({ kind: 'human-task-opened', command: command.id, humanTaskId: opened.humanTaskId });
  try {
    const outcome =
      opened.outcome ?? (await waitForOutcome(stage, { command, summary, humanTaskId: opened.humanTaskId }));
    return { ...(isObject(outcome) ? outcome : {}), humanTaskId: opened.humanTaskId };
  } catch (error) {
    if (isCancellation(error)) await cancel(opened.humanTaskId, summary);
    throw error;
  }
}

function open(
  stage: Stage,
  command: Command,
): ReturnType<ReturnType<typeof storeActivities>['openHumanTask']> {
  const { snapshot } = stage;
  const { document } = snapshot.definition;
  const version = isObject(document) ? document['version'] : undefined;
  return storeActivities(summaryOf(command)).openHumanTask({
    task: command.task,
    step: command.step,
    idempotencyKey: command.idempotencyKey,
    requester: snapshot.requester,
    definitionVersion: typeof version === 'string' ? version : '',
    agentVersions: Object.keys(snapshot.agents),
  });
}

async function waitForOutcome(
  stage: Stage,
  wait: { command: Command; summary: string; humanTaskId: string },
): Promise<Json> {
  const { humanTaskId, summary } = wait;
  const { expiresAt } = wait.command.task;
  const activities = storeActivities(`${summary} outcome`);
  for (;;) {
    const woken = await wokenBefore(stage, humanTaskId, { expiresAt, summary });
    stage.decided.forget(humanTaskId);
    const outcome = woken
      ? await activities.takeHumanTaskOutcome({ humanTaskId })
      : await activities.expireHumanTask({ humanTaskId });
    if (outcome !== null) return outcome;
  }
}

async function wokenBefore(
  stage: Stage,
  humanTaskId: string,
  expiry: { expiresAt: string | undefined; summary: string },
): Promise<boolean> {
  const woken = (): boolean => stage.decided.has(humanTaskId);
  if (expiry.expiresAt === undefined) {
    await condition(woken);
    return true;
  }
  const left = Math.max(1, Date.parse(expiry.expiresAt) - Date.now());
  return condition(woken, left, { summary: `${expiry.summary} expires` });
}

async function cancel(humanTaskId: string, summary: string): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    storeActivities(`${summary} canceled`).cancelHumanTask({
      humanTaskId,
      reason: 'The run does not wait for it any more.',
    }),
  );
}
