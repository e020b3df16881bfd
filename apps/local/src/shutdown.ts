import type { SupervisedProcess } from '@baton/stand';

/** A terminal hands one Ctrl-C to every process of the group, and npm hands it on again: that is one wish, not two. */
const ONE_WISH_MS = 1_000;

/** Knows what runs, and ends it in reverse. */
export interface Shutdown {
  /** Aborts at the first signal, at the death of the parent, and at {@link Shutdown.stop}. */
  readonly signal: AbortSignal;
  /** From now on this process is ended with the others. */
  add(part: SupervisedProcess): void;
  /** Ends everything, the newest first; may be repeated. */
  stop(): Promise<void>;
}

/**
 * Listens to SIGINT, SIGTERM and SIGHUP: the first asks everything to stop, a second one, at least a second later, kills
 * it. Also asks everything to stop when the process that started this one is gone.
 */
export function createShutdown(onSecond: () => void): Shutdown {
  const controller = new AbortController();
  const parts: SupervisedProcess[] = [];
  let firstAt: number | null = null;
  const wish = (): void => {
    firstAt ??= performance.now();
    controller.abort(new Error('Stopped.'));
    if (performance.now() - firstAt < ONE_WISH_MS) return;
    for (const part of parts) part.kill();
    onSecond();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, wish);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) controller.abort(new Error('The process that started Baton is gone.'));
  }, 1_000);
  watch.unref();
  const stop = async (): Promise<void> => {
    controller.abort(new Error('Stopped.'));
    for (const part of parts.toReversed()) await part.stop();
  };
  return { signal: controller.signal, add: (part) => void parts.push(part), stop };
}
