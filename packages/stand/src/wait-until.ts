import { setTimeout as delay } from 'node:timers/promises';

/** What {@link waitUntil} needs. */
export interface WaitUntilParams {
  /** What is waited for, as the end of "… in time: "; told when the time is over. */
  readonly what: string;
  /** Answers `null` when it is so, else a clause that says what is missing. A rejection counts as missing. */
  readonly look: () => Promise<string | null>;
  /** In milliseconds; default 60000. */
  readonly timeoutMs?: number;
  /** Between two looks, in milliseconds; default 50. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Looks again and again until a condition holds. Throws a sentence with the last reason when the time is over, and at once when `signal` aborts. */
export async function waitUntil(params: WaitUntilParams): Promise<void> {
  const deadline = performance.now() + (params.timeoutMs ?? 60_000);
  for (;;) {
    params.signal?.throwIfAborted();
    let missing: string | null;
    try {
      missing = await params.look();
    } catch (error) {
      // A refused connection is the usual "not yet"; the deadline below tells if it stays so.
      missing = error instanceof Error ? error.message : String(error);
    }
    if (missing === null) return;
    if (performance.now() > deadline) throw new Error(`${params.what} did not come in time: ${missing}.`);
    await delay(params.everyMs ?? 50);
  }
}
