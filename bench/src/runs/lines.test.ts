import { describe, expect, it } from '@jest/globals';
import { toRunLine } from './lines.ts';
import type { Turn } from './rounds.ts';

const turn = (throughput: number, latenciesMs: readonly number[]): Turn => ({
  throughput,
  p50Ms: latenciesMs[0] ?? Number.NaN,
  latenciesMs,
});

const OURS = [turn(10, [100, 300]), turn(20, [50, 60]), turn(15, [70])];
const THEIRS = [turn(20, [50]), turn(10, [100]), turn(30, [35])];

describe('toRunLine()', () => {
  it('has exactly the fields that readers of the JSON know', () => {
    const key = { workload: 'W2', concurrency: 20, effects: 'unknown', baseline: 'local' } as const;
    expect(Object.keys(toRunLine(key, OURS, THEIRS))).toEqual([
      'workload',
      'concurrency',
      'effects',
      'baseline',
      'throughput',
      'p50Ms',
      'p99Ms',
      'throughputRatio',
      'p50Ratio',
      'spread',
    ]);
  });

  it('takes medians of rounds, ratios within rounds, and the larger spread', () => {
    const key = { workload: 'W1', concurrency: 1, baseline: 'ordinary' } as const;
    expect(toRunLine(key, OURS, THEIRS)).toEqual({
      ...key,
      throughput: 15,
      p50Ms: 70,
      p99Ms: 300,
      throughputRatio: 0.5,
      p50Ratio: 2,
      spread: 3,
    });
  });
});
