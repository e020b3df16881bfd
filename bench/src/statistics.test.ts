import { describe, expect, it } from '@jest/globals';
import { median, pairedRatio, percentile, spread } from './statistics.ts';

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);

describe('percentile()', () => {
  it('takes the nearest rank, which is always a sample', () => {
    expect(percentile(upTo(100), 0.99)).toBe(99);
    expect(percentile(upTo(101), 0.99)).toBe(100);
    expect(percentile([30, 10, 20], 0.5)).toBe(20);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('reaches from the smallest sample to the largest', () => {
    expect([percentile([3, 1, 2], 0), percentile([3, 1, 2], 1)]).toEqual([1, 3]);
  });

  it('sorts numbers as numbers, and leaves what it is given alone', () => {
    const samples = Object.freeze([10, 9, 100]);
    expect(percentile(samples, 1)).toBe(100);
    expect(percentile(samples, 0)).toBe(9);
  });

  it('knows nothing of no samples', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('median()', () => {
  it('is the middle one, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
  });

  it('knows nothing of no samples', () => {
    expect(median([])).toBeNaN();
  });
});

describe('spread()', () => {
  it('is the largest by the smallest', () => {
    expect(spread([2, 5, 4])).toBe(2.5);
    expect(spread([3, 3])).toBe(1);
  });
});

describe('pairedRatio()', () => {
  it('divides round by round, so that a slow round of both sides changes nothing', () => {
    expect(pairedRatio([10, 10, 1], [5, 5, 0.5])).toBe(2);
  });

  it('is not led astray by one odd round', () => {
    expect(pairedRatio([1, 1, 100], [1, 1, 1])).toBe(1);
  });

  it('refuses rounds that have no other half', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow('2 rounds of ours cannot be paired with 1 of theirs.');
  });
});
