import { describe, expect, it } from '@jest/globals';
import { judge } from './aims.ts';
import type { RunLine } from './lines.ts';

const line = (more: Partial<RunLine>): RunLine => ({
  workload: 'W2',
  concurrency: 1,
  baseline: 'ordinary',
  throughput: 1,
  p50Ms: 1,
  p99Ms: 1,
  throughputRatio: 1,
  p50Ratio: 1,
  spread: 1,
  ...more,
});

describe('judge()', () => {
  it('says which aims hold', () => {
    const good = line({ effects: 'idempotent', throughputRatio: 1.7, p50Ratio: 0.61 });
    expect(judge(good)).toBe('throughput ≥ 1.7 met, p50 ≤ 0.6 MISSED');
    expect(judge(line({ effects: 'unknown', throughputRatio: 0.84 }))).toBe('throughput ≥ 0.85 MISSED');
    expect(judge(line({ workload: 'W1', p50Ratio: 1.2 }))).toBe('p50 ≤ 1.2 met');
  });

  it('has nothing to say where nothing is aimed at', () => {
    expect(judge(line({ effects: 'idempotent', baseline: 'local' }))).toBe('');
    expect(judge(line({ workload: 'W4', effects: 'idempotent' }))).toBe('');
  });
});
