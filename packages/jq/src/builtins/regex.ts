import type { RE2JS } from 're2js';
import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import { typeName, writeKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { codePointLength } from '../values/strings.ts';
import { describeValue } from '../values/text.ts';
import type { Native, NativeTable } from './native.ts';
import { compilePattern, readFlags } from './regex-pattern.ts';

interface Capture {
  readonly start: number;
  readonly end: number;
  readonly name: string | null;
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly captures: readonly Capture[];
}

interface Search {
  readonly text: string;
  readonly pattern: RE2JS;
  readonly global: boolean;
  readonly skipEmpty: boolean;
}

/** Reads the arguments of a pattern function: a pattern and flags, or both in an array. */
function prepare(meter: Meter, input: Json, args: readonly Json[]): Search {
  const [given = null, flagsGiven = null] = args;
  let source = given;
  let flags = flagsGiven;
  if (args.length === 1 && Array.isArray(given) && given.length > 0) {
    source = given[0] ?? null;
    flags = given[1] ?? null;
  } else if (args.length === 1 && typeof given !== 'string') {
    throw new JqError(`${typeName(given)} not a string or array`);
  }
  if (typeof input !== 'string')
    throw new JqError(`${describeValue(input)} cannot be matched, as it is not a string`);
  if (typeof source !== 'string') throw new JqError(`${describeValue(source)} is not a string`);
  if (flags !== null && typeof flags !== 'string')
    throw new JqError(`${describeValue(flags)} is not a string`);
  const modes = readFlags(flags ?? '');
  const pattern = compilePattern(meter, source, modes);
  meter.chargeText(input.length);
  meter.charge((input.length * pattern.programSize()) / 1024);
  return { text: input, pattern, global: modes.global, skipEmpty: modes.skipEmpty };
}

/** Steps for one match: finding it and saying where it was costs more than passing a value on. */
const stepsPerMatch = 8;

/** Finds matches from left to right; after an empty one the search goes on behind the next code point. */
function* findMatches(meter: Meter, { text, pattern, global, skipEmpty }: Search): Generator<Match> {
  const names = groupNames(pattern);
  const matcher = pattern.matcher(text);
  for (let from = 0; from <= text.length && matcher.find(from);) {
    meter.charge(stepsPerMatch + names.length);
    const start = matcher.start();
    const end = matcher.end();
    if (end > start || !skipEmpty) {
      const captures = names.map((name, index) => ({
        start: matcher.start(index + 1),
        end: matcher.end(index + 1),
        name,
      }));
      yield { start, end, captures };
    }
    if (!global) return;
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
}

function groupNames(pattern: RE2JS): (string | null)[] {
  const names: (string | null)[] = Array.from({ length: pattern.groupCount() }, () => null);
  for (const [name, index] of Object.entries(pattern.namedGroups())) names[index - 1] = name;
  return names;
}

/** Turns offsets in UTF-16 units into offsets in code points; asked in rising order it never starts over. */
function createCounter(text: string): (offset: number) => number {
  let units = 0;
  let points = 0;
  return (offset) => {
    if (offset < units) {
      units = 0;
      points = 0;
    }
    points += codePointLength(text.slice(units, offset));
    units = offset;
    return points;
  };
}

const match: Native = (meter, input, args) => {
  const search = prepare(meter, input, args);
  const { text } = search;
  const count = createCounter(text);
  const describe = (start: number, end: number): JsonObject => {
    if (start < 0) return { offset: -1, length: 0, string: null };
    const string = text.slice(start, end);
    meter.chargeText(string.length);
    return { offset: count(start), length: codePointLength(string), string };
  };
  const found: Json[] = [];
  for (const { start, end, captures } of findMatches(meter, search)) {
    const whole = describe(start, end);
    const groups = captures.map((capture) => ({
      ...describe(capture.start, capture.end),
      name: capture.name,
    }));
    found.push({ ...whole, captures: groups });
  }
  return found;
};

const test: Native = (meter, input, args) => {
  const search = prepare(meter, input, args);
  if (!search.skipEmpty) return search.pattern.test(search.text);
  return !(findMatches(meter, { ...search, global: true }).next().done ?? false);
};

function named(text: string, captures: readonly Capture[]): JsonObject {
  const object: JsonObject = {};
  for (const { name, start, end } of captures) {
    if (name !== null) writeKey(object, name, start < 0 ? null : text.slice(start, end));
  }
  return object;
}

/** For each match: where it is (in UTF-16 units) and its named groups. */
const edits: Native = (meter, input, args) => {
  const search = prepare(meter, input, args);
  return Array.from(findMatches(meter, search), ({ start, end, captures }) => ({
    start,
    end,
    groups: named(search.text, captures),
  }));
};

/** Splices texts into the input. `inserts[i][j]` replaces edit i in the j-th of the results. */
const splice: Native = (meter, input, [places = null, inserts = null]) => {
  if (typeof input !== 'string' || !Array.isArray(places) || !Array.isArray(inserts)) return [];
  const results: string[][] = [];
  let previous = 0;
  for (const [index, place] of places.entries()) {
    const [start, end] = bounds(place);
    const gap = input.slice(previous, start);
    const texts = inserts[index];
    for (const [which, text] of (Array.isArray(texts) ? texts : []).entries()) {
      if (typeof text !== 'string')
        throw new JqError(`${describeValue(gap)} and ${describeValue(text)} cannot be added`);
      const parts = results[which] ?? [];
      parts.push(gap, text);
      results[which] = parts;
    }
    previous = end;
  }
  const rest = input.slice(previous);
  return results.length === 0 ? [input] : results.map((parts) => concatenate(meter, [...parts, rest]));
};

function concatenate(meter: Meter, parts: readonly string[]): string {
  meter.chargeText(parts.reduce((length, part) => length + part.length, 0));
  return parts.join('');
}

function bounds(place: Json): readonly [number, number] {
  if (typeof place !== 'object' || place === null || Array.isArray(place)) return [0, 0];
  const { start, end } = place;
  return [typeof start === 'number' ? start : 0, typeof end === 'number' ? end : 0];
}

const split: Native = (meter, input, args) => {
  const search = prepare(meter, input, args);
  const parts: string[] = [];
  let previous = 0;
  for (const { start, end } of findMatches(meter, { ...search, global: true })) {
    parts.push(search.text.slice(previous, start));
    previous = end;
  }
  parts.push(search.text.slice(previous));
  return parts;
};

const capture: Native = (meter, input, args) => {
  const search = prepare(meter, input, args);
  return Array.from(findMatches(meter, search), ({ captures }) => named(search.text, captures));
};

/** Functions of strings and patterns. Patterns run in linear time. */
export const regex: NativeTable = {
  '_match/1': match,
  '_match/2': match,
  '_capture/1': capture,
  '_capture/2': capture,
  'test/1': test,
  'test/2': test,
  'split/2': split,
  '_edits/2': edits,
  '_splice/2': splice,
};
