import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import { compareStrings, isObject, readKey, sortedKeys } from '../json.ts';
import type { Json } from '../json.ts';
import { maxValueDepth } from './text.ts';

/** null < false < true < numbers < strings < arrays < objects. */
function rank(value: Json): number {
  if (value === null) return 0;
  switch (typeof value) {
    case 'boolean':
      return value ? 2 : 1;
    case 'number':
      return 3;
    case 'string':
      return 4;
    default:
      return Array.isArray(value) ? 5 : 6;
  }
}

interface Pair {
  readonly left: Json;
  readonly right: Json;
  readonly keys: readonly string[] | null;
  readonly size: number;
  /** The answer once all members have turned out equal. */
  readonly rest: number;
  next: number;
}

/** Orders two values as `sort` does: below zero when `left` comes first. NaN is below every number, itself included. */
export function compare(meter: Meter, left: Json, right: Json): number {
  const first = compareTops(meter, left, right);
  return typeof first === 'number' ? first : compareMembers(meter, first, 'Comparison too deep');
}

/** Tells whether two values are equal; NaN equals nothing. */
export function equal(meter: Meter, left: Json, right: Json): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') {
    if (typeof left === 'string' && typeof right === 'string' && left.length === right.length) {
      meter.chargeText(left.length);
    }
    return left === right;
  }
  const first = compareTops(meter, left, right);
  return (typeof first === 'number' ? first : compareMembers(meter, first, 'Equality check too deep')) === 0;
}

/** Compares the members of two containers one by one, without recursion. */
function compareMembers(meter: Meter, first: Pair, tooDeep: string): number {
  const stack = [first];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.next >= top.size) {
      if (top.rest !== 0) return top.rest;
      stack.pop();
      continue;
    }
    meter.chargeMembers(1);
    const key = top.keys === null ? top.next : (top.keys[top.next] ?? '');
    top.next += 1;
    const result = compareTops(meter, member(top.left, key), member(top.right, key));
    if (typeof result !== 'number') {
      if (stack.length >= maxValueDepth) throw new JqError(tooDeep);
      stack.push(result);
    } else if (result !== 0) return result;
  }
  return 0;
}

function member(container: Json, key: string | number): Json {
  if (typeof key === 'number') return Array.isArray(container) ? (container[key] ?? null) : null;
  return isObject(container) ? readKey(container, key) : null;
}

/** The order of two values, or the pair of containers whose members decide it. */
function compareTops(meter: Meter, left: Json, right: Json): number | Pair {
  if (typeof left === 'number' && typeof right === 'number') {
    // Two NaNs are in order either way, which makes `nan < nan` true as in jq.
    return left < right || Number.isNaN(left) ? -1 : left === right ? 0 : 1;
  }
  if (typeof left === 'string' && typeof right === 'string') {
    meter.chargeText(Math.min(left.length, right.length));
    return compareStrings(left, right);
  }
  const ranks = rank(left) - rank(right);
  if (ranks !== 0) return ranks;
  if (Array.isArray(left) && Array.isArray(right)) {
    const size = Math.min(left.length, right.length);
    return { left, right, keys: null, size, rest: left.length - right.length, next: 0 };
  }
  if (isObject(left) && isObject(right)) {
    const keys = sortedKeys(left);
    const order = compareKeys(keys, sortedKeys(right));
    return order !== 0 ? order : { left, right, keys, size: keys.length, rest: 0, next: 0 };
  }
  return 0;
}

function compareKeys(left: readonly string[], right: readonly string[]): number {
  for (const [index, key] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareStrings(key, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
