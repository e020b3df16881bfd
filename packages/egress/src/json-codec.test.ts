import { describe, expect, it } from '@jest/globals';
import { codeOf } from './errors.ts';
import { parseJsonBounded, type JsonBounds } from './json-codec.ts';

const refusal = (text: string, bounds?: JsonBounds): string => {
  try {
    parseJsonBounded(text, bounds);
    return 'parsed';
  } catch (error) {
    return codeOf(error);
  }
};

describe('parseJsonBounded()', () => {
  it('parses what JSON.parse parses', () => {
    const text = '{"a":[1,{"b":"}]\\"[{,\\\\"}],"c":null,"d":"\\u005b"}';
    expect(parseJsonBounded(text)).toEqual(JSON.parse(text));
  });

  it('allows exactly maxDepth levels', () => {
    expect(refusal('[[[1]]]', { maxDepth: 3 })).toBe('parsed');
    expect(refusal('[[[[1]]]]', { maxDepth: 3 })).toBe('too_deep');
    expect(refusal('{"a":{"b":[{"c":1}]}}', { maxDepth: 3 })).toBe('too_deep');
  });

  it('refuses a million levels, closed or not, before parsing', () => {
    expect(refusal('['.repeat(1_000_000))).toBe('too_deep');
    expect(refusal('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toBe('too_deep');
    expect(refusal('{"a":'.repeat(100_000))).toBe('too_deep');
  });

  it('counts neither brackets nor commas inside strings', () => {
    const tricky = JSON.stringify({ a: '[[[[{{{{,,,,\\"', b: '\\' });
    expect(refusal(tricky, { maxDepth: 1, maxValues: 3 })).toBe('parsed');
  });

  it('refuses more values than allowed', () => {
    expect(refusal(`[${'0,'.repeat(99)}0]`, { maxValues: 50 })).toBe('too_deep');
  });

  it('says that a text is not JSON', () => {
    expect(refusal('{"a":')).toBe('malformed_json');
    expect(refusal('')).toBe('malformed_json');
    expect(refusal(']]]][[')).toBe('malformed_json');
    expect(refusal('"\\')).toBe('malformed_json');
  });

  it('refuses numbers beyond a double instead of making null of them', () => {
    expect(() => parseJsonBounded('{"a": [{"n": -1e999}]}')).toThrow('the number at "n" is too large');
    expect(() => parseJsonBounded('1e999')).toThrow('the number is too large');
    expect(refusal(`[1${'0'.repeat(400)}]`)).toBe('malformed_json');
    expect(parseJsonBounded('[1e999]', { tooLarge: 'keep' })).toEqual([Infinity]);
    expect(parseJsonBounded('[1e300, "1e999", 1e-999]')).toEqual([1e300, '1e999', 0]);
  });
});
