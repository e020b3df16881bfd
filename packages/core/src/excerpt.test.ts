import { describe, expect, it } from '@jest/globals';
import { excerpt, storableText } from './excerpt.ts';

describe('excerpt()', () => {
  it('leaves a short text, and cuts a long one between characters', () => {
    expect(excerpt('abc', 3)).toBe('abc');
    expect(excerpt('abcd', 3)).toBe('abc…');
    expect(excerpt('ab😀d', 3)).toBe('ab…');
    expect(excerpt('ab😀d', 4)).toBe('ab😀…');
  });
});

describe('storableText()', () => {
  it('replaces what cannot be stored and nothing else', () => {
    expect(storableText('a😀\uD83D b\0\uDE00')).toBe('a😀\uFFFD b\uFFFD\uFFFD');
  });
});
