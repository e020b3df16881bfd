import { figure, tableOf, times, type Column } from '../table.ts';
import type { CostLine, Part } from './accounts.ts';
import { judge } from './aims.ts';
import type { RunLine } from './lines.ts';

const RUN_COLUMNS: readonly Column<RunLine>[] = [
  { head: 'workload', of: ({ workload }) => workload, align: 'left' },
  { head: 'at once', of: ({ concurrency }) => String(concurrency) },
  { head: 'effects', of: ({ effects }) => effects ?? '', align: 'left' },
  { head: 'beside', of: ({ baseline }) => baseline, align: 'left' },
  { head: 'in a second', of: ({ throughput }) => figure(throughput) },
  { head: 'p50 ms', of: ({ p50Ms }) => figure(p50Ms) },
  { head: 'p99 ms', of: ({ p99Ms }) => figure(p99Ms) },
  { head: 'throughput', of: ({ throughputRatio }) => times(throughputRatio) },
  { head: 'p50', of: ({ p50Ratio }) => times(p50Ratio) },
  { head: 'spread', of: (line) => figure(line.spread) },
  { head: 'aims', of: judge, align: 'left' },
];

/** Runs of Baton beside hand-written workflows, for a terminal. */
export function runTable(lines: readonly RunLine[]): readonly string[] {
  return tableOf(RUN_COLUMNS, lines);
}

const PARTS: readonly (readonly [Part, string])[] = [
  ['server', 'Temporal'],
  ['worker', 'worker'],
  ['byHand', 'worker by hand'],
  ['api', 'API'],
  ['postgres', 'PostgreSQL'],
];

const COST_COLUMNS: readonly Column<CostLine>[] = [
  { head: 'workload', of: ({ workload }) => workload, align: 'left' },
  { head: 'at once', of: ({ concurrency }) => String(concurrency) },
  { head: 'effects', of: ({ effects }) => effects ?? '', align: 'left' },
  { head: 'side', of: ({ side }) => side, align: 'left' },
  ...PARTS.map(([part, head]): Column<CostLine> => ({ head, of: (line) => costOf(line, part) })),
];

/** Milliseconds of processor time and MiB of memory, for a terminal. */
export function costTable(lines: readonly CostLine[]): readonly string[] {
  return tableOf(COST_COLUMNS, lines);
}

function costOf({ cpuMsPerRun, rssMib }: CostLine, part: Part): string {
  const [cpu, rss] = [cpuMsPerRun[part], rssMib[part]];
  return cpu === undefined || rss === undefined ? '' : `${figure(cpu)} ms ${figure(rss)} MiB`;
}
