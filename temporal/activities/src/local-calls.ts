/** The local calls under way in one process, so that those nobody waits for any more can be given up. */
export interface LocalCalls {
  /** Notes a call by the key of its delivery; the function that comes back forgets it. */
  note(key: string, giveUp: () => void): () => void;
  /** Gives the call with this key up, when there is one. */
  abandon(key: string): void;
}

/** Creates an empty registry. */
export function createLocalCalls(): LocalCalls {
  const calls = new Map<string, () => void>();
  return {
    note(key, giveUp) {
      calls.set(key, giveUp);
      return () => {
        if (calls.get(key) === giveUp) calls.delete(key);
      };
    },
    abandon: (key) => calls.get(key)?.(),
  };
}
