import { isArray, isObject, type Json } from '@baton/core';

/** A thread as a saver holds it; bytes are Base64. */
export interface StoredThread {
  /** Name of a space, and its checkpoints: id, checkpoint, metadata, parent. */
  readonly spaces: readonly (readonly [
    string,
    readonly (readonly [string, string, string, string | null])[],
  ])[];
  /** Key of a checkpoint, and what was written after it: place, task, channel, value, path. */
  readonly writes: readonly (readonly [
    string,
    readonly (readonly [string, string, string, string, string | null])[],
  ])[];
}

/** Whether this is a thread that we have stored. */
export function isStoredThread(value: Json): value is Json & StoredThread {
  if (!isObject(value)) return false;
  return isGroups(value['spaces'], 4) && isGroups(value['writes'], 5);
}

/** Pairs of a name and rows of so many texts, the last of which may be null. */
function isGroups(groups: Json | undefined, width: number): boolean {
  if (!isArray(groups)) return false;
  return groups.every((group) => {
    const [name, rows] = isArray(group) ? group : [];
    return typeof name === 'string' && isArray(rows) && rows.every((row) => isRow(row, width));
  });
}

function isRow(row: Json, width: number): boolean {
  if (!isArray(row) || row.length !== width) return false;
  return row.every((cell, n) => typeof cell === 'string' || (n === width - 1 && cell === null));
}
