import { EgressError } from './errors.ts';

/** One signal for the two ways a call is given up: its time is over, or its caller wants no answer any more. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Must be called when the exchange is over; lets go of the timer and of the caller's signal. */
  readonly release: () => void;
}

/** Starts the clock. The signal's reason is an {@link EgressError}: `timeout` or `aborted`. */
export function startDeadline(timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const onAbort = (): void => {
    controller.abort(new EgressError('aborted', 'The call was aborted by its caller.', signal?.reason));
  };
  const timer = setTimeout(
    () => controller.abort(new EgressError('timeout', `No complete answer within ${timeoutMs} ms.`)),
    Math.min(timeoutMs, 2 ** 31 - 1),
  );
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
