/** So many places, of which each is taken by one at a time. */
export interface Slots {
  /** Waits for a place, first come, first served; gives what lets go of it. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
  /** How many are taken. */
  taken(): number;
  /** Settles when none is taken. */
  idle(): Promise<void>;
}

/** Creates places. */
export function createSlots(places: number): Slots {
  let taken = 0;
  const waiting: (() => void)[] = [];
  let watchers: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    // The place goes to the next one, and is never free in between.
    if (next !== undefined) {
      next();
      return;
    }
    taken -= 1;
    if (taken > 0) return;
    for (const tell of watchers) tell();
    watchers = [];
  };
  const once = (): (() => void) => {
    let isLeft = false;
    return () => {
      if (!isLeft) leave();
      isLeft = true;
    };
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (taken < places) {
        taken += 1;
        return once();
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(resolve), 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('The wait was given up.'));
      };
      waiting.push(resolve);
      signal.addEventListener('abort', giveUp);
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
      return once();
    },
    taken: () => taken,
    idle: () => new Promise((settle) => (taken === 0 ? settle() : watchers.push(settle))),
  };
}
