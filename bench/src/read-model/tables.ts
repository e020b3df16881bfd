import { figure, tableOf, times, type Column } from '../table.ts';
import type { ReadLine } from './lines.ts';

const COLUMNS: readonly Column<ReadLine>[] = [
  { head: 'request', of: ({ workload }) => workload, align: 'left' },
  { head: 'finished runs', of: ({ finishedRuns }) => finishedRuns.toLocaleString('en') },
  { head: 'p50 ms', of: ({ p50Ms }) => figure(p50Ms) },
  { head: 'p99 ms', of: ({ p99Ms }) => figure(p99Ms) },
  { head: 'p50', of: ({ p50Ratio }) => times(p50Ratio) },
  { head: 'p99', of: ({ p99Ratio }) => times(p99Ratio) },
  { head: 'spread', of: (line) => figure(line.spread) },
];

/** Requests beside more and more finished runs, for a terminal. */
export function readTable(lines: readonly ReadLine[]): readonly string[] {
  return tableOf(COLUMNS, lines);
}
