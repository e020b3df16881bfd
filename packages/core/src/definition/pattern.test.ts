import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { complement, DIGITS, DOT, intersection, overlaps, single, SPACES, union, WORDS } from './char-set.ts';
import { parsePattern } from './pattern-syntax.ts';
import { LONGEST_PATTERN_SUBJECT, patternProblem } from './pattern.ts';

const fit = [
  '^[a-z]+$',
  '^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$',
  '^[a-z]+(?:\\.[a-z]+)*$',
  '^(?:[a-z0-9]+,)*[a-z0-9]+$',
  '^"(?:[^"\\\\]|\\\\.)*"$',
  '^[^@]+@[^@]+$',
  '^\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2})?Z?)?$',
  '^(?=.*\\d)(?=.*[A-Z]).{8,100}$',
  '\\s+$',
  'a|b|',
  '^(?:ab|cd){2,}$',
  '^(?:(?:ab|cd)x)*$',
  '^(?:(?:ab|cd)|x)*$',
  '^\\p{Lu}\\p{L}*$',
  '^(?<year>[0-9]+)\\/(?:x)?',
  '^[\\u0041-\\u{5A}\\x30\\cA\\n\\-\\]]+$',
  '^(?:\\bfoo|^bar)*$',
  '.*',
  '(?<!x)y(?!z)(?<=y)',
  '^a{3}b{2,}c{1,2}$',
  '^(?:(?=a)a)*$',
  '',
];

const unfit: readonly (readonly [string, RegExp])[] = [
  ['(a+)+$', /read in several ways/],
  ['^(a|a)*$', /read in several ways/],
  ['^(a|ab)*$', /read in several ways/],
  ['^(?:a?)*$', /read in several ways/],
  ['^(?:[a-z]+[0-9]*x)*$', /read in several ways/],
  ['^(?:(?:a|a)b)*$', /read in several ways/],
  ['^(?:(?:a|ab))*$', /read in several ways/],
  ['^(?:(a*)b)*$', /read in several ways/],
  ['^(?:[a-z]+[a-z])*$', /read in several ways/],
  ['^(?:)*$', /read in several ways/],
  ['^(?:(?=a+)a)*$', /read in several ways/],
  ['^(?:(?:x(a+)+)y)$', /read in several ways/],
  ['^(?:x{2}[a-z]+)*$', /read in several ways/],
  ['^(?:(?=b)|a)*$', /read in several ways/],
  ['(a)\\1', /refers back/],
  ['(?<n>a)\\k<n>', /refers back/],
  ['^.+@.+\\..+$', /very slow/],
  ['.*a.*b', /very slow/],
  ['^(?:.*)(?:.*)(?:.*)x$', /very slow/],
  ['(?=.*.*.*x)', /very slow/],
  ['^(?:.*|a)(?:.*)\\w*$', /very slow/],
  ['(', /not a regular expression/],
  ['\\-', /not a regular expression/],
  ['a'.repeat(513), /at most 512/],
];

describe('patternProblem()', () => {
  it('takes everyday patterns', () => {
    expect(fit.map((source) => [source, patternProblem(source)])).toEqual(
      fit.map((source) => [source, undefined]),
    );
  });

  it('refuses what can take forever, and says how to correct it', () => {
    for (const [source, message] of unfit) expect(`${source} ${patternProblem(source)}`).toMatch(message);
  });

  it('lets only patterns through that are quick on hostile text', () => {
    const piece = fc.constantFrom(
      'a',
      'a*',
      'a+',
      '[ab]+',
      '(?:a|b)*',
      '(?:a+b)*',
      '(?:a+)+',
      '(?:a|a)*',
      '(?:b?a)*',
      'b',
      '.*',
    );
    const anchored = fc.array(piece, { maxLength: 4 }).map((pieces) => `^${pieces.join('')}$`);
    fc.assert(
      fc.property(anchored, (source) => {
        if (patternProblem(source) !== undefined) return;
        const begun = performance.now();
        new RegExp(source, 'u').test(`${'a'.repeat(400)}c`);
        expect(performance.now() - begun).toBeLessThan(50);
      }),
      { numRuns: 60 },
    );
    expect(LONGEST_PATTERN_SUBJECT).toBe(8_192);
  });
});

describe('parsePattern()', () => {
  it('reads escapes, classes and bounds', () => {
    const sets = parsePattern('\\n\\cA\\x41\\u0042\\u{43}\\/[^\\d][a-c-]\\b{2}[\\b]\\0')[0]?.map(
      ({ atom }) => (atom.kind === 'set' ? atom.set : atom.kind),
    );
    expect(sets).toEqual([
      single(10),
      single(1),
      single(0x41),
      single(0x42),
      single(0x43),
      single(0x2f),
      complement(DIGITS),
      [
        [45, 45],
        [97, 99],
      ],
      'edge',
      single(8),
      single(0),
    ]);
    expect(parsePattern('a{2}b{3,}?c{1,4}d?')[0]?.map(({ min, max }) => [min, max])).toEqual([
      [2, 2],
      [3, Infinity],
      [1, 4],
      [0, 1],
    ]);
    expect(parsePattern('(?<n>a|b)(?!c)$').map((sequence) => sequence.map(({ atom }) => atom.kind))).toEqual([
      ['group', 'look', 'edge'],
    ]);
  });

  it('ends on what is no pattern too', () => {
    for (const source of ['[a', '\\', '(', '\\x', '\\c', '\\p', '[\\', 'a{', '(?<']) {
      expect(Array.isArray(parsePattern(source))).toBe(true);
    }
  });
});

describe('character sets', () => {
  it('join, turn around and overlap', () => {
    expect(union([single(98), single(97), DIGITS])).toEqual([
      [48, 57],
      [97, 98],
    ]);
    expect(complement(complement(WORDS))).toEqual(WORDS);
    expect(complement([[0, 0x10ffff]])).toEqual([]);
    expect(overlaps(DOT, single(10))).toBe(false);
    expect(overlaps(SPACES, single(0x3000))).toBe(true);
    expect(intersection(WORDS, DIGITS)).toEqual(DIGITS);
  });
});
