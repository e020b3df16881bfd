import type { Failure } from '@baton/core';
import {
  ApplicationFailure,
  CancelledFailure,
  heartbeat,
  activityInfo,
  cancellationSignal,
} from '@temporalio/activity';

/** How often a running call tells Temporal that it lives, in milliseconds; also how soon it hears of a cancel. */
const HEARTBEAT_MS = 5_000;

/** What surrounds one effect. */
export interface EffectContext {
  readonly runId: string;
  readonly workspaceId: string;
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
}

/**
 * Runs an effect with heartbeats, cancel and a deadline of our own: a call that reaches it is a time-out that we report,
 * so that Temporal's own time-out only ever means a lost worker. `translate` turns what was thrown into a Failure.
 */
export async function runEffect<T>(
  effect: { readonly timeoutMs: number; readonly translate: (error: unknown) => Failure },
  work: (context: EffectContext) => Promise<T>,
): Promise<T> {
  const { workflowExecution } = activityInfo();
  const [workspaceId = '', runId = ''] = (workflowExecution?.workflowId ?? '').split('.');
  const canceled = cancellationSignal();
  const deadline = AbortSignal.timeout(effect.timeoutMs);
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
    throw toApplicationFailure(effect.translate(error));
  } finally {
    clearInterval(beat);
  }
}

/** A failed call as Temporal carries it. The reducer decides about attempts, so Temporal itself never retries it. */
export function toApplicationFailure(failed: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    message: failed.detail ?? failed.title,
    type: failed.type,
    nonRetryable: true,
    details: [failed],
  });
}
