import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isObject } from '../json.ts';
import { boundedSentence, boundPatterns } from './bounded-patterns.ts';
import { LONGEST_PATTERN_SUBJECT } from './pattern.ts';

function boundOf(pattern: string): RegExp {
  const schema = boundPatterns({ pattern });
  if (typeof schema === 'boolean' || typeof schema['pattern'] !== 'string') throw new Error('No pattern.');
  return new RegExp(schema['pattern'], 'u');
}

describe('boundPatterns()', () => {
  it('keeps what a pattern matches, wherever the match is', () => {
    const patterns = ['a', '^a', 'a$', '^a|b$', '^(?:a|b)+$', '', '(?<=a)b', '\\bb', '[^a]', '.'];
    fc.assert(
      fc.property(fc.constantFrom(...patterns), fc.stringMatching(/^[ab\n é😀]{0,8}$/u), (pattern, text) => {
        expect(boundOf(pattern).test(text)).toBe(new RegExp(pattern, 'u').test(text));
      }),
      { numRuns: 300 },
    );
  });

  it('matches no text over the limit', () => {
    expect(boundOf('b$').test(`${'a'.repeat(LONGEST_PATTERN_SUBJECT - 1)}b`)).toBe(true);
    expect(boundOf('b$').test(`${'a'.repeat(LONGEST_PATTERN_SUBJECT)}b`)).toBe(false);
    expect(boundOf('').test('😀'.repeat(LONGEST_PATTERN_SUBJECT))).toBe(true);
  });

  it('reaches every place of a schema that is a schema, and no other', () => {
    const bounded = boundPatterns({ pattern: 'x' });
    const data = { pattern: 'x' };
    const schema = {
      properties: { pattern: data, const: data, __proto__: null },
      $defs: { a: data },
      items: data,
      not: true,
      anyOf: [data, false],
      const: data,
      enum: [data],
      default: data,
      unknown: data,
    };
    expect(boundPatterns(schema)).toEqual({
      ...schema,
      properties: { pattern: bounded, const: bounded },
      $defs: { a: bounded },
      items: bounded,
      anyOf: [bounded, false],
    });
    expect(boundPatterns(true)).toBe(true);
  });

  it('leaves malformed keywords as they are', () => {
    const odd = { pattern: 1, anyOf: 'x', properties: [], items: 'x', allOf: [1], patternProperties: null };
    expect(boundPatterns(odd)).toEqual(odd);
  });

  it('binds the names of patternProperties too', () => {
    const bounded = boundPatterns({ patternProperties: { '^a|b': { pattern: 'x' } } });
    const names = typeof bounded === 'boolean' ? {} : bounded['patternProperties'];
    const [name = ''] = isObject(names) ? Object.keys(names) : [];
    expect(new RegExp(name, 'u').test('cb')).toBe(true);
    expect(new RegExp(name, 'u').test('b'.repeat(9_000))).toBe(false);
    expect(names).toEqual({ [name]: boundPatterns({ pattern: 'x' }) });
  });
});

describe('boundedSentence()', () => {
  it('shows the pattern of the schema', () => {
    const bounded = boundOf('^a(?:b)').source;
    expect(boundedSentence('patternProperties', `Property "k" matches pattern "${bounded}" but not.`)).toBe(
      'Property "k" matches pattern "^a(?:b)" but not.',
    );
    expect(boundedSentence('not', 'Nothing here.')).toBe('Nothing here.');
  });

  it('says that a text may also be too long for its pattern', () => {
    expect(boundedSentence('pattern', 'String does not match pattern.')).toMatch(
      /not match .* or has more than/,
    );
  });
});
