import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationObjectToMs, formatIsoDuration, LONGEST_DURATION_MS, parseIsoDuration } from './duration.ts';

describe('parseIsoDuration()', () => {
  it('reads weeks, days and times', () => {
    expect(parseIsoDuration('PT1H30M')).toBe(5_400_000);
    expect(parseIsoDuration('P2DT0.25S')).toBe(172_800_250);
    expect(parseIsoDuration('P1W')).toBe(604_800_000);
    expect(parseIsoDuration('PT0S')).toBe(0);
  });

  it('answers null for what is not a fixed length of time', () => {
    for (const text of [
      '',
      'P',
      'PT',
      'P1DT',
      'P1M',
      'P1Y',
      '-PT1S',
      'PT-1S',
      '1h',
      'pt1s',
      'PT1S ',
      'P1H',
    ]) {
      expect(parseIsoDuration(text)).toBeNull();
    }
  });

  it('answers null beyond a hundred years', () => {
    expect(parseIsoDuration('P36500D')).toBe(LONGEST_DURATION_MS);
    expect(parseIsoDuration('P36501D')).toBeNull();
    expect(parseIsoDuration(`PT0.${'0'.repeat(200)}S`)).toBeNull();
  });
});

describe('formatIsoDuration()', () => {
  it('writes the shortest text', () => {
    expect(formatIsoDuration(0)).toBe('PT0S');
    expect(formatIsoDuration(90_061_500)).toBe('P1DT1H1M1.5S');
    expect(formatIsoDuration(172_800_000)).toBe('P2D');
    expect(formatIsoDuration(250)).toBe('PT0.25S');
  });

  it('is read back as the same length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LONGEST_DURATION_MS }), (ms) => {
        expect(parseIsoDuration(formatIsoDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe('durationObjectToMs()', () => {
  it('adds the members up', () => {
    expect(durationObjectToMs({ days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 })).toBe(
      90_061_001,
    );
  });

  it('answers null for what is no duration', () => {
    const wrong = [{}, { weeks: 1 }, { hours: -1 }, { hours: 0.5 }, { hours: '1' }, { days: 36_501 }];
    for (const object of wrong) expect(durationObjectToMs(object)).toBeNull();
    expect(durationObjectToMs({ constructor: 1 })).toBeNull();
  });
});
