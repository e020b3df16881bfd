/** The local calls under way in one process, so that those nobody waits for any more can be given up. */
export interface LocalCalls {
  /** Notes a call by the key of its delivery; the function that comes back forgets it. */
  note(key: string, giveUp: () => void): () => void;
  /** Gives the call with this key up; with `isToBegin` also one that has not begun, as soon as it does. */
  abandon(key: string, isToBegin: boolean): void;
}

/** How long a call that was given up may take to begin, in milliseconds. */
const BEGINS_WITHIN_MS = 10_000;

/** Creates an empty registry. */
export function createLocalCalls(): LocalCalls {
  const calls = new Map<string, () => void>();
  const expected = new Set<string>();
  return {
    note(key, giveUp) {
      calls.set(key, giveUp);
      if (expected.delete(key)) giveUp();
      return () => {
        if (calls.get(key) === giveUp) calls.delete(key);
      };
    },
    abandon(key, isToBegin) {
      const giveUp = calls.get(key);
      if (giveUp !== undefined) return giveUp();
      if (!isToBegin) return;
      expected.add(key);
      setTimeout(() => expected.delete(key), BEGINS_WITHIN_MS).unref();
    },
  };
}
