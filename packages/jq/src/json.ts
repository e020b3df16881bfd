/** Any JSON value. Numbers are IEEE doubles; inside an evaluation they may also be NaN or infinite. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON value nobody may change; every `Json` is one. */
export type ReadonlyJson =
  null | boolean | number | string | readonly ReadonlyJson[] | { readonly [key: string]: ReadonlyJson };

/** A JSON object: only its own enumerable keys count, whatever they are called. */
export type JsonObject = { [key: string]: Json };

/** The names jq gives to the types of values. */
export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** Tells an object from everything else. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The jq name of a value's type. */
export function typeName(value: Json): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    default:
      return 'object';
  }
}

/** Everything but `null` and `false` counts as true. */
export function isTruthy(value: Json): boolean {
  return value !== null && value !== false;
}

/** Reads an own key, `null` when absent: inherited names such as `constructor` are never seen. */
export function readKey(object: JsonObject, key: string): Json {
  return Object.hasOwn(object, key) ? (object[key] ?? null) : null;
}

/** Writes an own key. `__proto__` becomes an ordinary key, never the prototype. */
export function writeKey(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** A shallow copy that keeps `__proto__` an ordinary key. */
export function copyObject(object: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const key of Object.keys(object)) writeKey(copy, key, readKey(object, key));
  return copy;
}

/** Compares strings by code points, as jq does (JavaScript's own order is by UTF-16 units). */
export function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return surrogateLast(a) - surrogateLast(b);
  }
  return left.length - right.length;
}

/** Moves surrogates above the rest of the basic plane, which turns UTF-16 order into code point order. */
function surrogateLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** An object's own keys in code point order. */
export function sortedKeys(object: JsonObject): string[] {
  return Object.keys(object).sort(compareStrings);
}
