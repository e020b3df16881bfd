import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import type { Json } from '../json.ts';
import { findAll, membersOf, readMember } from '../values/access.ts';
import { arithmetic } from '../values/arithmetic.ts';
import { compare, equal } from '../values/compare.ts';
import { describeValue } from '../values/text.ts';
import type { Native, NativeTable } from './native.ts';
import { lengthOf } from './structure.ts';

function toArray(value: Json, verb: string): readonly Json[] {
  if (!Array.isArray(value))
    throw new JqError(`${describeValue(value)} cannot be ${verb}, as it is not an array`);
  return value;
}

function notBoth(input: Json, keys: Json, complaint: string): JqError {
  return new JqError(`${describeValue(input)} and ${describeValue(keys)} ${complaint}`);
}

interface Keyed {
  readonly key: Json;
  readonly item: Json;
}

/** `sort_by(f)` and its kin compare `[f]`; where each holds one value, those are in the same order. */
function bare(keys: readonly Json[]): readonly Json[] {
  const inner: Json[] = [];
  for (const key of keys) {
    const [only] = Array.isArray(key) && key.length === 1 ? key : [];
    if (only === undefined) return keys;
    inner.push(only);
  }
  return inner;
}

/** Pairs items with their sort keys and sorts them; equal keys keep their order. */
function sortKeyed(meter: Meter, items: readonly Json[], keys: readonly Json[]): Keyed[] {
  meter.charge(items.length);
  return items
    .map((item, index) => ({ item, key: keys[index] ?? null }))
    .sort((a, b) => {
      meter.chargeMembers(1);
      return compare(meter, a.key, b.key);
    });
}

function groups(meter: Meter, items: readonly Json[], keys: readonly Json[]): Json[][] {
  if (keys.every((key) => typeof key === 'string')) return groupsOfTexts(meter, items, keys);
  const result: Json[][] = [];
  let last: Keyed | undefined;
  for (const keyed of sortKeyed(meter, items, keys)) {
    const group = result.at(-1);
    if (group !== undefined && last !== undefined && equal(meter, last.key, keyed.key))
      group.push(keyed.item);
    else result.push([keyed.item]);
    last = keyed;
  }
  return result;
}

/** Grouped first and sorted then: there are fewer groups than items. */
function groupsOfTexts(meter: Meter, items: readonly Json[], keys: readonly string[]): Json[][] {
  const byKey = new Map<string, Json[]>();
  for (const [index, item] of items.entries()) {
    const key = keys[index] ?? '';
    meter.chargeText(key.length);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [item]);
    else group.push(item);
  }
  meter.charge(items.length);
  const sorted = sortKeyed(meter, [...byKey.values()], [...byKey.keys()]);
  return sorted.map(({ item }) => item).filter((group) => Array.isArray(group));
}

type ByKeys = (meter: Meter, items: readonly Json[], keys: readonly Json[]) => Json;

/** A native over the items themselves, and one over keys that were computed for them. */
const byKeys =
  (verb: string, use: ByKeys): Native =>
  (meter, input, args) => {
    if (args.length === 0) {
      const items = toArray(input, verb);
      return use(meter, items, items);
    }
    const [keys = null] = args;
    if (!Array.isArray(input) || !Array.isArray(keys)) {
      throw notBoth(input, keys, `cannot be ${verb}, as they are not both arrays`);
    }
    return use(meter, input, bare(keys));
  };

const sort = byKeys('sorted', (meter, items, keys) => sortKeyed(meter, items, keys).map(({ item }) => item));
const group = byKeys('sorted', groups);
const unique = byKeys('sorted', (meter, items, keys) =>
  groups(meter, items, keys).map(([first = null]) => first),
);

/** The first of the least, or the last of the greatest, as in jq. */
const extreme =
  (sign: 1 | -1): Native =>
  (meter, input, args) => {
    const keys = args.length === 0 ? input : (args[0] ?? null);
    if (!Array.isArray(input) || !Array.isArray(keys)) throw notBoth(input, keys, 'cannot be iterated over');
    let best = 0;
    for (let index = 1; index < input.length; index += 1) {
      meter.charge(1);
      const order = compare(meter, keys[index] ?? null, keys[best] ?? null) * sign;
      if (order > 0 || (order === 0 && sign === 1)) best = index;
    }
    return input[best] ?? null;
  };

const add: Native = (meter, input) => {
  const values = membersOf(input);
  meter.charge(values.length);
  const [first] = values;
  if (Array.isArray(first)) return concatenate(meter, values);
  return values.reduce<Json>((sum, value) => arithmetic['+'](meter, sum, value), null);
};

/** Adds many arrays without copying the sum each time. */
function concatenate(meter: Meter, values: readonly Json[]): Json {
  const sum: Json[] = [];
  for (const value of values) {
    if (value === null) continue;
    if (!Array.isArray(value)) return arithmetic['+'](meter, sum, value);
    meter.chargeMembers(value.length);
    for (const item of value) sum.push(item);
  }
  return sum;
}

const flatten: Native = (meter, input, [depth = Infinity]) => {
  if (depth === null || typeof depth === 'boolean' || (typeof depth === 'number' && depth < 0)) {
    throw new JqError('flatten depth must not be negative');
  }
  const root = membersOf(input);
  const most = typeof depth === 'number' ? depth : Infinity;
  const flat: Json[] = [];
  const stack = [{ items: root, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.next >= top.items.length) {
      stack.pop();
      continue;
    }
    const item = top.items[top.next] ?? null;
    top.next += 1;
    meter.chargeMembers(4);
    if (Array.isArray(item) && stack.length - 1 < most) stack.push({ items: item, next: 0 });
    else flat.push(item);
  }
  return flat;
};

const reverse: Native = (meter, input) => {
  const length = lengthOf(meter, input);
  if (length === 0) return [];
  if (!Array.isArray(input)) return readMember(meter, input, length - 1);
  meter.chargeMembers(length);
  return input.toReversed();
};

const transpose: Native = (meter, input) => {
  const rows = membersOf(input);
  const width = rows.reduce<number>((most, row) => Math.max(most, lengthOf(meter, row)), 0);
  meter.charge((rows.length * width) / 8);
  return Array.from({ length: width }, (_, column) => rows.map((row) => readMember(meter, row, column)));
};

const bsearch: Native = (meter, input, [wanted = null]) => {
  if (!Array.isArray(input)) throw new JqError(`${describeValue(input)} cannot be searched from`);
  let low = 0;
  let high = input.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compare(meter, input[middle] ?? null, wanted);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1 - low;
};

const indices: Native = (meter, input, [wanted = null]) =>
  Array.isArray(input) && !Array.isArray(wanted)
    ? findAll(meter, input, [wanted])
    : readMember(meter, input, wanted);

/** Sorting, grouping and rearranging. */
export const collections: NativeTable = {
  'sort/0': sort,
  '_sort_by/1': sort,
  '_group_by/1': group,
  'unique/0': unique,
  '_unique_by/1': unique,
  'min/0': extreme(-1),
  '_min_by/1': extreme(-1),
  'max/0': extreme(1),
  '_max_by/1': extreme(1),
  'add/0': add,
  'flatten/0': flatten,
  'flatten/1': flatten,
  'reverse/0': reverse,
  'transpose/0': transpose,
  'bsearch/1': bsearch,
  '_indices/1': indices,
};
