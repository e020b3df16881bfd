import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { TaskList } from './definition.ts';
import type { AgentReference, WorkflowReference } from './references.ts';
import type { Report } from './report.ts';
import type { Reuse } from './reuse.ts';
import { nearest, suggest } from './suggestion.ts';

/** A value of the document and where it stands. */
export interface Place {
  readonly value: Json;
  /** JSON Pointer into the document. */
  readonly pointer: string;
}

/** An object of the document and where it stands. */
export interface ObjectPlace extends Place {
  readonly value: JsonObject;
}

/** What every reader of a part of the document is given. */
export interface Reading {
  readonly report: Report;
  /** Variables of the loops and catches around this place, without `$`. */
  readonly names: readonly string[];
  /** Tasks that a `then` of this scope may name; `undefined` in a fork, whose branches cannot jump. */
  readonly targets: readonly string[] | undefined;
  readonly reuse: Reuse;
  readonly agents: AgentReference[];
  readonly workflows: WorkflowReference[];
  /** Reads a list of tasks one scope further in. */
  readonly readTasks: (place: Place, reading: Reading, order: 'sequence' | 'branches') => TaskList;
}

/** The members of an object that was read with a {@link Shape}. */
export type Members = ReadonlyMap<string, Place>;

/** Which keys an object may have. */
export interface Shape {
  /** What the object is, as a sentence begins: `A switch case`. */
  readonly what: string;
  readonly keys: readonly string[];
  readonly required?: readonly string[];
  /** Keys that are the language's but not this version's, each with the sentence that refuses it. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** The place of an object's member or a list's item. */
export function inside(place: Place, key: string | number, value: Json): Place {
  const token = String(key).replaceAll('~', '~0').replaceAll('/', '~1');
  return { value, pointer: `${place.pointer}/${token}` };
}

/** The last word of a place's pointer, in quotes; for messages. */
export function label(place: Place): string {
  const token = place.pointer.slice(place.pointer.lastIndexOf('/') + 1);
  return `"${token.replaceAll('~1', '/').replaceAll('~0', '~')}"`;
}

/** A sentence that names what this version lacks and what it has instead. */
export function notAvailable(what: string, instead = ''): string {
  return `${what} is not available in this version of Baton${instead === '' ? '.' : `; ${instead}`}`;
}

/** Reads an object: unknown, refused and missing keys are problems. `undefined` when it is not an object. */
export function readMembers(reading: Reading, place: Place, shape: Shape): Members | undefined {
  const { value, pointer } = place;
  if (isObject(value)) return readObject(reading, { value, pointer }, shape);
  const keys = shape.keys.length === 0 ? '' : ` (${shape.keys.join(', ')})`;
  reading.report.error(pointer, `${shape.what} must be an object${keys}, not ${nameOf(value)}.`);
  return undefined;
}

/** Reads what is known to be an object, as {@link readMembers} does. */
export function readObject(reading: Reading, place: ObjectPlace, shape: Shape): Members {
  const members = new Map<string, Place>();
  for (const [key, value] of Object.entries(place.value)) {
    const member = inside(place, key, value);
    const refusal =
      shape.refused !== undefined && Object.hasOwn(shape.refused, key) ? shape.refused[key] : undefined;
    if (shape.keys.includes(key)) members.set(key, member);
    else reading.report.error(member.pointer, refusal ?? unknownKey(key, shape));
  }
  const missing = (shape.required ?? []).filter((key) => !members.has(key));
  for (const key of missing) {
    // A mistyped key is already a problem of its own.
    if (Object.keys(place.value).some((given) => !members.has(given) && nearest(given, [key]) !== undefined))
      continue;
    reading.report.error(place.pointer, `${shape.what} needs "${key}": add it.`);
  }
  return members;
}

function unknownKey(key: string, shape: Shape): string {
  const where = shape.what.charAt(0).toLowerCase() + shape.what.slice(1);
  return `Unknown key "${key}" in ${where}; ${suggest(key, shape.keys)}`;
}

/** Reads an object whose keys are free names: the places of its members. */
export function readMap(reading: Reading, place: Place, what: string): readonly Place[] {
  if (isObject(place.value)) {
    return Object.entries(place.value).map(([key, value]) => inside(place, key, value));
  }
  reading.report.error(
    place.pointer,
    `${what} must be an object of names and values, not ${nameOf(place.value)}.`,
  );
  return [];
}

/** Reads a list of at least one and at most `most` items. */
export function readList(reading: Reading, place: Place, most = Infinity): readonly Place[] {
  if (!isArray(place.value)) {
    reading.report.error(place.pointer, `${label(place)} must be a list, not ${nameOf(place.value)}.`);
    return [];
  }
  const items = place.value.map((value: Json, i) => inside(place, i, value));
  if (items.length === 0)
    reading.report.error(place.pointer, `${label(place)} is empty: add at least one item.`);
  if (items.length <= most) return items;
  reading.report.error(
    place.pointer,
    `${label(place)} has ${items.length} items; at most ${most} are allowed.`,
  );
  return [];
}

/** Reads a text. */
export function readText(reading: Reading, place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  if (typeof place.value === 'string') return place.value;
  const fix = isObject(place.value) || isArray(place.value) ? 'write a text' : 'put it in quotes';
  reading.report.error(place.pointer, `${label(place)} must be text, not ${nameOf(place.value)}: ${fix}.`);
  return undefined;
}

/** Reads a text that is the same in every run: an expression is a problem. */
export function readFixedText(reading: Reading, place: Place | undefined): string | undefined {
  const text = readText(reading, place);
  if (place === undefined || text === undefined) return undefined;
  if (text.trim() === '') reading.report.error(place.pointer, `${label(place)} is empty: write a text.`);
  else if (text.includes('${')) {
    reading.report.error(
      place.pointer,
      `${label(place)} is read before any run starts: write a plain text, no expression.`,
    );
  } else return text;
  return undefined;
}

/** Reads `true` or `false`. */
export function readBoolean(reading: Reading, place: Place | undefined): boolean | undefined {
  if (place === undefined) return undefined;
  if (typeof place.value === 'boolean') return place.value;
  reading.report.error(place.pointer, `${label(place)} must be true or false, not ${nameOf(place.value)}.`);
  return undefined;
}

/** Reads a whole number within bounds. */
export function readInteger(
  reading: Reading,
  place: Place | undefined,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  if (place === undefined) return undefined;
  const { value } = place;
  if (typeof value === 'number' && Number.isInteger(value) && value >= bounds.min && value <= bounds.max)
    return value;
  const range = `a whole number from ${bounds.min} to ${bounds.max}`;
  reading.report.error(place.pointer, `${label(place)} must be ${range}, not ${nameOf(value)}.`);
  return undefined;
}

/** The words a text may be, and those that a later version brings. */
export interface Words<W extends string> {
  readonly known: readonly W[];
  readonly refused?: readonly string[];
}

/** Reads one of a few words. */
export function readWord<W extends string>(
  reading: Reading,
  place: Place | undefined,
  words: Words<W>,
): W | undefined {
  if (place === undefined) return undefined;
  const known = words.known.find((word) => word === place.value);
  if (known !== undefined) return known;
  const all = words.known.join(', ');
  if (typeof place.value !== 'string') {
    reading.report.error(place.pointer, `${label(place)} must be one of ${all}, not ${nameOf(place.value)}.`);
  } else if (words.refused?.includes(place.value) === true) {
    const what = `${label(place).slice(1, -1)}: ${place.value}`;
    reading.report.error(place.pointer, notAvailable(what, `available: ${all}.`));
  } else {
    const fix = suggest(place.value, words.known);
    reading.report.error(place.pointer, `${label(place)} cannot be "${place.value}"; ${fix}`);
  }
  return undefined;
}

/** True for an object without members. */
export function isEmptyObject(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

/** Whether a value nests in more objects and lists than so many levels. */
export function isDeeper(value: Json, levels: number): boolean {
  if (!isArray(value) && !isObject(value)) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/** What a value is, for messages. */
export function nameOf(value: Json): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  return typeof value === 'string' ? 'text' : JSON.stringify(value);
}
