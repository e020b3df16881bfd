import { describe, expect, it } from '@jest/globals';
import { beginningWith, containing, decodeCursor, encodeCursor, pageSize, toPage } from './cursor-codec.ts';

const at = '2026-01-01T00:00:00.000Z';

describe('decodeCursor()', () => {
  it('gives back what was encoded, and null for the first page', () => {
    const cursor = { at, key: 'größe' };
    expect(decodeCursor({ cursor: encodeCursor(cursor) })).toEqual(cursor);
    expect(decodeCursor({})).toBeNull();
  });

  it('refuses everything else', () => {
    const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const texts = [
      '',
      'x',
      '====',
      encoded(null),
      encoded([at]),
      encoded([at, 1]),
      encoded(['yesterday', 'a']),
      encoded(['2026-99-01T00:00:00.000Z', 'a']),
      encoded(['0000-01-01T00:00:00.000Z', 'a']),
      encoded([at, '']),
      encoded([at, 'a\u0000']),
      `${encodeCursor({ at, key: 'a' })}=`,
    ];
    for (const cursor of texts) expect(() => decodeCursor({ cursor })).toThrow('The cursor is not one');
    expect(() => decodeCursor({ cursor: encodeCursor({ at, key: 'a' }) }, /^\d+$/)).toThrow();
  });
});

describe('toPage()', () => {
  it('has a cursor only when more was found', () => {
    const cursorOf = (key: string): { at: string; key: string } => ({ at, key });
    expect(toPage(['a', 'b'], 2, cursorOf)).toEqual({ items: ['a', 'b'], nextCursor: null });
    const page = toPage(['a', 'b', 'c'], 2, cursorOf);
    expect(page.items).toEqual(['a', 'b']);
    expect(decodeCursor({ cursor: page.nextCursor ?? '' })).toEqual({ at, key: 'b' });
  });
});

describe('pageSize()', () => {
  it('is 50 unless told, and from 1 to 200', () => {
    expect([{}, { limit: 0 }, { limit: 7.9 }, { limit: 1_000 }].map(pageSize)).toEqual([50, 1, 7, 200]);
  });
});

describe('patterns', () => {
  it('take wildcards as letters', () => {
    expect(containing('50%_\\')).toBe('%50\\%\\_\\\\%');
    expect(beginningWith('a%')).toBe('a\\%%');
  });
});
