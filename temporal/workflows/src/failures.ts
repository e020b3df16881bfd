import { failure, readFailure, storableText, type Failure, type Problem } from '@baton/core';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';

/** The one translator of what Temporal throws into a workflow: a failed call as data. */
export function toFailure(error: unknown): Failure {
  const cause =
    error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return ofApplication(cause);
  if (cause instanceof TimeoutFailure) {
    const detail = 'The call was delivered to a worker and never answered within its time-out.';
    return failure('timeout', detail, { retryable: true, code: 'lost_delivery' });
  }
  if (cause instanceof CancelledFailure)
    return failure('runtime', 'The call was canceled.', { code: 'canceled' });
  if (cause instanceof TerminatedFailure)
    return failure('runtime', 'The child run was terminated.', { code: 'terminated' });
  return failure('runtime', messageOf(cause), { retryable: true });
}

function ofApplication(cause: ApplicationFailure): Failure {
  const detail: unknown = cause.details?.[0];
  return (
    readFailure(detail) ?? failure('runtime', cause.message, { retryable: !(cause.nonRetryable ?? false) })
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error && cause.message !== ''
    ? cause.message
    : 'The call failed without a message.';
}

/** How a faulted run fails in Temporal: type and message as a reader of Temporal UI wants them, the problem as detail. */
export function toApplicationFailure(error: Problem): ApplicationFailure {
  const message = error.detail ?? error.title ?? error.type;
  const where = error.instance === undefined || error.instance === '' ? '' : ` (at ${error.instance})`;
  // A half of a surrogate pair in these two would not leave the worker: it could not go on, nor could the next one.
  return ApplicationFailure.create({
    message: storableText(`${message}${where}`),
    type: storableText(error.type),
    nonRetryable: true,
    details: [error],
  });
}
