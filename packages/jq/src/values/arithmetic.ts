import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import { copyObject, isObject, readKey, writeKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import type { MathOperator } from '../syntax/ast.ts';
import { equal } from './compare.ts';
import { splitText } from './strings.ts';
import { describeValue, maxValueDepth } from './text.ts';

/** One of the five arithmetic operators, on any two values. Throws `JqError` when they do not fit. */
export type Arithmetic = (meter: Meter, left: Json, right: Json) => Json;

const add: Arithmetic = (meter, left, right) => {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (left === null) return right;
  if (right === null) return left;
  if (typeof left === 'string' && typeof right === 'string') {
    meter.chargeJoin(left.length, right.length);
    return left + right;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    meter.chargeMembers(left.length + right.length);
    return left.concat(right);
  }
  if (isObject(left) && isObject(right)) {
    const sum = copyObject(left);
    const keys = Object.keys(right);
    meter.chargeMembers(Object.keys(sum).length + keys.length);
    for (const key of keys) writeKey(sum, key, readKey(right, key));
    return sum;
  }
  throw mismatch(left, right, 'added');
};

const subtract: Arithmetic = (meter, left, right) => {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (Array.isArray(left) && Array.isArray(right)) {
    meter.chargeMembers(left.length * right.length);
    return left.filter((item) => !right.some((removed) => equal(meter, item, removed)));
  }
  throw mismatch(left, right, 'subtracted');
};

const multiply: Arithmetic = (meter, left, right) => {
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  if (typeof left === 'string' && typeof right === 'number') return repeatText(meter, left, right);
  if (typeof left === 'number' && typeof right === 'string') return repeatText(meter, right, left);
  if (isObject(left) && isObject(right)) return mergeDeep(meter, left, right);
  throw mismatch(left, right, 'multiplied');
};

const divide: Arithmetic = (meter, left, right) => {
  if (typeof left === 'number' && typeof right === 'number') {
    if (right === 0) throw mismatch(left, right, 'divided because the divisor is zero');
    return left / right;
  }
  if (typeof left === 'string' && typeof right === 'string') {
    meter.chargeText(left.length);
    return splitText(left, right);
  }
  throw mismatch(left, right, 'divided');
};

const remainder: Arithmetic = (_meter, left, right) => {
  if (typeof left !== 'number' || typeof right !== 'number')
    throw mismatch(left, right, 'divided (remainder)');
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
  const divisor = Math.abs(Math.trunc(right));
  if (divisor === 0) throw mismatch(left, right, 'divided (remainder) because the divisor is zero');
  const dividend = Math.trunc(left);
  if (Math.abs(dividend) <= Number.MAX_SAFE_INTEGER && divisor <= Number.MAX_SAFE_INTEGER)
    return dividend % divisor || 0;
  return Number(toInt64(dividend) % toInt64(divisor));
};

/** The operators by their signs. */
export const arithmetic: Readonly<Record<MathOperator, Arithmetic>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
};

function toInt64(value: number): bigint {
  const most = 2n ** 63n - 1n;
  if (value >= 2 ** 63) return most;
  return value <= -(2 ** 63) ? -most - 1n : BigInt(value);
}

function mismatch(left: Json, right: Json, verb: string): JqError {
  return new JqError(`${describeValue(left)} and ${describeValue(right)} cannot be ${verb}`);
}

/** The longest string jq itself would build; a longer one is an ordinary error, as in jq. */
const longestRepeat = 2 ** 31 - 1;

function repeatText(meter: Meter, text: string, times: number): Json {
  if (Number.isNaN(times) || times < 0) return null;
  const count = times < 1 ? Math.trunc(times) : Math.floor(times);
  if (text.length === 0 || count === 0) return '';
  if (text.length * count >= longestRepeat) throw new JqError('Repeat string result too long');
  meter.chargeText(text.length * count);
  return text.repeat(count);
}

/** Merges objects at every level, without recursion; elsewhere the right side wins. */
function mergeDeep(meter: Meter, left: JsonObject, right: JsonObject): JsonObject {
  const root = copyObject(left);
  const open = [{ target: root, source: right, depth: 1 }];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const { target, source, depth } = pair;
    if (depth > maxValueDepth + 1) throw new JqError('Object merge too deep');
    const keys = Object.keys(source);
    meter.chargeMembers(Object.keys(target).length + keys.length);
    for (const key of keys) {
      const before = readKey(target, key);
      const after = readKey(source, key);
      if (isObject(before) && isObject(after)) {
        const merged = copyObject(before);
        writeKey(target, key, merged);
        open.push({ target: merged, source: after, depth: depth + 1 });
      } else writeKey(target, key, after);
    }
  }
  return root;
}
