import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import { copyObject, isObject, typeName } from '../json.ts';
import type { Json } from '../json.ts';
import { readMember, sliceBounds, writeMember } from './access.ts';
import { compare } from './compare.ts';
import { describeValue, maxValueDepth, toText } from './text.ts';

/** A path of keys, indexes and slices. Throws `JqError` when `value` is none, or is too long. */
export function toPath(value: Json, what = 'Path'): readonly Json[] {
  if (!Array.isArray(value)) throw new JqError(`${what} must be specified as an array`);
  if (value.length > maxValueDepth) throw new JqError('Path too deep');
  return value;
}

/** Reads what lies at a path; everything in `null` is `null`. */
export function readPath(meter: Meter, root: Json, path: readonly Json[]): Json {
  let value = root;
  for (const key of path) value = readMember(meter, value, key);
  return value;
}

/** Containers that were made by the running update and that nothing else refers to. */
export type Owned = Set<Json>;

export interface WritePathParams {
  readonly root: Json;
  readonly path: readonly Json[];
  readonly value: Json;
  /** Containers in it are changed in place; those made on the way are added to it. */
  readonly owned: Owned | null;
}

/** Gives `root` with `value` at `path`, making containers where there were none. */
export function writePath(meter: Meter, { root, path, value, owned }: WritePathParams): Json {
  meter.charge(path.length / 8);
  const containers: Json[] = [];
  let at = root;
  for (const key of path) {
    containers.push(at);
    at = readMember(meter, at, key);
  }
  let result = value;
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const container = containers[index] ?? null;
    const inPlace = owned !== null && owned.has(container);
    result = writeMember(meter, { container, key: path[index] ?? null, value: result, inPlace });
    owned?.add(result);
  }
  return result;
}

/** Gives `root` without what lies at the paths, all of them read before anything is removed. */
export function deletePaths(meter: Meter, root: Json, paths: readonly (readonly Json[])[]): Json {
  if (paths.some((path) => path.length === 0)) return null;
  const groups = new Map<string, { readonly parent: readonly Json[]; readonly keys: Json[] }>();
  for (const path of paths) {
    const parent = path.slice(0, -1);
    const id = toText(meter, [...parent]);
    meter.charge(1);
    const group = groups.get(id) ?? { parent, keys: [] };
    group.keys.push(path.at(-1) ?? null);
    groups.set(id, group);
  }
  // Deeper members first, and later ones before earlier ones, so that no removal moves what another path means.
  const ordered = [...groups.values()].sort(
    (a, b) => b.parent.length - a.parent.length || compare(meter, [...b.parent], [...a.parent]),
  );
  let result = root;
  const owned: Owned = new Set();
  for (const { parent, keys } of ordered) {
    const container = readPath(meter, result, parent);
    if (container === null) continue;
    const value = removeMembers(meter, container, keys);
    if (value !== container) result = writePath(meter, { root: result, path: parent, value, owned });
  }
  return result;
}

function removeMembers(meter: Meter, container: Json, keys: readonly Json[]): Json {
  if (isObject(container)) {
    const copy = copyObject(container);
    meter.chargeMembers(Object.keys(copy).length);
    for (const key of keys) {
      if (typeof key !== 'string') throw cannotDelete(container, key);
      delete copy[key];
    }
    return copy;
  }
  if (!Array.isArray(container)) throw cannotDelete(container, keys[0] ?? null);
  meter.chargeMembers(container.length);
  const gone = new Set<number>();
  for (const key of keys) markRemoved(container, { key, gone });
  return container.filter((_, index) => !gone.has(index));
}

function markRemoved(
  array: readonly Json[],
  { key, gone }: { readonly key: Json; readonly gone: Set<number> },
): void {
  if (typeof key === 'number') {
    const index = Math.trunc(key);
    gone.add(index < 0 ? index + array.length : index);
  } else if (isObject(key)) {
    const [from, to] = sliceBounds(array.length, key);
    for (let index = from; index < to; index += 1) gone.add(index);
  } else throw cannotDelete([], key);
}

function cannotDelete(container: Json, key: Json): JqError {
  if (Array.isArray(container) && Array.isArray(key))
    return new JqError('Cannot delete array element of array');
  return new JqError(`Cannot index ${typeName(container)} with ${describeValue(key)}`);
}
