import { describe, expect, it } from '@jest/globals';
import { toReadLine } from './lines.ts';
import type { Turn } from '../runs/rounds.ts';

const turn = (...latenciesMs: readonly number[]): Turn => ({
  throughput: 1,
  p50Ms: latenciesMs[0] ?? Number.NaN,
  latenciesMs,
});

describe('toReadLine()', () => {
  it('compares with the fewest runs, round by round', () => {
    const turns = [turn(4, 20), turn(2, 12), turn(6, 60)];
    const fewest = [turn(2, 10), turn(2, 6), turn(3, 20)];
    expect(toReadLine({ workload: 'list', finishedRuns: 10_000 }, turns, fewest)).toEqual({
      workload: 'list',
      finishedRuns: 10_000,
      p50Ms: 4,
      p99Ms: 60,
      p50Ratio: 2,
      p99Ratio: 2,
      spread: 3,
    });
  });
});
