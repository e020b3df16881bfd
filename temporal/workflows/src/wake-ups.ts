/** Ids that a signal has named and nobody has looked up yet. */
export interface WakeUps {
  note(id: string): void;
  has(id: string): boolean;
  forget(id: string): void;
}

/** Ids kept at most: whoever can signal could send any number of made-up ones. */
const MOST_NOTED = 1_000;

/** Creates an empty set of noted ids; the oldest go when there are too many. */
export function createWakeUps(): WakeUps {
  const ids = new Set<string>();
  return {
    note(id) {
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > MOST_NOTED && oldest !== undefined) ids.delete(oldest);
    },
    has: (id) => ids.has(id),
    forget: (id) => void ids.delete(id),
  };
}
