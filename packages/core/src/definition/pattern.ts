import { overlaps, union, type CharSet } from './char-set.ts';
import {
  parsePattern,
  type PatternAtom,
  type PatternElement,
  type PatternSequence,
} from './pattern-syntax.ts';

/** The longest pattern of a schema. */
const LONGEST_PATTERN = 512;

/**
 * The longest text, in UTF-16 units, that is matched against a pattern. What passes {@link patternProblem}
 * needs at most the square of a text's length in steps, so longer texts are refused before the match (`boundPatterns`).
 */
export const LONGEST_PATTERN_SUBJECT = 8_192;

/** More repetitions than this count as no limit. */
const MANY = 64;

/** How many repetitions, the search for a start included, may hand characters to each other. */
const MOST_TRADERS = 2;

/**
 * What makes a pattern unfit to run on text from outside, as a sentence; `undefined` when it is fit.
 *
 * JavaScript matches by trying alternatives one after the other, so a pattern can need exponential time. Fit is a pattern
 * - without references to earlier groups,
 * - whose repeated groups can be read in one way only: they hold no alternatives that begin alike and no inner repetition,
 *   but for one between separators that it cannot match itself (`(?:\.[a-z]+)*`),
 * - in which at most two open repetitions, the search for a start included, can hand characters to each other.
 */
export function patternProblem(source: string): string | undefined {
  if (source.length > LONGEST_PATTERN) {
    return `The pattern has ${source.length} characters; at most ${LONGEST_PATTERN} are allowed: shorten it.`;
  }
  try {
    new RegExp(source, 'u');
  } catch (error) {
    return `The pattern is not a regular expression of ECMA-262 with the flag "u": ${String(error)}.`;
  }
  const alternatives = parsePattern(source);
  const unsafe = alternatives.flatMap(unsafeElements)[0];
  if (unsafe !== undefined) return unsafe;
  if (alternatives.some((sequence) => degreeOf(sequence) + (isAnchored(sequence) ? 0 : 1) > MOST_TRADERS)) {
    const fix =
      'begin it with "^" and let repeated parts exclude the characters that end them, such as ^[^@]+@[^@]+$';
    return `The pattern can be very slow, because several repetitions match the same characters: ${fix}.`;
  }
  return undefined;
}

function isAnchored(sequence: PatternSequence): boolean {
  const [first] = sequence;
  if (first === undefined || degreeOf(sequence) === 0) return true;
  return first.atom.kind === 'edge' && first.atom.at === 'start';
}

function unsafeElements(sequence: PatternSequence): readonly string[] {
  return sequence.flatMap(({ atom, max }) => {
    if (atom.kind === 'backreference') {
      return ['The pattern refers back to an earlier group, which can be very slow: write the text out.'];
    }
    if (atom.kind !== 'group' && atom.kind !== 'look') return [];
    const fix = 'let it begin or end with a character that the rest of it cannot match';
    const repeated = max > 1 && !isUnambiguous(atom.alternatives);
    const own = repeated
      ? [`The pattern repeats a group that can be read in several ways, which can take forever: ${fix}.`]
      : [];
    return [...own, ...atom.alternatives.flatMap(unsafeElements)];
  });
}

/** Whether a repeated group can split a text in one way only. */
function isUnambiguous(alternatives: readonly PatternSequence[]): boolean {
  const [only] = alternatives;
  if (alternatives.length === 1 && only !== undefined) return isFixed(only) || hasSeparator(only);
  return beginApart(alternatives) && alternatives.every(isFixed);
}

/** A sequence of one length at most per reading: no open or optional parts, no alternatives that begin alike. */
function isFixed(sequence: PatternSequence): boolean {
  const consuming = sequence.filter(({ atom }) => atom.kind === 'set' || atom.kind === 'group');
  return (
    consuming.length > 0 &&
    sequence.every(({ atom, min, max }) => {
      if (min !== max) return false;
      if (atom.kind === 'look')
        return atom.alternatives.every((inner) => inner.every((one) => one.min === one.max));
      if (atom.kind !== 'group') return true;
      return beginApart(atom.alternatives) && atom.alternatives.every(isFixed);
    })
  );
}

function beginApart(alternatives: readonly PatternSequence[]): boolean {
  const firsts = alternatives.map((sequence) => firstOf(sequence));
  return firsts.every((set, i) => firsts.slice(i + 1).every((other) => !overlaps(set, other)));
}

/** The characters that a fixed sequence can begin with. */
function firstOf(sequence: PatternSequence): CharSet {
  return sequence.map(({ atom }) => beginningsOf(atom)).find((set) => set.length > 0) ?? [];
}

function beginningsOf(atom: PatternAtom): CharSet {
  if (atom.kind === 'set') return atom.set;
  return atom.kind === 'group' ? union(atom.alternatives.map(firstOf)) : [];
}

/** One open part at most, and a character at one end that nothing else in the sequence can be. */
function hasSeparator(sequence: PatternSequence): boolean {
  const open = sequence.filter(({ min, max }) => min !== max);
  if (open.length > 1 || sequence.some(({ atom }) => atom.kind !== 'set')) return false;
  return [sequence[0], sequence.at(-1)].some((end) => {
    if (end === undefined || end.min !== 1 || end.max !== 1) return false;
    const rest = sequence.filter((element) => element !== end).map(({ atom }) => charactersOf(atom));
    return !overlaps(charactersOf(end.atom), union(rest));
  });
}

/** Every character that an atom can match. */
function charactersOf(atom: PatternAtom): CharSet {
  if (atom.kind === 'set') return atom.set;
  if (atom.kind !== 'group') return [];
  return union(atom.alternatives.flat().map((element) => charactersOf(element.atom)));
}

/** How many open repetitions of a sequence can hand characters to each other. */
function degreeOf(sequence: PatternSequence): number {
  const flat = flatten(sequence);
  const own = flat.map((element, i) => {
    const rest = flat.slice(i + 1);
    return isOpen(element) && canFail(rest) ? 1 + tradersIn(rest, element) : 0;
  });
  const looks = sequence.flatMap(({ atom }) => (atom.kind === 'look' ? atom.alternatives.map(degreeOf) : []));
  return Math.max(0, ...own, ...looks);
}

/** Replaces groups that come once by what is in them; groups with alternatives stay. */
function flatten(sequence: PatternSequence): PatternSequence {
  return sequence.flatMap((element): PatternSequence => {
    const { atom, min, max } = element;
    const [only] = atom.kind === 'group' ? atom.alternatives : [];
    if (atom.kind !== 'group' || only === undefined || atom.alternatives.length > 1 || max !== 1)
      return [element];
    return flatten(only).map((inner) => ({ ...inner, min: Math.min(inner.min, min) }));
  });
}

function isOpen({ atom, min, max }: PatternElement): boolean {
  if (atom.kind === 'group' && atom.alternatives.flat().some(isOpen)) return true;
  return max - min > MANY;
}

/** Whether what comes after a repetition can keep it from matching; else it never has to give characters back. */
function canFail(rest: PatternSequence): boolean {
  return rest.some(({ atom, min }) => min > 0 || atom.kind === 'edge' || atom.kind === 'look');
}

/** How many of the elements after a repetition can take characters from it. */
function tradersIn(rest: PatternSequence, { atom }: PatternElement): number {
  let shared = charactersOf(atom);
  let traders = 0;
  for (const element of rest) {
    // More is refused however many there are.
    if (traders === MOST_TRADERS) return traders;
    const characters = charactersOf(element.atom);
    if (isOpen(element) && overlaps(shared, characters)) traders += 1;
    // A character that must come and that the repetition cannot match ends the trade.
    else if (element.min > 0 && characters.length > 0 && !overlaps(shared, characters)) shared = [];
  }
  return traders;
}
