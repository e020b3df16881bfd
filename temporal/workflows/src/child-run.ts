import type { Failure, Json, OpenCommand, Snapshot } from '@baton/core';
import type { ChildRun } from '@baton/temporal-activities';
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { Stage } from './perform.ts';
import { storeActivities } from './store-activities.ts';
import { summaryOf } from './summaries.ts';

type Command = Extract<OpenCommand, { kind: 'start-run' }>;

type Run = (snapshot: Snapshot) => Promise<Json>;

/**
 * Accepts a child run and starts it as a child workflow; without `await` its end is nobody's business here. A child that
 * an earlier execution of this run has started is waited for by the record of its end, which a signal announces.
 */
export async function performChildRun(stage: Stage, command: Command): Promise<Json> {
  const summary = summaryOf(command);
  // An earlier execution may have started it: it must be known before it can be canceled.
  const child = await CancellationScope.nonCancellable(() => accept(command, summary));
  let handle: ChildWorkflowHandle<Run> | null = null;
  try {
    handle = await startOnce(child, summary);
    stage.feed({ kind: 'child-started', command: command.id, childRunId: child.runId });
    if (!command.await) return null;
    return await (handle === null ? recordedEnd(stage, child, summary) : handle.result());
  } catch (error) {
    // Temporal cancels a child of this very execution.
    if (isCancellation(error) && command.await && handle === null) await cancel(child);
    throw error;
  }
}

function accept(command: Command, summary: string): Promise<ChildRun> {
  const { workflow, input, step, idempotencyKey } = command;
  return storeActivities(summary).createChildRun({
    workflow,
    input,
    step,
    idempotencyKey,
    await: command.await,
  });
}

/** Null when the child was started before, be it open or closed. */
async function startOnce(child: ChildRun, summary: string): Promise<ChildWorkflowHandle<Run> | null> {
  try {
    return await startChild<Run>(child.workflowType, {
      workflowId: child.workflowId,
      args: [child.snapshot],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      // Temporal would apply any other policy whenever this execution is continued as new. A child that is not wanted
      // any more is canceled by the run, or by the reconciler where the run ended from outside.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: summary,
      typedSearchAttributes: workflowInfo().typedSearchAttributes.copy(),
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return null;
    throw error;
  }
}

async function recordedEnd(stage: Stage, child: ChildRun, summary: string): Promise<Json> {
  const activities = storeActivities(`${summary} outcome`);
  for (;;) {
    const end = await activities.takeChildRunEnd({ childRunId: child.runId });
    if (end !== null) return outputOf(end);
    await condition(() => stage.childRunEnded.has(child.runId));
    stage.childRunEnded.forget(child.runId);
  }
}

function outputOf(end: { readonly output: Json } | { readonly failure: Failure }): Json {
  if ('output' in end) return end.output;
  const { title, detail = title } = end.failure;
  throw ApplicationFailure.create({ message: detail, nonRetryable: true, details: [end.failure] });
}

async function cancel({ workflowId }: ChildRun): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    getExternalWorkflowHandle(workflowId)
      .cancel()
      // Temporal refuses only when nothing is open under this id: then there is nothing to cancel.
      .catch(() => undefined),
  );
}
