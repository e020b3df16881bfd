import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import { copyObject, isObject, readKey, typeName, writeKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { equal } from './compare.ts';
import { codePointLength, sliceText } from './strings.ts';
import { describeValue } from './text.ts';

/** Reads `container[key]` for every kind of key: name, index, slice, or an array to search for. */
export function readMember(meter: Meter, container: Json, key: Json): Json {
  if (typeof key === 'string') {
    if (isObject(container)) return readKey(container, key);
    if (container === null) return null;
  } else if (typeof key === 'number') {
    if (Array.isArray(container)) return readIndex(container, key);
    if (container === null) return null;
  } else if (isObject(key)) {
    if (container === null) return null;
    if (Array.isArray(container) || typeof container === 'string') return readSlice(meter, container, key);
  } else if (Array.isArray(key) && Array.isArray(container)) {
    return findAll(meter, container, key);
  }
  throw cannotIndex(container, key);
}

function cannotIndex(container: Json, key: Json): JqError {
  return new JqError(`Cannot index ${typeName(container)} with ${describeValue(key)}`);
}

function readIndex(array: readonly Json[], index: number): Json {
  const whole = Math.floor(index);
  return array[whole < 0 ? whole + array.length : whole] ?? null;
}

/** Every index at which `part` begins in `array`. */
export function findAll(meter: Meter, array: readonly Json[], part: readonly Json[]): Json {
  if (part.length === 0) return [];
  const found: number[] = [];
  meter.chargeMembers(array.length);
  for (let start = 0; start + part.length <= array.length; start += 1) {
    let same = 0;
    while (same < part.length && equal(meter, part[same] ?? null, array[start + same] ?? null)) same += 1;
    meter.chargeMembers(same);
    if (same === part.length) found.push(start);
  }
  return found;
}

function readSlice(meter: Meter, container: string | readonly Json[], key: JsonObject): Json {
  if (typeof container === 'string') {
    meter.chargeText(container.length);
    const [from, to] = sliceBounds(codePointLength(container), key);
    return sliceText(container, from, to);
  }
  const [from, to] = sliceBounds(container.length, key);
  meter.chargeMembers(to - from);
  return container.slice(from, to);
}

/** Turns `{start, end}` into bounds within a container of `length`. */
export function sliceBounds(length: number, key: JsonObject): readonly [number, number] {
  if (!Object.hasOwn(key, 'start') || !Object.hasOwn(key, 'end')) throw badSlice();
  const from = bound(readKey(key, 'start'), { length, absent: 0, round: Math.floor });
  const to = bound(readKey(key, 'end'), { length, absent: length, round: Math.ceil });
  return [from, Math.max(from, to)];
}

interface BoundParams {
  readonly length: number;
  readonly absent: number;
  readonly round: (value: number) => number;
}

function bound(value: Json, { length, absent, round }: BoundParams): number {
  if (value === null) return absent;
  if (typeof value !== 'number') throw badSlice();
  if (Number.isNaN(value)) return absent;
  const rounded = round(value < 0 ? value + length : value);
  return Math.min(Math.max(rounded, 0), length);
}

function badSlice(): JqError {
  return new JqError('Array/string slice indices must be integers');
}

/** Steps for one key written: objects grow by hashing, and more slowly the larger they are. */
const stepsPerKey = 8;

/** The longest array an assignment may create by its index alone. */
const longestArray = 536_870_911;

/** Gives the container with `container[key]` set; the original stays as it is unless `inPlace` says it may change. */
export interface WriteParams {
  readonly container: Json;
  readonly key: Json;
  readonly value: Json;
  readonly inPlace: boolean;
}

/** Writes one member. Throws `JqError` when key and container do not fit. */
export function writeMember(meter: Meter, { container, key, value, inPlace }: WriteParams): Json {
  if (typeof key === 'string' && (container === null || isObject(container))) {
    const target = container === null ? {} : inPlace ? container : copyObject(container);
    if (!inPlace && container !== null) meter.chargeMembers(Object.keys(container).length);
    meter.charge(stepsPerKey);
    writeKey(target, key, value);
    return target;
  }
  if (typeof key === 'number' && (container === null || Array.isArray(container))) {
    return writeIndex(meter, { array: container, index: key, value, inPlace });
  }
  if (isObject(key) && (container === null || Array.isArray(container))) {
    return writeSlice(meter, { array: container ?? [], key, value });
  }
  throw cannotWrite(container, key);
}

function cannotWrite(container: Json, key: Json): JqError {
  if (isObject(key) && typeof container === 'string') return new JqError('Cannot update string slices');
  if (Array.isArray(key) && Array.isArray(container))
    return new JqError('Cannot update field at array index of array');
  return cannotIndex(container, key);
}

interface WriteIndexParams {
  readonly array: Json[] | null;
  readonly index: number;
  readonly value: Json;
  readonly inPlace: boolean;
}

function writeIndex(meter: Meter, { array, index, value, inPlace }: WriteIndexParams): Json {
  if (Number.isNaN(index)) throw new JqError('Cannot set array element at NaN index');
  const length = array?.length ?? 0;
  const whole = Math.trunc(index);
  const place = whole < 0 ? whole + length : whole;
  if (place < 0) throw new JqError('Out of bounds negative array index');
  if (place > longestArray) throw new JqError('Array index too large');
  meter.chargeMembers(Math.max(inPlace ? 0 : length, place - length));
  const target = array === null ? [] : inPlace ? array : array.slice();
  while (target.length < place) target.push(null);
  target[place] = value;
  return target;
}

interface WriteSliceParams {
  readonly array: readonly Json[];
  readonly key: JsonObject;
  readonly value: Json;
}

function writeSlice(meter: Meter, { array, key, value }: WriteSliceParams): Json {
  if (!Array.isArray(value)) throw new JqError('A slice of an array can only be assigned another array');
  const [from, to] = sliceBounds(array.length, key);
  meter.chargeMembers(array.length + value.length);
  return [...array.slice(0, from), ...value, ...array.slice(to)];
}

/** Tells whether a container has a member. Throws `JqError` when key and container do not fit. */
export function hasMember(container: Json, key: Json): boolean {
  if (isObject(container) && typeof key === 'string') return Object.hasOwn(container, key);
  if (Array.isArray(container) && typeof key === 'number')
    return key >= 0 && Math.floor(key) < container.length;
  if (container === null) return false;
  throw new JqError(`Cannot check whether ${typeName(container)} has a ${typeName(key)} key`);
}

/** The members of an array or object. Throws `JqError` for anything else. */
export function membersOf(container: Json): readonly Json[] {
  if (Array.isArray(container)) return container;
  if (isObject(container)) return Object.keys(container).map((key) => readKey(container, key));
  throw new JqError(`Cannot iterate over ${describeValue(container)}`);
}
