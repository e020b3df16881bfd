import { describe, expect, it } from '@jest/globals';
import { maybeUnstorable, unstorable } from './storable.ts';

describe('unstorable()', () => {
  it('names every place that cannot be kept', () => {
    const value = {
      ok: 'é😀',
      nul: ['a\0'],
      half: { '\ud800': 1, x: '\udc00' },
      big: Number.POSITIVE_INFINITY,
    };
    expect(
      unstorable(value)
        .map(({ pointer }) => pointer)
        .toSorted(),
    ).toEqual(['/big', '/half/x', '/half/\ud800', '/nul/0']);
  });

  it('survives nesting that recursion would not', () => {
    let deep: object = { x: '\0' };
    for (let i = 0; i < 100_000; i += 1) deep = { a: deep };
    expect(unstorable({ a: 1 })).toEqual([]);
    expect(unstorable({ ...deep })).toHaveLength(1);
  });
});

describe('maybeUnstorable()', () => {
  it('lets ordinary text pass without a closer look', () => {
    expect(maybeUnstorable('{"a":"é","b":1e10}')).toBe(false);
    for (const text of ['"\\u0000"', '"\\uD83D\\uDE00"', '1e400']) expect(maybeUnstorable(text)).toBe(true);
  });
});
