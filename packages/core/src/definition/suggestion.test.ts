import { describe, expect, it } from '@jest/globals';
import { nearest, suggest } from './suggestion.ts';

describe('nearest()', () => {
  it('finds slips of the finger', () => {
    expect(nearest('tehn', ['then', 'when'])).toBe('then');
    expect(nearest('Endpoint', ['endpoint'])).toBe('endpoint');
    expect(nearest('candidatse', ['candidates'])).toBe('candidates');
    expect(nearest('ste', ['set', 'sets'])).toBe('set');
  });

  it('finds nothing that is far', () => {
    expect(nearest('foo', ['set', 'switch'])).toBeUndefined();
    expect(nearest('x'.repeat(70), ['x'.repeat(69)])).toBeUndefined();
    expect(nearest('', [])).toBeUndefined();
  });
});

describe('suggest()', () => {
  it('lists a dozen words when none is near', () => {
    expect(suggest('x', ['alpha', 'beta', 'alpha'])).toBe('known: alpha, beta.');
    expect(
      suggest(
        'x',
        Array.from({ length: 20 }, (_, i) => `word${i}`),
      ),
    ).toMatch(/word11, …$/);
    expect(suggest('x', [])).toBe('there is none to choose from.');
  });
});
