import { AppError, type RunId, type Snapshot } from '@baton/core';
import type { Delivered, ExecutionState, Gateway } from '@baton/temporal-client';

/** A way to executions that only remembers. */
export interface FakeGateway extends Gateway {
  /** Every message that arrived: verb, receiver and what it said. */
  readonly sent: (readonly [verb: string, receiver: string, said?: unknown])[];
  readonly started: Snapshot[];
  /** How Temporal sees the runs it knows. */
  readonly executions: Map<string, ExecutionState>;
  /** `open`: known to be away; `failing`: every call fails. */
  state: 'there' | 'open' | 'failing';
}

/** An execution that goes on. */
export const OPEN: ExecutionState = Object.freeze({
  status: 'running',
  closed: false,
  temporalRunId: 'execution-1',
  closedAt: null,
  taskAttempt: 1,
});

/** An execution that ended so, at the first instant of 2026. */
export function closed(status: ExecutionState['status']): ExecutionState {
  return { ...OPEN, status, closed: true, closedAt: '2026-01-01T00:00:00.000Z', taskAttempt: 0 };
}

/** A gateway that answers; it knows no run. */
export function createFakeGateway(): FakeGateway {
  const sent: FakeGateway['sent'] = [];
  const answer = async <T>(work: () => T): Promise<T> => {
    if (gateway.state !== 'there') throw new AppError({ code: 'unavailable', message: 'Temporal is away.' });
    return work();
  };
  const note = (verb: string, receiver: RunId | string, said?: unknown): Promise<Delivered> =>
    answer(() => {
      sent.push(said === undefined ? [verb, receiver] : [verb, receiver, said]);
      return 'delivered';
    });
  const gateway: FakeGateway = {
    sent,
    started: [],
    executions: new Map(),
    state: 'there',
    start: (snapshot) =>
      answer(() => {
        gateway.started.push(snapshot);
        gateway.executions.set(snapshot.runId, OPEN);
      }),
    signal: (_scope, runId, event) => note('signal', runId, event),
    suspend: (_scope, runId) => note('suspend', runId),
    resume: (_scope, runId) => note('resume', runId),
    cancel: (_scope, runId, reason) => note('cancel', runId, reason),
    terminate: (_scope, runId, reason) => note('terminate', runId, reason),
    humanTaskDecided: (workflowId, message) => note('decided', workflowId, message),
    childRunEnded: (workflowId, message) => note('child', workflowId, message),
    agentCallDue: (workflowId, message) => note('due', workflowId, message),
    agentCalledBack: (workflowId, message) => note('called back', workflowId, message),
    describe: (_scope, runId) => answer(() => gateway.executions.get(runId) ?? null),
    async untilClosed(_scope, runId, { signal }) {
      for (;;) {
        const execution = gateway.executions.get(runId);
        if (gateway.state !== 'there' || signal.aborted) return null;
        if (execution?.closed === true) return execution;
        await new Promise(setImmediate);
      }
    },
    available: () => gateway.state !== 'open',
    ping: () => answer(() => undefined),
    lastWorkerPollAt: () => answer(() => null),
    stop: async () => undefined,
  };
  return gateway;
}
