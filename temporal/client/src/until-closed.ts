import type { Connection } from '@temporalio/client';
import type { ExecutionState } from './gateway.ts';

/** Number of the filter for the event that closes an execution, in Temporal's API. */
const CLOSE_EVENT = 2;

type History = Awaited<ReturnType<Connection['workflowService']['getWorkflowExecutionHistory']>>;
type Event = NonNullable<NonNullable<History['history']>['events']>[number];

/** Which execution is waited for. */
export interface ExecutionRef {
  readonly namespace: string;
  readonly workflowId: string;
  readonly temporalRunId: string;
}

/**
 * Asks Temporal for the event that closes an execution; Temporal answers when there is one, or after a while without it: null
 * then, and when the execution has been continued as new.
 */
export async function untilClosed(
  connection: Connection,
  { namespace, workflowId, temporalRunId }: ExecutionRef,
): Promise<ExecutionState | null> {
  const { history } = await connection.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, runId: temporalRunId },
    waitNewEvent: true,
    historyEventFilterType: CLOSE_EVENT,
    skipArchival: true,
  });
  const event = history?.events?.at(-1);
  const status = event === undefined ? null : statusOf(event);
  if (event === undefined || status === null) return null;
  return { status, closed: true, temporalRunId, closedAt: timeOf(event), taskAttempt: 0 };
}

function statusOf(event: Event): ExecutionState['status'] | null {
  if (event.workflowExecutionCompletedEventAttributes) return 'completed';
  if (event.workflowExecutionFailedEventAttributes) return 'failed';
  if (event.workflowExecutionCanceledEventAttributes) return 'canceled';
  if (event.workflowExecutionTerminatedEventAttributes) return 'terminated';
  if (event.workflowExecutionTimedOutEventAttributes) return 'timed_out';
  return null;
}

function timeOf({ eventTime }: Event): string | null {
  if (!eventTime) return null;
  return new Date(Number(eventTime.seconds ?? 0) * 1_000 + (eventTime.nanos ?? 0) / 1e6).toISOString();
}
