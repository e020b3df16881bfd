import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addUsage, NO_USAGE } from './agent.ts';
import { canonicalJson } from './canonical.ts';
import { atPointer, isObject, jsonEquals, own, type Json } from './json.ts';
import { parseJson } from './json-codec.ts';
import { isDecided, isTerminal, STATUSES } from './status.ts';

const json = fc.jsonValue().map((value) => parseJson(JSON.stringify(value)));

/** The same value with the keys of its objects in the opposite order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

describe('isObject()', () => {
  it('knows objects from arrays, null and scalars', () => {
    expect([{}, [], null, 1, 'x', undefined].map(isObject)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('own()', () => {
  it('does not see the prototype', () => {
    expect(own({ a: 1 }, 'a')).toBe(1);
    expect(own({}, 'toString')).toBeUndefined();
  });
});

describe('jsonEquals()', () => {
  it('does not mind the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(jsonEquals(value, turned(value))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('tells different values apart', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(jsonEquals(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
      }),
      { numRuns: 50 },
    );
    expect(jsonEquals([1, 2], [1, 3])).toBe(false);
    expect(jsonEquals([1], [1, 2])).toBe(false);
    expect(jsonEquals({ a: 1 }, { b: 1 })).toBe(false);
    expect(jsonEquals({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(jsonEquals({}, [])).toBe(false);
    expect(jsonEquals({ a: null }, { a: null })).toBe(true);
    expect(jsonEquals([null], [null])).toBe(true);
  });
});

describe('canonicalJson()', () => {
  it('is JSON of the same value, the same for any order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
      }),
      { numRuns: 50 },
    );
  });

  it('sorts by UTF-16 units and writes numbers as ECMAScript does', () => {
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '1': 3, '\ud83d\ude00': 4, '\ufb33': 5, a: null })).toBe(
      '{"\\r":2,"1":3,"a":null,"\u20ac":1,"\ud83d\ude00":4,"\ufb33":5}',
    );
    expect(canonicalJson([1e21, 1e-7, -0, 0.1, true])).toBe('[1e+21,1e-7,0,0.1,true]');
  });
});

describe('addUsage()', () => {
  it('adds everything up, and names cached tokens only when there are some', () => {
    const one = { inputTokens: 1, outputTokens: 2, costUsd: 0.5, calls: 1, toolCalls: 3 };
    expect(addUsage(NO_USAGE, one)).toEqual(one);
    expect(addUsage({ ...one, cachedTokens: 4 }, one)).toEqual({
      inputTokens: 2,
      outputTokens: 4,
      cachedTokens: 4,
      costUsd: 1,
      calls: 2,
      toolCalls: 6,
    });
    expect(addUsage(one, { ...one, cachedTokens: 4 }).cachedTokens).toBe(4);
  });
});

describe('statuses', () => {
  it('are terminal or not', () => {
    expect(STATUSES.filter(isTerminal)).toEqual(['completed', 'faulted', 'canceled']);
    expect(isDecided('open') || isDecided('claimed')).toBe(false);
    expect(isDecided('approved') && isDecided('superseded')).toBe(true);
  });
});

describe('atPointer()', () => {
  it('finds members and items, with escapes, and nothing where there is nothing', () => {
    const value = { a: [1, { 'b/c~d': null }], __proto__: null };
    expect(atPointer(value, '')).toBe(value);
    expect(atPointer(value, '/a/0')).toBe(1);
    expect(atPointer(value, '/a/1/b~1c~0d')).toBeNull();
    for (const none of ['/x', '/a/2', '/a/0/x', '/a/x', '/constructor'])
      expect(atPointer(value, none)).toBeUndefined();
  });
});
