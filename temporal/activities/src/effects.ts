import { toAgentFailure } from '@baton/agents';
import { failure, storableText, type Failure } from '@baton/core';
import {
  ApplicationFailure,
  CancelledFailure,
  heartbeat,
  activityInfo,
  cancellationSignal,
} from '@temporalio/activity';

/** How often a running call tells Temporal that it lives, in milliseconds; also how soon it hears of a cancel. */
const HEARTBEAT_MS = 5_000;

/** The longest delay a timer of Node takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What surrounds one effect. */
export interface EffectContext {
  readonly runId: string;
  readonly workspaceId: string;
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
}

/** One effect: how failures call the counterpart, and how long it may take, in milliseconds. */
export interface Effect {
  readonly label: string;
  readonly timeoutMs: number;
}

/**
 * Runs an effect with heartbeats, cancel and a deadline of our own: a call that reaches it is a time-out that we report,
 * so that Temporal's own time-out only ever means a lost worker.
 */
export async function runEffect<T>(effect: Effect, work: (context: EffectContext) => Promise<T>): Promise<T> {
  const { workflowExecution } = activityInfo();
  const [workspaceId = '', runId = ''] = (workflowExecution?.workflowId ?? '').split('.');
  const canceled = cancellationSignal();
  const deadline = AbortSignal.timeout(Math.min(effect.timeoutMs, LONGEST_TIMER_MS));
  const beat = setInterval(heartbeat, HEARTBEAT_MS);
  heartbeat();
  try {
    return await work({
      runId,
      workspaceId,
      signal: AbortSignal.any([canceled, deadline]),
      deadlineAt: Date.now() + effect.timeoutMs,
    });
  } catch (error) {
    if (canceled.aborted)
      throw new CancelledFailure('The call was canceled.', [], error instanceof Error ? error : undefined);
    // Who gave up because of the deadline tells of an abort; what happened is a time-out.
    throw toApplicationFailure(deadline.aborted ? timedOut(effect) : toAgentFailure(error, effect.label));
  } finally {
    clearInterval(beat);
  }
}

function timedOut({ label, timeoutMs }: Effect): Failure {
  const detail = `${label}: No complete answer within ${timeoutMs} ms.`;
  return failure('timeout', detail, { retryable: true, code: 'timeout' });
}

/** A failed call as Temporal carries it. The reducer decides about attempts, so Temporal itself never retries it. */
export function toApplicationFailure(failed: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    message: storableText(failed.detail ?? failed.title),
    type: storableText(failed.type),
    nonRetryable: true,
    details: [failed],
  });
}
