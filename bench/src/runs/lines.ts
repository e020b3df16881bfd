import { median, pairedRatio, percentile, spread } from '../statistics.ts';
import type { Calls } from './baseline/contenders.ts';
import type { Effects } from './baton.ts';
import type { Turn } from './rounds.ts';

/** Baton beside one hand-written way, over all rounds. */
export interface RunLine {
  readonly workload: string;
  /** Operations under way at once. */
  readonly concurrency: number;
  readonly effects?: Effects;
  readonly baseline: Calls;
  /** Baton's operations in a second: the median of the rounds. */
  readonly throughput: number;
  /** The median of the rounds' medians. */
  readonly p50Ms: number;
  /** Over all operations of all rounds. */
  readonly p99Ms: number;
  /** Baton's throughput by the other's: the median of the rounds' ratios. */
  readonly throughputRatio: number;
  /** Baton's p50 by the other's: the median of the rounds' ratios. */
  readonly p50Ratio: number;
  /** The fastest round's throughput by the slowest's, of whichever side it is larger. */
  readonly spread: number;
}

/** What tells a line from the others of its workload. */
export type LineKey = Pick<RunLine, 'workload' | 'concurrency' | 'effects' | 'baseline'>;

/** Makes the line of two contenders that took turns in the same rounds. */
export function toRunLine(key: LineKey, ours: readonly Turn[], theirs: readonly Turn[]): RunLine {
  const rates = (turns: readonly Turn[]): readonly number[] => turns.map(({ throughput }) => throughput);
  const p50s = (turns: readonly Turn[]): readonly number[] => turns.map(({ p50Ms }) => p50Ms);
  const all = ours.flatMap(({ latenciesMs }) => latenciesMs);
  return {
    ...key,
    throughput: rounded(median(rates(ours))),
    p50Ms: rounded(median(p50s(ours))),
    p99Ms: rounded(percentile(all, 0.99)),
    throughputRatio: rounded(pairedRatio(rates(ours), rates(theirs))),
    p50Ratio: rounded(pairedRatio(p50s(ours), p50s(theirs))),
    spread: rounded(Math.max(spread(rates(ours)), spread(rates(theirs)))),
  };
}

/** Three digits after the point: more would be noise. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
