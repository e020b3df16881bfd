import { describe, expect, it } from '@jest/globals';
import { createDecided } from './human-task.ts';

describe('createDecided()', () => {
  it('remembers an id until it is forgotten, however often it was noted', () => {
    const decided = createDecided();
    expect(decided.has('a')).toBe(false);
    decided.note('a');
    decided.note('a');
    expect(decided.has('a')).toBe(true);
    decided.forget('a');
    expect(decided.has('a')).toBe(false);
  });

  it('drops the oldest ids when somebody sends any number of them', () => {
    const decided = createDecided();
    const ids = Array.from({ length: 1_001 }, (_, i) => `id-${i}`);
    ids.forEach(decided.note);
    expect(decided.has('id-0')).toBe(false);
    expect(decided.has('id-1')).toBe(true);
    expect(decided.has('id-1000')).toBe(true);
  });
});
