import { isArray, isObject, own, type Json, type JsonObject } from '@baton/core';

/*
 * Reading what a vendor has sent: nothing of it is certain, and what is not there or of another type counts as absent.
 */

/** The value under a path of keys and indexes; undefined when there is none. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => {
    if (inner === undefined) return undefined;
    if (typeof key === 'number') return isArray(inner) ? inner.at(key) : undefined;
    return isObject(inner) ? own(inner, key) : undefined;
  }, value);
}

/** The text under a path. */
export function textAt(value: Json | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The number under a path, that is not negative; vendors send prices as text, so a text that is one counts. */
export function countAt(value: Json | undefined, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** The list under a path; an empty one when there is none. */
export function listAt(value: Json | undefined, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path);
  return found !== undefined && isArray(found) ? found : [];
}

/** The object under a path; an empty one when there is none. */
export function objectAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonObject {
  const found = at(value, ...path);
  return found !== undefined && isObject(found) ? found : {};
}
