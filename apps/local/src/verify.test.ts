import { describe, expect, it } from '@jest/globals';
import { parseOnly } from './verify.ts';

describe('parseOnly()', () => {
  it('runs everything without it', () => {
    expect(parseOnly([])).toEqual([]);
  });

  it('takes a list in either spelling', () => {
    expect(parseOnly(['--only', 'unit,int'])).toEqual(['unit', 'int']);
    expect(parseOnly(['--only=lint'])).toEqual(['lint']);
  });

  it('names the known ones when one is unknown or none is given', () => {
    expect(() => parseOnly(['--only', 'units'])).toThrow('"units" is none of them');
    expect(() => parseOnly(['--only'])).toThrow('format, lint, types');
    expect(() => parseOnly(['--help'])).toThrow('"--help" names none');
  });
});
