import { isArray, isObject, type Json } from './json.ts';

/**
 * Canonical JSON of RFC 8785: keys sorted by UTF-16 code units, no white space, ECMAScript numbers.
 * Two equal values give the same text, so a hash of it identifies the value.
 */
export function canonicalJson(value: Json): string {
  if (isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
