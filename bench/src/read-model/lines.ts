import { rounded } from '../runs/lines.ts';
import type { Turn } from '../runs/rounds.ts';
import { median, pairedRatio, percentile, spread } from '../statistics.ts';

/** One request beside so many finished runs, over all rounds. */
export interface ReadLine {
  /** `list`: the first page of runs. `read`: one run. */
  readonly workload: 'list' | 'read';
  readonly finishedRuns: number;
  /** The median of the rounds' medians. */
  readonly p50Ms: number;
  /** Over all requests of all rounds. */
  readonly p99Ms: number;
  /** The p50 by that beside the fewest runs: the median of the rounds' ratios. */
  readonly p50Ratio: number;
  /** The p99 by that beside the fewest runs: the median of the rounds' ratios. */
  readonly p99Ratio: number;
  /** The slowest round's p50 by the fastest's. */
  readonly spread: number;
}

/** Makes the line of one number of runs; `fewest` are the turns beside the fewest, in the same rounds. */
export function toReadLine(
  key: Pick<ReadLine, 'workload' | 'finishedRuns'>,
  turns: readonly Turn[],
  fewest: readonly Turn[],
): ReadLine {
  const p50s = (of: readonly Turn[]): readonly number[] => of.map(({ p50Ms }) => p50Ms);
  const p99s = (of: readonly Turn[]): readonly number[] =>
    of.map(({ latenciesMs }) => percentile(latenciesMs, 0.99));
  return {
    ...key,
    p50Ms: rounded(median(p50s(turns))),
    p99Ms: rounded(
      percentile(
        turns.flatMap(({ latenciesMs }) => latenciesMs),
        0.99,
      ),
    ),
    p50Ratio: rounded(pairedRatio(p50s(turns), p50s(fewest))),
    p99Ratio: rounded(pairedRatio(p99s(turns), p99s(fewest))),
    spread: rounded(spread(p50s(turns))),
  };
}
