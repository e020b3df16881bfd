import { describe, expect, it } from '@jest/globals';
import { figure, tableOf, times } from './table.ts';

describe('tableOf()', () => {
  it('sets words left and numbers right, as wide as they have to be', () => {
    const lines = [
      { name: 'W1', ms: '9.0' },
      { name: 'longer', ms: '1234' },
    ];
    const table = tableOf(
      [
        { head: 'what', of: ({ name }) => name, align: 'left' },
        { head: 'ms', of: ({ ms }) => ms },
      ],
      lines,
    );
    expect(table).toEqual(['what      ms', 'W1       9.0', 'longer  1234']);
  });
});

describe('figure()', () => {
  it('shows three digits that count', () => {
    expect([0.123, 1.234, 12.34, 123.4, 12_345].map(figure)).toEqual([
      '0.12',
      '1.23',
      '12.3',
      '123',
      '12345',
    ]);
  });

  it('shows what is no number as such', () => {
    expect(figure(Number.NaN)).toBe('-');
  });
});

describe('times()', () => {
  it('says how many times as much', () => {
    expect(times(1.7)).toBe('1.70×');
  });
});
