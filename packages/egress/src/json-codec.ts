import type { Json } from '@baton/core';
import { EgressError, messageOf } from './errors.ts';

/** Bounds of {@link parseJsonBounded}. */
export interface JsonBounds {
  /** Deepest nesting of arrays and objects. Default 64. */
  readonly maxDepth?: number;
  /** Most values (members, elements and containers) in the text. Default 1,000,000. */
  readonly maxValues?: number;
  /** What happens to a number beyond a double: default `refuse`; `keep` makes it infinite, for a caller who looks for those. */
  readonly tooLarge?: 'refuse' | 'keep';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** Only a text with such digits can hold a number beyond a double, which would become `Infinity`, and `null` when written. */
const MAYBE_TOO_LARGE = /\d[eE]\+?\d{3}|\d{309}/;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * `JSON.parse` with bounds. The text is measured before it is parsed: `JSON.parse` accepts a million levels of nesting
 * that every recursive reader after it dies of. Throws {@link EgressError} `too_deep`
 * or `malformed_json`.
 */
export function parseJsonBounded(text: string, bounds: JsonBounds = {}): Json {
  const { maxDepth = 64, maxValues = 1_000_000, tooLarge = 'refuse' } = bounds;
  const suspicious = tooLarge === 'refuse' && MAYBE_TOO_LARGE.test(text);
  measure(text, maxDepth, maxValues);
  try {
    return (suspicious ? JSON.parse(text, refuseInfinite) : JSON.parse(text)) as Json;
  } catch (error) {
    throw new EgressError('malformed_json', `The text is not JSON: ${messageOf(error)}`, error);
  }
}

function refuseInfinite(key: string, value: unknown): unknown {
  if (value !== Infinity && value !== -Infinity) return value;
  throw new Error(`the number${key === '' ? '' : ` at "${key}"`} is too large.`);
}

function measure(text: string, maxDepth: number, maxValues: number): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) values += 1;
    else if (CLOSE.has(code)) depth -= 1;
    else if (OPEN.has(code)) {
      depth += 1;
      values += 1;
    }
    if (depth > maxDepth)
      throw new EgressError('too_deep', `The JSON is nested deeper than ${maxDepth} levels.`);
    if (values > maxValues)
      throw new EgressError('too_deep', `The JSON holds more than ${maxValues} values.`);
  }
}

/** The index of the closing quote; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return text.length;
}
