import { EgressError } from './errors.ts';

/** One signal for the two ways a call is given up: its time is over, or its caller wants no answer any more. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Must be called when the exchange is over; lets go of the timer and of the caller's signal. */
  readonly release: () => void;
}

/** The longest delay a Node timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Starts the clock. The signal's reason is an {@link EgressError}: `timeout` or `aborted`. */
export function startDeadline(timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const onAbort = (): void => {
    controller.abort(new EgressError('aborted', 'The call was aborted by its caller.', signal?.reason));
  };
  const onTimeout = (): void => {
    signal?.removeEventListener('abort', onAbort);
    controller.abort(new EgressError('timeout', `No complete answer within ${timeoutMs} ms.`));
  };
  const timer = setTimeout(onTimeout, Math.min(timeoutMs, MAX_TIMER_MS));
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
