import { describe, expect, it } from '@jest/globals';
import { costTable, runTable } from './tables.ts';

describe('runTable()', () => {
  it('has a row for each line', () => {
    const [head, row] = runTable([
      {
        workload: 'W5',
        concurrency: 20,
        baseline: 'ordinary',
        throughput: 123.456,
        p50Ms: 8.5,
        p99Ms: 20.25,
        throughputRatio: 0.8,
        p50Ratio: 1.25,
        spread: 1.5,
      },
    ]);
    expect(head?.split(/ {2,}/)).toEqual([
      'workload',
      'at once',
      'effects',
      'beside',
      'in a second',
      'p50 ms',
      'p99 ms',
      'throughput',
      'p50',
      'spread',
      'aims',
    ]);
    expect(row?.split(/ {2,}/)).toEqual([
      'W5',
      '20',
      'ordinary',
      '123',
      '8.50',
      '20.3',
      '0.80×',
      '1.25×',
      '1.50',
      'throughput ≥ 0.8 met',
    ]);
  });
});

describe('costTable()', () => {
  it('leaves out the parts that a side has not', () => {
    const [, row] = costTable([
      {
        workload: 'W1',
        concurrency: 1,
        side: 'ordinary',
        cpuMsPerRun: { server: 10, byHand: 5 },
        rssMib: { server: 150, byHand: 90 },
      },
    ]);
    expect(row?.split(/ {2,}/)).toEqual(['W1', '1', 'ordinary', '10.0 ms 150 MiB', '5.00 ms 90.0 MiB']);
  });
});
