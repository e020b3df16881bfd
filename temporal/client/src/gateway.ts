import { AppError, workflowIdOf, type JsonObject, type RunId, type Scope, type Snapshot } from '@baton/core';
import {
  Client,
  Connection,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { createCircuit, type Circuit } from './circuit.ts';
import { lastPollAt } from './pollers.ts';
import { startFacts } from './start-options.ts';
import { RUNS_TASK_QUEUE } from './task-queues.ts';
import { untilClosed } from './until-closed.ts';

/** How Temporal sees an execution. */
export interface ExecutionState {
  readonly status: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed_out' | 'continued';
  readonly closed: boolean;
  /** Temporal's id of the newest execution under the workflow id. */
  readonly temporalRunId: string;
  readonly closedAt: string | null;
  /** Attempt of the workflow task that is pending; 0 when none is. */
  readonly taskAttempt: number;
}

/** Whether a message reached an open execution. */
export type Delivered = 'delivered' | 'not_found';

/** The way from Baton to the executions of its runs. Every function throws `unavailable` when Temporal is away. */
export interface Gateway {
  /** Starts a run under its own workflow id; one that was started before is success. */
  start(snapshot: Snapshot): Promise<void>;
  signal(scope: Scope, runId: RunId, event: JsonObject): Promise<Delivered>;
  suspend(scope: Scope, runId: RunId): Promise<Delivered>;
  resume(scope: Scope, runId: RunId): Promise<Delivered>;
  cancel(scope: Scope, runId: RunId, reason: string): Promise<Delivered>;
  terminate(scope: Scope, runId: RunId, reason: string): Promise<Delivered>;
  /** Wakes the execution that waits for a human task. */
  humanTaskDecided(
    workflowId: string,
    message: { humanTaskId: string; decisionId: string },
  ): Promise<Delivered>;
  /** Wakes the execution that waits for a child run. */
  childRunEnded(workflowId: string, message: { childRunId: string }): Promise<Delivered>;
  /** Wakes the execution that waits until an agent can be called. */
  agentCallDue(workflowId: string, message: { key: string }): Promise<Delivered>;
  /** Wakes the execution that waits for the answer of an agent. */
  agentCalledBack(workflowId: string, message: { key: string }): Promise<Delivered>;
  /** Null when Temporal does not know the run. */
  describe(scope: Scope, runId: RunId): Promise<ExecutionState | null>;
  /**
   * Waits, for ten seconds at most, until an execution of a run is closed; null when it is not by then, when Temporal does
   * not answer, and when the signal aborts. For who expects the end at once: it says nothing about Temporal being away.
   */
  untilClosed(scope: Scope, runId: RunId, wait: WaitForClose): Promise<ExecutionState | null>;
  /** False while Temporal counts as away. */
  available(): boolean;
  /** Resolves when Temporal answers. */
  ping(): Promise<void>;
  /** When a worker of ours last asked for work; null when none has. */
  lastWorkerPollAt(): Promise<Date | null>;
  stop(): Promise<void>;
}

/** Which execution is waited for, and what ends the wait. */
export interface WaitForClose {
  readonly temporalRunId: string;
  readonly signal: AbortSignal;
}

/** Parameters of {@link createGateway}. */
export interface GatewayParams {
  /** `host:port` of Temporal's frontend. */
  readonly address: string;
  readonly namespace: string;
  readonly codec: PayloadCodec;
  /** Default: the queue of runs. */
  readonly taskQueue?: string;
}

/** How long one call to Temporal may take. */
const CALL_TIMEOUT_MS = 5_000;

/** How long a wait for the end of an execution may take. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Creates a gateway; it connects with the first call and again whenever the connection was lost. */
export function createGateway(params: GatewayParams): Gateway {
  const circuit = createCircuit();
  const connection = Connection.lazy({ address: params.address, connectTimeout: CALL_TIMEOUT_MS });
  const client = new Client({
    connection,
    namespace: params.namespace,
    dataConverter: { payloadCodecs: [params.codec] },
  });
  const call = <T>(work: () => Promise<T>): Promise<T> =>
    guarded(circuit, () => client.withDeadline(Date.now() + CALL_TIMEOUT_MS, work));
  const send = (
    scope: Scope,
    runId: RunId,
    message: (handle: WorkflowHandle) => Promise<unknown>,
  ): Promise<Delivered> =>
    deliver(() => call(() => message(client.workflow.getHandle(workflowIdOf(scope, runId)))));
  const wake = (workflowId: string, signal: string, message: JsonObject): Promise<Delivered> =>
    deliver(() => call(() => client.workflow.getHandle(workflowId).signal(signal, message)));
  const taskQueue = params.taskQueue ?? RUNS_TASK_QUEUE;
  return {
    start: (snapshot) => call(() => start(client, snapshot, taskQueue)),
    signal: (scope, runId, event) => send(scope, runId, (handle) => handle.signal('event', event)),
    suspend: (scope, runId) => send(scope, runId, (handle) => handle.signal('suspend')),
    resume: (scope, runId) => send(scope, runId, (handle) => handle.signal('resume')),
    cancel: (scope, runId, reason) =>
      send(scope, runId, async (handle) => {
        // The request itself would bring no words into the workflow; without them it must come all the same.
        if (reason !== '') await handle.signal('cancelReason', reason).catch(() => undefined);
        await handle.cancel();
      }),
    terminate: (scope, runId, reason) => send(scope, runId, (handle) => handle.terminate(reason)),
    humanTaskDecided: (workflowId, message) => wake(workflowId, 'humanTaskDecided', message),
    childRunEnded: (workflowId, message) => wake(workflowId, 'childRunEnded', message),
    agentCallDue: (workflowId, message) => wake(workflowId, 'agentCallDue', message),
    agentCalledBack: (workflowId, message) => wake(workflowId, 'agentCalledBack', message),
    describe: (scope, runId) =>
      describe(() => call(() => client.workflow.getHandle(workflowIdOf(scope, runId)).describe())),
    untilClosed: (scope, runId, { temporalRunId, signal }) => {
      const execution = {
        namespace: params.namespace,
        workflowId: workflowIdOf(scope, runId),
        temporalRunId,
      };
      const ask = () => untilClosed(connection, execution);
      const patiently = () => client.withDeadline(Date.now() + CLOSE_TIMEOUT_MS, ask);
      // Whoever waits has a slower way to learn of the end.
      return client.withAbortSignal(signal, patiently).catch(() => null);
    },
    available: () => circuit.available(),
    ping: () =>
      call(async () => {
        await connection.workflowService.getSystemInfo({});
      }),
    lastWorkerPollAt: () => call(() => lastPollAt(connection, { namespace: params.namespace, taskQueue })),
    stop: () => connection.close(),
  };
}

async function start(client: Client, snapshot: Snapshot, taskQueue: string): Promise<void> {
  const { workflowType, ...facts } = startFacts(snapshot);
  try {
    await client.workflow.start(workflowType, {
      ...facts,
      taskQueue,
      args: [snapshot],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function deliver(send: () => Promise<unknown>): Promise<Delivered> {
  try {
    await send();
    return 'delivered';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'not_found';
    throw error;
  }
}

async function describe(ask: () => Promise<WorkflowExecutionDescription>): Promise<ExecutionState | null> {
  try {
    const description = await ask();
    const status = STATES[description.status.name] ?? 'running';
    const closed = status !== 'running' && status !== 'continued';
    return {
      status,
      closed,
      temporalRunId: description.runId,
      closedAt: description.closeTime?.toISOString() ?? null,
      // Temporal goes on showing the task that was pending when the execution was closed.
      taskAttempt: closed ? 0 : (description.raw.pendingWorkflowTask?.attempt ?? 0),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

const STATES: Readonly<Record<string, ExecutionState['status']>> = Object.freeze({
  RUNNING: 'running',
  PAUSED: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'canceled',
  TERMINATED: 'terminated',
  CONTINUED_AS_NEW: 'continued',
  TIMED_OUT: 'timed_out',
});

/** gRPC codes that say nothing about the request: the service, or the way to it, is in trouble. */
const AWAY: ReadonlySet<number> = new Set([1, 2, 4, 8, 13, 14]);

async function guarded<T>(circuit: Circuit, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    circuit.succeeded();
    return result;
  } catch (error) {
    if (!isAway(error)) {
      circuit.succeeded();
      throw error;
    }
    circuit.failed();
    throw new AppError({
      code: 'unavailable',
      message: 'Temporal does not answer at the moment; try again in a few seconds.',
      retryAfterSeconds: 5,
      cause: error,
    });
  }
}

function isAway(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const candidate = isGrpcServiceError(error) ? error : cause;
  if (isGrpcServiceError(candidate)) return AWAY.has(candidate.code);
  return error instanceof Error && /deadline|connect/i.test(error.message);
}
