import type { Json } from '@baton/core';

/** A text that is known to be JSON, read. */
export function fromJson(text: string): Json {
  return JSON.parse(text) as Json;
}

/** What a value is once it has been written as JSON. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
