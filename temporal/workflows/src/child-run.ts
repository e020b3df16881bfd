import type { Json, OpenCommand } from '@baton/core';
import { ParentClosePolicy, startChild, workflowInfo, type Workflow } from '@temporalio/workflow';
import type { Stage } from './perform.ts';
import { storeActivities } from './store-activities.ts';
import { summaryOf } from './summaries.ts';

type Command = Extract<OpenCommand, { kind: 'start-run' }>;

/** Accepts a child run and starts it as a child workflow; without `await` its end is nobody's business here. */
export async function performChildRun(stage: Stage, command: Command): Promise<Json> {
  const { workflow, input, step, idempotencyKey } = command;
  const summary = summaryOf(command);
  const child = await storeActivities(summary).createChildRun({ workflow, input, step, idempotencyKey });
  const handle = await startChild<Workflow>(child.workflowType, {
    workflowId: child.workflowId,
    args: [child.snapshot],
    parentClosePolicy: command.await ? ParentClosePolicy.REQUEST_CANCEL : ParentClosePolicy.ABANDON,
    staticSummary: summary,
    typedSearchAttributes: workflowInfo().typedSearchAttributes.copy(),
  });
  stage.feed({ kind: 'child-started', command: command.id, childRunId: child.runId });
  if (!command.await) return null;
  const output: Json = await handle.result();
  return output;
}
