import type { RunLine } from './lines.ts';

/** What is aimed at beside hand-written workflows with ordinary activities. */
export interface Aim {
  readonly workload: string;
  readonly effects?: RunLine['effects'];
  readonly of: 'throughputRatio' | 'p50Ratio';
  readonly least?: number;
  readonly most?: number;
}

/** The aims; those of other baselines and workloads are none. */
const AIMS: readonly Aim[] = [
  { workload: 'W1', of: 'p50Ratio', most: 1.2 },
  { workload: 'W2', effects: 'idempotent', of: 'throughputRatio', least: 1.7 },
  { workload: 'W2', effects: 'idempotent', of: 'p50Ratio', most: 0.6 },
  { workload: 'W2', effects: 'unknown', of: 'throughputRatio', least: 0.85 },
  { workload: 'W3', of: 'p50Ratio', most: 1.3 },
  { workload: 'W5', of: 'throughputRatio', least: 0.8 },
];

/** What a line says to the aims for it, such as `throughput ≥ 1.7 met`; '' when there are none. */
export function judge(line: RunLine): string {
  if (line.baseline !== 'ordinary') return '';
  return AIMS.filter(({ workload, effects }) => workload === line.workload && effects === line.effects)
    .map((aim) => `${nameOf(aim)} ${holds(aim, line) ? 'met' : 'MISSED'}`)
    .join(', ');
}

function nameOf({ of, least, most }: Aim): string {
  const what = of === 'p50Ratio' ? 'p50' : 'throughput';
  return least === undefined ? `${what} ≤ ${most}` : `${what} ≥ ${least}`;
}

function holds({ of, least = -Infinity, most = Infinity }: Aim, line: RunLine): boolean {
  return line[of] >= least && line[of] <= most;
}
