import { isUuid, type HumanTaskId, type RunId, type Scope, type WorkspaceId } from './ids.ts';

/** The text as a run id, or null when it is no UUID in lower case. */
export function parseRunId(text: string): RunId | null {
  return isUuid(text) ? (text as RunId) : null;
}

/** The text as a human task id, or null when it is no UUID in lower case. */
export function parseHumanTaskId(text: string): HumanTaskId | null {
  return isUuid(text) ? (text as HumanTaskId) : null;
}

/** The text as a workspace id, or null when it is no UUID in lower case. */
export function parseWorkspaceId(text: string): WorkspaceId | null {
  return isUuid(text) ? (text as WorkspaceId) : null;
}

/** Scope and run id of one of our workflow ids, or null for a workflow that is not ours. */
export function parseWorkflowId(workflowId: string): { scope: Scope; runId: RunId } | null {
  const dot = workflowId.indexOf('.');
  const workspaceId = parseWorkspaceId(workflowId.slice(0, dot));
  const runId = parseRunId(workflowId.slice(dot + 1));
  return workspaceId === null || runId === null ? null : { scope: { workspaceId }, runId };
}
