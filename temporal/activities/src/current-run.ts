import { parseWorkflowId, type RunId, type Scope } from '@baton/core';
import { activityInfo } from '@temporalio/activity';

/** The run whose execution has asked for the present activity. Throws for an execution that is none of ours. */
export function currentRun(): { readonly scope: Scope; readonly runId: RunId; readonly workflowId: string } {
  const workflowId = activityInfo().workflowExecution?.workflowId ?? '';
  const parsed = parseWorkflowId(workflowId);
  if (parsed === null) throw new Error(`The workflow id "${workflowId}" is none of ours.`);
  return { ...parsed, workflowId };
}
