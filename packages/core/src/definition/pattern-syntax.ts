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

function readAlternatives(cursor: Cursor): readonly PatternSequence[] {
  const alternatives: PatternElement[][] = [[]];
  for (let next = cursor.text[cursor.at]; next !== undefined && next !== ')'; next = cursor.text[cursor.at]) {
    if (next === '|') {
      cursor.at += 1;
      alternatives.push([]);
    } else alternatives.at(-1)?.push(readElement(cursor));
  }
  return alternatives;
}

function readElement(cursor: Cursor): PatternElement {
  const atom = readAtom(cursor);
  const bounds = readQuantifier(cursor);
  if (cursor.text[cursor.at] === '?' && bounds !== undefined) cursor.at += 1;
  const [min, max] = bounds ?? [1, 1];
  return { atom, min, max };
}

function readQuantifier(cursor: Cursor): readonly [number, number] | undefined {
  const sign = cursor.text[cursor.at];
  if (sign === '*' || sign === '+' || sign === '?') {
    cursor.at += 1;
    return [sign === '+' ? 1 : 0, sign === '?' ? 1 : Infinity];
  }
  if (sign !== '{') return undefined;
  const end = cursor.text.indexOf('}', cursor.at);
  const [from = '', to] = cursor.text
    .slice(cursor.at + 1, end)
    .join('')
    .split(',');
  cursor.at = end + 1;
  const min = Number(from);
  return [min, to === undefined ? min : to === '' ? Infinity : Number(to)];
}

function readAtom(cursor: Cursor): PatternAtom {
  const character = cursor.text[cursor.at] ?? '';
  cursor.at += 1;
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
      return { kind: 'set', set: single(character.codePointAt(0) ?? 0) };
  }
}

function readGroup(cursor: Cursor): PatternAtom {
  const head = cursor.text.slice(cursor.at, cursor.at + 3).join('');
  const look = /^\?(?:[=!]|<[=!])/.exec(head)?.[0];
  if (look !== undefined) cursor.at += look.length;
  else if (head.startsWith('?:')) cursor.at += 2;
  else if (head.startsWith('?')) cursor.at = cursor.text.indexOf('>', cursor.at) + 1;
  const alternatives = readAlternatives(cursor);
  cursor.at += 1;
  return { kind: look === undefined ? 'group' : 'look', alternatives };
}

function readEscapedAtom(cursor: Cursor): PatternAtom {
  const letter = cursor.text[cursor.at] ?? '';
  if (letter === 'b' || letter === 'B') {
    cursor.at += 1;
    return { kind: 'edge', at: 'word' };
  }
  if (letter !== 'k' && !/[1-9]/.test(letter)) return { kind: 'set', set: readEscape(cursor) };
  while (/[1-9k<]/.test(cursor.text[cursor.at] ?? '')) cursor.at += 1;
  return { kind: 'backreference' };
}

function readClass(cursor: Cursor): CharSet {
  const negated = cursor.text[cursor.at] === '^';
  if (negated) cursor.at += 1;
  const parts: CharSet[] = [];
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== ']') {
    const low = readClassAtom(cursor);
    const isRange = cursor.text[cursor.at] === '-' && cursor.text[cursor.at + 1] !== ']';
    if (!isRange) {
      parts.push(low);
      continue;
    }
    cursor.at += 1;
    const high = readClassAtom(cursor);
    parts.push([[low[0]?.[0] ?? 0, high[0]?.[1] ?? 0]]);
  }
  cursor.at += 1;
  const set = union(parts);
  return negated ? complement(set) : set;
}

function readClassAtom(cursor: Cursor): CharSet {
  const character = cursor.text[cursor.at] ?? '';
  cursor.at += 1;
  return character === '\\' ? readEscape(cursor) : single(character.codePointAt(0) ?? 0);
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
  const letter = cursor.text[cursor.at] ?? '';
  cursor.at += 1;
  if (letter === 'p' || letter === 'P') {
    cursor.at = cursor.text.indexOf('}', cursor.at) + 1;
    return ANY;
  }
  if (letter === 'c') {
    cursor.at += 1;
    return single((cursor.text[cursor.at - 1]?.codePointAt(0) ?? 0) % 32);
  }
  if (letter === 'x' || letter === 'u') return single(readHex(cursor, letter));
  return SETS[letter] ?? single(CONTROLS[letter] ?? letter.codePointAt(0) ?? 0);
}

function readHex(cursor: Cursor, letter: 'x' | 'u'): number {
  if (cursor.text[cursor.at] === '{') {
    const end = cursor.text.indexOf('}', cursor.at);
    const digits = cursor.text.slice(cursor.at + 1, end).join('');
    cursor.at = end + 1;
    return Number.parseInt(digits, 16);
  }
  const length = letter === 'x' ? 2 : 4;
  const digits = cursor.text.slice(cursor.at, cursor.at + length).join('');
  cursor.at += length;
  return Number.parseInt(digits, 16);
}
