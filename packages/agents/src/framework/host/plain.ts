import { isArray, isObject, type Json } from '@baton/core';
import { hasMethod, memberOf } from './foreign-codec.ts';

/** Deepest nesting of what an agent gives. */
const MAX_DEPTH = 100;

/** Members of a message that are told; those that are empty are left out. */
const OF_MESSAGES = [
  'id',
  'name',
  'content',
  'tool_calls',
  'tool_call_id',
  'status',
  'usage_metadata',
  'additional_kwargs',
  'response_metadata',
];

/** Thrown when what an agent gives cannot be written as JSON. */
export class NotPlainError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotPlainError';
  }
}

/**
 * What an agent gives, as JSON: messages as an Agent Server writes them, dates and whatever else has a `toJSON` by it, maps as objects,
 * sets as lists, big integers as text; functions and what is undefined are left out. Throws {@link NotPlainError} for
 * what contains itself, or is nested deeper than 100 levels.
 */
export function toPlain(value: unknown): Json {
  return plain(value, new Set()) ?? null;
}

function plain(value: unknown, above: ReadonlySet<object>): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return undefined;
  if (above.has(value)) throw new NotPlainError('it contains itself, so that it is no JSON');
  if (above.size >= MAX_DEPTH) throw new NotPlainError(`it is nested deeper than ${MAX_DEPTH} levels`);
  return plainObject(value, new Set([...above, value]));
}

function plainObject(value: object, above: ReadonlySet<object>): Json | undefined {
  if (isMessage(value)) return plainMessage(value, above);
  if (hasMethod(value, 'toJSON') && !ArrayBuffer.isView(value)) return plain(callToJson(value), above);
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item, above) ?? null);
  if (value instanceof Set) return [...value].map((item: unknown) => plain(item, above) ?? null);
  const entries: readonly (readonly [string, unknown])[] =
    value instanceof Map
      ? [...value].map(([key, member]: [unknown, unknown]) => [String(key), member] as const)
      : Object.entries(value);
  const members = entries.flatMap(([key, member]) => {
    const told = plain(member, above);
    return told === undefined ? [] : [[key, told] as const];
  });
  return Object.fromEntries(members);
}

function callToJson(value: object): unknown {
  const toJson = memberOf(value, 'toJSON');
  return typeof toJson === 'function' ? Reflect.apply(toJson, value, []) : undefined;
}

function isMessage(value: object): boolean {
  return typeOfMessage(value) !== undefined && 'content' in value;
}

function typeOfMessage(value: object): string | undefined {
  const read = memberOf(value, 'getType') ?? memberOf(value, '_getType');
  const type: unknown = typeof read === 'function' ? Reflect.apply(read, value, []) : undefined;
  return typeof type === 'string' ? type : undefined;
}

function plainMessage(message: object, above: ReadonlySet<object>): Json {
  const members = OF_MESSAGES.flatMap((key) => {
    const told = plain(memberOf(message, key), above);
    return told === undefined || told === null || isEmpty(told) ? [] : [[key, told] as const];
  });
  const content = plain(memberOf(message, 'content'), above) ?? '';
  return { type: typeOfMessage(message) ?? '', content, ...Object.fromEntries(members) };
}

function isEmpty(value: Json): boolean {
  return isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
