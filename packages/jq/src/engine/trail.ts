import type { Json } from '../json.ts';

/** Where a value was found: a key, and where its container was found. */
export interface Trail {
  readonly up: Trail | null;
  readonly key: Json;
}

/** The trail of the value at which a path begins. */
export const start: Trail = Object.freeze({ up: null, key: null });

/** The trail of a value that was made, not found. */
export const lost: Trail = Object.freeze({ up: null, key: null });

/** The keys from the start to a trail's end. */
export function toKeys(trail: Trail): Json[] {
  const keys: Json[] = [];
  for (let at: Trail | null = trail; at !== null && at !== start; at = at.up) keys.push(at.key);
  return keys.reverse();
}
