import { ANY, complement, DIGITS, DOT, single, SPACES, union, WORDS, type CharSet } from './char-set.ts';

/** One thing of a pattern that may be repeated. */
export type PatternAtom =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'group'; readonly alternatives: readonly PatternSequence[] }
  /** A lookahead or lookbehind. */
  | { readonly kind: 'look'; readonly alternatives: readonly PatternSequence[] }
  /** `^`, `$`, `\b` and `\B`. */
  | { readonly kind: 'edge'; readonly at: 'start' | 'end' | 'word' }
  | { readonly kind: 'backreference' };

/** An atom and how often it comes; `max` may be Infinity. */
export interface PatternElement {
  readonly atom: PatternAtom;
  readonly min: number;
  readonly max: number;
}

/** Elements one after the other. */
export type PatternSequence = readonly PatternElement[];

interface Cursor {
  readonly text: readonly string[];
  at: number;
}

/** Reads a pattern that `new RegExp(source, 'u')` has accepted; on others the result means nothing. */
export function parsePattern(source: string): readonly PatternSequence[] {
  return readAlternatives({ text: [...source], at: 0 });
}

function peek(cursor: Cursor): string {
  return cursor.text[cursor.at] ?? '';
}

function take(cursor: Cursor, count = 1): string {
  const taken = cursor.text.slice(cursor.at, cursor.at + count).join('');
  cursor.at += count;
  return taken;
}

/** Takes everything before the next `end`, and `end` itself. */
function takeUntil(cursor: Cursor, end: string): string {
  const at = cursor.text.indexOf(end, cursor.at);
  return take(cursor, (at === -1 ? cursor.text.length : at) - cursor.at + 1).slice(0, -1);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function readAlternatives(cursor: Cursor): readonly PatternSequence[] {
  const alternatives: PatternSequence[] = [];
  let sequence: PatternElement[] = [];
  for (let next = peek(cursor); next !== '' && next !== ')'; next = peek(cursor)) {
    if (next === '|') {
      take(cursor);
      alternatives.push(sequence);
      sequence = [];
    } else sequence.push(readElement(cursor));
  }
  return [...alternatives, sequence];
}

function readElement(cursor: Cursor): PatternElement {
  const atom = readAtom(cursor);
  const bounds = readQuantifier(cursor);
  // A question mark after a quantifier makes it lazy, which changes neither bound.
  if (bounds !== undefined && peek(cursor) === '?') take(cursor);
  const [min, max] = bounds ?? [1, 1];
  return { atom, min, max };
}

function readQuantifier(cursor: Cursor): readonly [number, number] | undefined {
  const sign = peek(cursor);
  if (!['*', '+', '?', '{'].includes(sign)) return undefined;
  take(cursor);
  if (sign !== '{') return [sign === '+' ? 1 : 0, sign === '?' ? 1 : Infinity];
  const bounds = takeUntil(cursor, '}');
  const min = Number.parseInt(bounds, 10);
  const comma = bounds.indexOf(',');
  if (comma === -1) return [min, min];
  return [min, bounds.endsWith(',') ? Infinity : Number(bounds.slice(comma + 1))];
}

function readAtom(cursor: Cursor): PatternAtom {
  const character = take(cursor);
  switch (character) {
    case '^':
      return { kind: 'edge', at: 'start' };
    case '$':
      return { kind: 'edge', at: 'end' };
    case '.':
      return { kind: 'set', set: DOT };
    case '(':
      return readGroup(cursor);
    case '[':
      return { kind: 'set', set: readClass(cursor) };
    case '\\':
      return readEscapedAtom(cursor);
    default:
      return { kind: 'set', set: single(codeOf(character)) };
  }
}

function readGroup(cursor: Cursor): PatternAtom {
  const head = cursor.text.slice(cursor.at, cursor.at + 3).join('');
  const look = /^\?(?:[=!]|<[=!])/.exec(head)?.[0];
  if (look !== undefined) take(cursor, look.length);
  else if (head.startsWith('?:')) take(cursor, 2);
  else if (head.startsWith('?')) takeUntil(cursor, '>');
  const alternatives = readAlternatives(cursor);
  take(cursor);
  return { kind: look === undefined ? 'group' : 'look', alternatives };
}

function readEscapedAtom(cursor: Cursor): PatternAtom {
  const letter = peek(cursor);
  if (letter === 'b' || letter === 'B') {
    take(cursor);
    return { kind: 'edge', at: 'word' };
  }
  if (letter !== 'k' && !/[1-9]/.test(letter)) return { kind: 'set', set: readEscape(cursor) };
  if (letter === 'k') takeUntil(cursor, '>');
  else while (/\d/.test(peek(cursor))) take(cursor);
  return { kind: 'backreference' };
}

function readClass(cursor: Cursor): CharSet {
  const negated = peek(cursor) === '^';
  if (negated) take(cursor);
  const parts: CharSet[] = [];
  while (peek(cursor) !== '' && peek(cursor) !== ']') {
    const low = readClassAtom(cursor);
    parts.push(low);
    if (peek(cursor) !== '-' || cursor.text[cursor.at + 1] === ']') continue;
    take(cursor);
    const high = readClassAtom(cursor);
    parts.push(high, rangeOf(low, high));
  }
  take(cursor);
  const set = union(parts);
  return negated ? complement(set) : set;
}

/** The characters between two single ones. */
function rangeOf(low: CharSet, high: CharSet): CharSet {
  return low.flatMap(([from]) => high.map(([, to]): readonly [number, number] => [from, to]));
}

function readClassAtom(cursor: Cursor): CharSet {
  const character = take(cursor);
  return character === '\\' ? readEscape(cursor) : single(codeOf(character));
}

const SETS: Readonly<Record<string, CharSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORDS,
  W: complement(WORDS),
  s: SPACES,
  S: complement(SPACES),
};

const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, v: 11, f: 12, 0: 0, b: 8 };

/** Reads what follows a backslash. Properties of Unicode count as every character, which errs on the safe side. */
function readEscape(cursor: Cursor): CharSet {
  const letter = take(cursor);
  switch (letter) {
    case 'p':
    case 'P':
      takeUntil(cursor, '}');
      return ANY;
    case 'c':
      return single(codeOf(take(cursor)) % 32);
    case 'x':
      return single(Number.parseInt(take(cursor, 2), 16));
    case 'u':
      return single(
        Number.parseInt(peek(cursor) === '{' ? takeUntil(cursor, '}').slice(1) : take(cursor, 4), 16),
      );
    default:
      return SETS[letter] ?? single(CONTROLS[letter] ?? codeOf(letter));
  }
}
