import { failure, type Problem, type RunId, type Scope } from '@baton/core';
import type { EventRepository, OutsideEnd, RunRepository } from '@baton/store';
import type { ExecutionState, Gateway } from '@baton/temporal-client';

/** What closing runs needs. */
export interface ClosingPorts {
  readonly runs: RunRepository;
  readonly events: EventRepository;
  readonly gateway: Gateway;
  /** Has the histories of a run tell its events again. */
  readonly retell: (scope: Scope, runId: RunId) => Promise<void>;
}

/** A workflow task that failed more often than this in a row makes its run stalled. */
const STALLED_AFTER = 3;

/**
 * Compares one open run with its execution. A run whose execution is closed is published as it ended; one that ended
 * from outside is closed here. One that was reset is told again by the history of the execution in its place before
 * anything of it is published. True when the run is closed now.
 */
export async function settleRun(ports: ClosingPorts, scope: Scope, runId: RunId): Promise<boolean> {
  const execution = await ports.gateway.describe(scope, runId);
  return execution !== null && settle(ports, { scope, runId, execution });
}

/** {@link settleRun} for an execution that was looked at already. */
export async function settle(ports: ClosingPorts, look: Look): Promise<boolean> {
  const { scope, runId, execution } = look;
  if (!execution.closed) {
    await ports.runs.setStalled(scope, runId, execution.taskAttempt > STALLED_AFTER);
    return false;
  }
  if (await confirm(ports, look)) return true;
  if ((await follow(ports, look)) && (await confirm(ports, look))) return true;
  return ports.runs.closeFromOutside(scope, runId, outsideEnd(execution));
}

/** A run and how Temporal sees it. */
export interface Look {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly execution: ExecutionState;
}

/** Publishes the end that the run told itself, when the closed execution is the one that told it. */
async function confirm({ events }: ClosingPorts, { scope, runId, execution }: Look): Promise<boolean> {
  const status = OWN_ENDS[execution.status];
  if (status === undefined) return false;
  const told = { status, execution: execution.temporalRunId };
  const { outcome } = await events.confirmClosed(scope, runId, told);
  return outcome === 'published' || outcome === 'closed';
}

/** Has a run told again whose newest execution is another than the one it was heard of from. False when it is not. */
async function follow(ports: ClosingPorts, { scope, runId, execution }: Look): Promise<boolean> {
  const run = await ports.runs.get(scope, runId);
  if (run === null || run.endedAt !== null) return false;
  if (run.temporalRunId === null || run.temporalRunId === execution.temporalRunId) return false;
  await ports.retell(scope, runId);
  return true;
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
  const settled = await Promise.all(waiting.map((run) => lookAt(ports, run)));
  return waiting.length === BATCH && settled.some(Boolean);
}

/** Looks after open runs of which nothing was heard for a minute. True when there may be more. */
export async function checkIdle(ports: ClosingPorts): Promise<boolean> {
  const idle = await ports.runs.listOpenIdle({ olderThanMs: 60_000, limit: BATCH });
  await Promise.all(
    idle.map(async (run) => {
      try {
        await lookAt(ports, run);
      } finally {
        // One that cannot be settled must not keep the others out of the next round.
        await ports.runs.markChecked(run.scope, run.runId);
      }
    }),
  );
  return idle.length === BATCH;
}

/** Settles a run; one that is open and was reset is told again. */
async function lookAt(ports: ClosingPorts, { scope, runId }: Omit<Look, 'execution'>): Promise<boolean> {
  const execution = await ports.gateway.describe(scope, runId);
  if (execution === null) return false;
  const look = { scope, runId, execution };
  if (await settle(ports, look)) return true;
  if (!execution.closed) await follow(ports, look);
  return false;
}
