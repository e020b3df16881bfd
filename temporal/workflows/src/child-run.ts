import type { Json, OpenCommand, Snapshot } from '@baton/core';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Stage } from './perform.ts';
import { storeActivities } from './store-activities.ts';
import { summaryOf } from './summaries.ts';

type Command = Extract<OpenCommand, { kind: 'start-run' }>;

type Run = (snapshot: Snapshot) => Promise<Json>;

/** Accepts a child run and starts it as a child workflow; without `await` its end is nobody's business here. */
export async function performChildRun(stage: Stage, command: Command): Promise<Json> {
  const { workflow, input, step, idempotencyKey } = command;
  const summary = summaryOf(command);
  const child = await storeActivities(summary).createChildRun({ workflow, input, step, idempotencyKey });
  const handle = await startChild<Run>(child.workflowType, {
    workflowId: child.workflowId,
    args: [child.snapshot],
    parentClosePolicy: command.await ? ParentClosePolicy.REQUEST_CANCEL : ParentClosePolicy.ABANDON,
    staticSummary: summary,
    typedSearchAttributes: workflowInfo().typedSearchAttributes.copy(),
  });
  stage.feed({ kind: 'child-started', command: command.id, childRunId: child.runId });
  if (!command.await) return null;
  return handle.result();
}
