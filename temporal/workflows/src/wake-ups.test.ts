import { describe, expect, it } from '@jest/globals';
import { createWakeUps } from './wake-ups.ts';

describe('createWakeUps()', () => {
  it('remembers an id until it is forgotten, however often it was noted', () => {
    const noted = createWakeUps();
    expect(noted.has('a')).toBe(false);
    noted.note('a');
    noted.note('a');
    expect(noted.has('a')).toBe(true);
    noted.forget('a');
    expect(noted.has('a')).toBe(false);
  });

  it('drops the oldest ids when somebody sends any number of them', () => {
    const noted = createWakeUps();
    const ids = Array.from({ length: 1_001 }, (_, i) => `id-${i}`);
    ids.forEach(noted.note);
    expect(noted.has('id-0')).toBe(false);
    expect(noted.has('id-1')).toBe(true);
    expect(noted.has('id-1000')).toBe(true);
  });
});
