import { JqLimitError } from './errors.ts';
import { isObject, readKey, writeKey } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import type { Limits } from './limits.ts';
import { utf8Length } from './values/text.ts';

/** The deepest nesting of a result, whatever the limits allow inside: others will walk it with recursion. */
const deepestResult = 2_000;

/**
 * Turns values of an evaluation into results: counts them against `outputs` and `outputBytes`, checks their depth,
 * and replaces numbers JSON cannot write (NaN becomes null, infinity the largest double).
 */
export function createPress(limits: Limits): (value: Json) => Json {
  let outputs = 0;
  let bytes = 0;
  const deepest = Math.min(limits.depth, deepestResult);
  const grow = (size: number): void => {
    bytes += size;
    if (bytes > limits.outputBytes) throw new JqLimitError('outputBytes', limits.outputBytes);
  };
  return (value) => {
    outputs += 1;
    if (outputs > limits.outputs) throw new JqLimitError('outputs', limits.outputs);
    if (typeof value !== 'object' && typeof value !== 'number') {
      grow(sizeOf(value));
      return value;
    }
    const odd = measure(value, { grow, deepest, limit: limits.depth });
    return odd ? replaceOdd(value) : value;
  };
}

interface MeasureParams {
  readonly grow: (size: number) => void;
  readonly deepest: number;
  readonly limit: number;
}

/** Walks a value level by level; tells whether it holds a number that JSON cannot write. */
function measure(root: Json, { grow, deepest, limit }: MeasureParams): boolean {
  let odd = false;
  let level: Json[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) throw new JqLimitError('depth', limit);
    const below: Json[] = [];
    for (const value of level) {
      if (typeof value === 'number') odd ||= !Number.isFinite(value);
      grow(sizeOf(value));
      if (Array.isArray(value)) for (const item of value) below.push(item);
      else if (isObject(value)) {
        for (const key of Object.keys(value)) {
          grow(utf8Length(key) + 4);
          below.push(readKey(value, key));
        }
      }
    }
    level = below;
  }
  return odd;
}

/** The bytes a value takes without its members; strings are counted without their escapes. */
function sizeOf(value: Json): number {
  if (typeof value === 'string') return utf8Length(value) + 3;
  if (typeof value === 'object') return 3;
  return String(value).length + 1;
}

/** The walk before this has made sure that the recursion is shallow. */
function replaceOdd(value: Json): Json {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return null;
    return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
  }
  if (Array.isArray(value)) return value.map(replaceOdd);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) writeKey(copy, key, replaceOdd(readKey(value, key)));
  return copy;
}
