import type { Json, ReadonlyJson } from './json.ts';

/** Takes a value that must not be changed for one that could be: the engine changes only what it made itself. */
export function asJson(value: ReadonlyJson): Json {
  return value as Json;
}
