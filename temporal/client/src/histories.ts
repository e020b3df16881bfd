import { workflowIdOf, type RunId, type Scope } from '@baton/core';
import {
  Client,
  Connection,
  isGrpcServiceError,
  WorkflowNotFoundError,
  type WorkflowHandle,
} from '@temporalio/client';

/** A recorded history, its payloads as they are stored. */
export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** An event of a history. */
export type HistoryEvent = NonNullable<History['events']>[number];

/** A run, and from which of its executions on backwards. */
export interface ChainParams {
  readonly runId: RunId;
  /** Temporal's id of the newest execution that counts; null: whichever is the newest now. */
  readonly newest: string | null;
}

/** The histories of runs, as long as Temporal retains them. Functions reject when Temporal does not answer. */
export interface Histories {
  /**
   * Temporal's ids of a run's executions, oldest first: each but the first continues the one before it. Those that
   * were reset are not among them. Null when Temporal does not have the newest one.
   */
  chain(scope: Scope, params: ChainParams): Promise<readonly string[] | null>;
  /** The history of one execution, or null when it is not retained. */
  fetch(scope: Scope, runId: RunId, temporalRunId: string): Promise<History | null>;
  stop(): Promise<void>;
}

/** Creates a reader of histories; it connects with the first call. */
export function createHistories(params: { readonly address: string; readonly namespace: string }): Histories {
  const connection = Connection.lazy({ address: params.address });
  const client = new Client({ connection, namespace: params.namespace });
  const handleOf = (scope: Scope, runId: RunId, execution?: string): WorkflowHandle =>
    client.workflow.getHandle(workflowIdOf(scope, runId), execution);
  const predecessor = async (workflowId: string, runId: string): Promise<string | null> => {
    const { history } = await connection.workflowService.getWorkflowExecutionHistory({
      namespace: params.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    return started?.continuedExecutionRunId || null;
  };
  return {
    chain: async (scope, { runId, newest }) => {
      const workflowId = workflowIdOf(scope, runId);
      const known = newest ?? (await orNull(() => handleOf(scope, runId).describe()))?.runId ?? null;
      const chain: string[] = [];
      for (let execution = known; execution !== null && !chain.includes(execution);) {
        const current = execution;
        const before = await orNull(async () => ({ id: await predecessor(workflowId, current) }));
        // An older history that is not retained ends the chain.
        if (before === null) break;
        chain.unshift(current);
        execution = before.id;
      }
      return chain.length === 0 ? null : chain;
    },
    fetch: (scope, runId, execution) => orNull(() => handleOf(scope, runId, execution).fetchHistory()),
    stop: () => connection.close(),
  };
}

/** gRPC codes with which Temporal says that it has no such execution (or no such id). */
const UNKNOWN: ReadonlySet<number> = new Set([3, 5]);

async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (isGrpcServiceError(error) && UNKNOWN.has(error.code)) return null;
    throw error;
  }
}

/**
 * The part of a history that is certain to be replayed as it was recorded: up to the last workflow task that completed,
 * with what it commanded. What came after it has not been told by anybody yet. Null when no task has completed.
 */
export function certainPart(history: History): History | null {
  const events = history.events ?? [];
  const last = events.findLastIndex((event) => Boolean(event.workflowTaskCompletedEventAttributes));
  const completed = events[last]?.eventId;
  if (completed === undefined || completed === null) return null;
  const end = events.findLastIndex((event) => String(commandedBy(event)) === String(completed));
  return { ...history, events: events.slice(0, Math.max(last, end) + 1) };
}

/** Number of the workflow task's end that an event is a command of, if it is one. */
function commandedBy(event: HistoryEvent): unknown {
  for (const value of Object.values<unknown>({ ...event })) {
    if (typeof value === 'object' && value !== null && 'workflowTaskCompletedEventId' in value) {
      return value.workflowTaskCompletedEventId;
    }
  }
  return undefined;
}
