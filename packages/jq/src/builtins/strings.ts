import { JqError } from '../errors.ts';
import type { Json } from '../json.ts';
import { membersOf } from '../values/access.ts';
import { arithmetic } from '../values/arithmetic.ts';
import { codePointLength, splitText } from '../values/strings.ts';
import { describeValue, toText } from '../values/text.ts';
import type { Native, NativeTable } from './native.ts';

type TextNative = (meter: Parameters<Native>[0], text: string, args: readonly Json[]) => Json;

/** A native over a string; `complaint` is what it says to anything else. */
const onText =
  (complaint: (input: Json) => string, use: TextNative): Native =>
  (meter, input, args) => {
    if (typeof input !== 'string') throw new JqError(complaint(input));
    meter.chargeText(input.length);
    return use(meter, input, args);
  };

const always = (message: string) => () => message;

/** A native over two strings. */
const onPair = (complaint: string, use: (text: string, other: string) => Json): Native =>
  onText(always(complaint), (_meter, text, [other = null]) => {
    if (typeof other !== 'string') throw new JqError(complaint);
    return use(text, other);
  });

const ends = 'endswith() requires string inputs';
const starts = 'startswith() requires string inputs';
const trims = always('trim input must be a string');
const explodes = always('explode input must be a string');

/** White space as jq's trim sees it: Unicode's, without the zero-width space. */
const spaces: ReadonlySet<string> = new Set(
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && spaces.has(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && spaces.has(text[start] ?? '')) start += 1;
  return text.slice(start);
}

function dropPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function dropSuffix(text: string, suffix: string): string {
  return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

function toCodePoint(value: Json): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new JqError(`${describeValue(value)} can't be imploded, unicode codepoint needs to be numeric`);
  }
  const point = Math.trunc(value);
  return point < 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? 0xfffd : point;
}

const implode: Native = (meter, input) => {
  if (!Array.isArray(input)) throw new JqError('implode input must be an array');
  meter.chargeText(input.length);
  let text = '';
  for (const value of input) text += String.fromCodePoint(toCodePoint(value));
  return text;
};

const join: Native = (meter, input, [separator = null]) => {
  let sum: Json = null;
  for (const item of membersOf(input)) {
    const text =
      item === null ? '' : typeof item === 'number' || typeof item === 'boolean' ? toText(meter, item) : item;
    meter.charge(1);
    sum = arithmetic['+'](meter, sum === null ? '' : arithmetic['+'](meter, sum, separator), text);
  }
  return sum ?? '';
};

/** The offsets, in code points, at which `part` occurs, overlaps included. */
const indicesOfText: Native = (meter, input, [part = null]) => {
  if (typeof input !== 'string')
    throw new JqError(`${describeValue(input)} cannot be searched, as it is not a string`);
  if (typeof part !== 'string') throw new JqError(`${describeValue(part)} is not a string`);
  meter.chargeText(input.length);
  const found: number[] = [];
  if (part === '') return found;
  let points = 0;
  let counted = 0;
  for (let at = input.indexOf(part); at >= 0; at = input.indexOf(part, at + 1)) {
    points += codePointLength(input.slice(counted, at));
    counted = at;
    found.push(points);
    meter.charge(1);
  }
  return found;
};

const splitComplaint = 'split input and separator must be strings';

/** Functions of strings that need no patterns. */
export const strings: NativeTable = {
  'ascii_downcase/0': onText(explodes, (_meter, text) =>
    text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  ),
  'ascii_upcase/0': onText(explodes, (_meter, text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  'explode/0': onText(explodes, (meter, text) => {
    meter.charge(text.length / 8);
    return Array.from(text, (char) => char.codePointAt(0) ?? 0);
  }),
  'implode/0': implode,
  'startswith/1': onPair(starts, (text, prefix) => text.startsWith(prefix)),
  'endswith/1': onPair(ends, (text, suffix) => text.endsWith(suffix)),
  'ltrimstr/1': onPair(starts, dropPrefix),
  'rtrimstr/1': onPair(ends, dropSuffix),
  'trimstr/1': onPair(starts, (text, part) => dropSuffix(dropPrefix(text, part), part)),
  'trim/0': onText(trims, (_meter, text) => trimEnd(trimStart(text))),
  'ltrim/0': onText(trims, (_meter, text) => trimStart(text)),
  'rtrim/0': onText(trims, (_meter, text) => trimEnd(text)),
  'split/1': onPair(splitComplaint, splitText),
  'join/1': join,
  '_strindices/1': indicesOfText,
  'ascii/0': (_meter, input) => String.fromCodePoint(toCodePoint(input)),
};
