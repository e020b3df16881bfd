import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import { isObject, isTruthy, readKey, sortedKeys, typeName, writeKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { hasMember, membersOf } from '../values/access.ts';
import { contains } from '../values/contains.ts';
import { parseJson } from '../values/parse-json.ts';
import { deletePaths, toPath, writePath } from '../values/paths.ts';
import { codePointLength } from '../values/strings.ts';
import { describeValue, toText, utf8Length } from '../values/text.ts';
import type { Native, NativeTable } from './native.ts';

/** What `length` gives. Throws `JqError` for a boolean. */
export function lengthOf(meter: Meter, input: Json): number {
  if (input === null) return 0;
  if (typeof input === 'number') return Math.abs(input);
  if (typeof input === 'string') {
    meter.chargeText(input.length);
    return codePointLength(input);
  }
  if (Array.isArray(input)) return input.length;
  if (isObject(input)) return Object.keys(input).length;
  throw new JqError(`${describeValue(input)} has no length`);
}

const keysOf =
  (list: (object: JsonObject) => string[]): Native =>
  (meter, input) => {
    if (Array.isArray(input)) {
      meter.chargeMembers(input.length);
      return [...input.keys()];
    }
    if (!isObject(input)) throw new JqError(`${describeValue(input)} has no keys`);
    const keys = list(input);
    meter.chargeMembers(keys.length);
    return keys;
  };

const toEntries: Native = (meter, input) => {
  if (Array.isArray(input)) {
    meter.chargeMembers(input.length * 3);
    return input.map((value, key) => ({ key, value }));
  }
  if (!isObject(input)) throw new JqError(`${describeValue(input)} has no keys`);
  const keys = Object.keys(input);
  meter.chargeMembers(keys.length * 3);
  return keys.map((key) => ({ key, value: readKey(input, key) }));
};

const tostring: Native = (meter, input) => (typeof input === 'string' ? input : toText(meter, input));

const fromjson: Native = (meter, input) => {
  if (typeof input !== 'string') throw new JqError(`${describeValue(input)} only strings can be parsed`);
  meter.chargeText(input.length * 2);
  return parseJson(input);
};

const numeral = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const tonumber: Native = (meter, input) => {
  if (typeof input === 'number') return input;
  if (typeof input === 'string') {
    meter.chargeText(input.length);
    if (numeral.test(input)) return Number(input);
    const special = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i.exec(input);
    if (special !== null)
      return special[2] !== undefined ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  }
  throw new JqError(`${describeValue(input)} cannot be parsed as a number`);
};

const toboolean: Native = (_meter, input) => {
  if (typeof input === 'boolean') return input;
  if (input === 'true' || input === 'false') return input === 'true';
  throw new JqError(`${describeValue(input)} cannot be parsed as a boolean`);
};

const setpath: Native = (meter, root, [path = null, value = null]) =>
  writePath(meter, { root, path: toPath(path), value, owned: null });

function toDeletedPath(path: Json): readonly Json[] {
  if (!Array.isArray(path)) throw new JqError(`Path must be specified as array, not ${typeName(path)}`);
  return toPath(path);
}

const delpaths: Native = (meter, root, [paths = null]) => {
  const list = toPath(paths, 'Paths').map(toDeletedPath);
  return deletePaths(meter, root, list);
};

const fromEntries: Native = (meter, input) => {
  const entries = membersOf(input);
  const object: JsonObject = {};
  meter.chargeMembers(entries.length);
  for (const entry of entries) writeKey(object, entryKey(entry), entryValue(entry));
  return object;
};

const keyNames = ['key', 'k', 'name', 'Name', 'Key', 'K'];
const valueNames = ['value', 'v', 'Value', 'V'];

function entryKey(entry: Json): string {
  if (!isObject(entry)) throw new JqError(`Cannot index ${typeName(entry)} with string ("key")`);
  const name = keyNames.find((each) => isTruthy(readKey(entry, each)));
  const key = name === undefined ? null : readKey(entry, name);
  if (typeof key !== 'string') throw new JqError(`Cannot use ${describeValue(key)} as object key`);
  return key;
}

function entryValue(entry: Json): Json {
  if (!isObject(entry)) return null;
  const name = valueNames.find((each) => Object.hasOwn(entry, each));
  return name === undefined ? null : readKey(entry, name);
}

/** What values are made of and how they are turned into each other. */
export const structure: NativeTable = {
  'length/0': (meter, input) => lengthOf(meter, input),
  'utf8bytelength/0': (meter, input) => {
    if (typeof input !== 'string')
      throw new JqError(`${describeValue(input)} only strings have UTF-8 byte length`);
    meter.chargeText(input.length);
    return utf8Length(input);
  },
  'not/0': (_meter, input) => !isTruthy(input),
  'type/0': (_meter, input) => typeName(input),
  'keys/0': keysOf(sortedKeys),
  'keys_unsorted/0': keysOf((object) => Object.keys(object)),
  'has/1': (_meter, input, [key = null]) => hasMember(input, key),
  'contains/1': (meter, input, [part = null]) => contains(meter, input, part),
  'to_entries/0': toEntries,
  'from_entries/0': fromEntries,
  'tostring/0': tostring,
  'tojson/0': (meter, input) => toText(meter, input),
  'fromjson/0': fromjson,
  'tonumber/0': tonumber,
  'toboolean/0': toboolean,
  'toarray/0': (_meter, input) => (Array.isArray(input) ? input : [input]),
  'setpath/2': setpath,
  'delpaths/1': delpaths,
  'have_decnum/0': () => false,
  'have_literal_numbers/0': () => true,
};
