import type { JsonObject, Snapshot } from '@baton/core';

/** A snapshot as the database gives it back: it was written by `snapshotToJson`. */
export function snapshotFromJson(json: JsonObject): Snapshot {
  return json as unknown as Snapshot;
}

/** A snapshot as plain JSON. */
export function snapshotToJson(snapshot: Snapshot): JsonObject {
  return { ...snapshot } as unknown as JsonObject;
}
