import { failure, type Problem, type RunId, type Scope } from '@baton/core';
import type { EventRepository, OutsideEnd, RunRepository } from '@baton/store';
import type { ExecutionState, Gateway } from '@baton/temporal-client';

/** What closing runs needs. */
export interface ClosingPorts {
  readonly runs: RunRepository;
  readonly events: EventRepository;
  readonly gateway: Gateway;
}

/** A workflow task that failed more often than this in a row makes its run stalled. */
const STALLED_AFTER = 3;

/**
 * Compares one open run with its execution. A run whose execution is closed is published as it ended; one that ended
 * from outside is closed here. True when the run is closed now.
 */
export async function settleRun(ports: ClosingPorts, scope: Scope, runId: RunId): Promise<boolean> {
  const execution = await ports.gateway.describe(scope, runId);
  if (execution === null) return false;
  if (!execution.closed) {
    await ports.runs.setStalled(scope, runId, execution.taskAttempt > STALLED_AFTER);
    return false;
  }
  const status = OWN_ENDS[execution.status];
  if (status !== undefined) {
    const confirmed = await ports.events.confirmClosed(scope, runId, { status });
    if (confirmed.outcome === 'published' || confirmed.outcome === 'closed') return true;
  }
  return ports.runs.closeFromOutside(scope, runId, outsideEnd(execution));
}

/** Ends that the run's own last event tells. */
const OWN_ENDS: Readonly<Partial<Record<ExecutionState['status'], OutsideEnd['status']>>> = Object.freeze({
  completed: 'completed',
  failed: 'faulted',
  canceled: 'canceled',
});

/** How a run is shown that Temporal closed without a last event of its own. */
function outsideEnd(execution: ExecutionState): OutsideEnd {
  const closed = {
    origin: 'reconciler',
    ...(execution.closedAt === null ? {} : { endedAt: execution.closedAt }),
  } as const;
  switch (execution.status) {
    case 'completed':
      return { ...closed, status: 'completed' };
    case 'canceled':
      return { ...closed, status: 'canceled' };
    case 'terminated':
      return {
        ...closed,
        status: 'canceled',
        error: terminated('The run was terminated with a tool of Temporal.'),
      };
    case 'timed_out': {
      const detail = 'Temporal closed the run because its execution time-out was reached.';
      return { ...closed, status: 'faulted', error: failure('timeout', detail) };
    }
    default:
      return {
        ...closed,
        status: 'faulted',
        error: failure('runtime', 'The run failed in Temporal without a word of its own.'),
      };
  }
}

/** The problem of a run that was ended without being asked. */
export function terminated(detail: string): Problem {
  return { type: 'urn:baton:problem:terminated', title: 'Terminated', status: 499, detail };
}

/** Runs looked at in one round. */
const BATCH = 100;

/** Publishes runs whose last event has come and whose execution is closed. True when there may be more. */
export async function confirmProvisional(ports: ClosingPorts): Promise<boolean> {
  const waiting = await ports.runs.listProvisional({ olderThanMs: 1_000, limit: BATCH });
  const settled = await Promise.all(waiting.map(({ scope, runId }) => settleRun(ports, scope, runId)));
  return waiting.length === BATCH && settled.some(Boolean);
}

/** Looks after open runs of which nothing was heard for a minute. True when there may be more. */
export async function checkIdle(ports: ClosingPorts): Promise<boolean> {
  const idle = await ports.runs.listOpenIdle({ olderThanMs: 60_000, limit: BATCH });
  await Promise.all(
    idle.map(async ({ scope, runId }) => {
      await settleRun(ports, scope, runId);
      await ports.runs.markChecked(scope, runId);
    }),
  );
  return idle.length === BATCH;
}
