import type { Json } from '@baton/core';

/** What a value is once it has been written as JSON. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
