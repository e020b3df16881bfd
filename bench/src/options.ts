import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What can be measured. */
export const SUITES = ['expressions', 'agents', 'runs', 'read-model'] as const;

/** One of {@link SUITES}. */
export type Suite = (typeof SUITES)[number];

/** What the command line asks for. */
export interface Options {
  /** Less time for each turn, and no read model: under three minutes in all. */
  readonly short: boolean;
  /** One JSON object per line instead of tables. */
  readonly json: boolean;
  readonly suites: readonly Suite[];
  /** Names of workloads of runs, such as `W2`; null for all. */
  readonly workloads: readonly string[] | null;
  /** Folder where every program leaves a profile of its processor time; null for none. */
  readonly profiles: string | null;
}

/** Names of the workloads of runs. */
const WORKLOADS = ['W1', 'W2', 'W3', 'W4', 'W5'];

/** Reads the command line. Throws a sentence for what it does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      profiles: { type: 'string' },
    },
  });
  const wanted = values.only?.split(',') ?? null;
  const known = [...SUITES, ...WORKLOADS];
  const unknown = wanted?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`--only knows no "${unknown}"; it takes ${known.join(', ')}, separated by commas.`);
  const workloads = WORKLOADS.filter((name) => wanted?.includes(name));
  const inRuns = workloads.length > 0 ? ['runs'] : [];
  const suites = SUITES.filter((suite) => wanted === null || [...wanted, ...inRuns].includes(suite));
  return {
    short: values.short,
    json: values.json,
    suites,
    workloads: workloads.length > 0 ? workloads : null,
    profiles: values.profiles === undefined ? null : resolve(values.profiles),
  };
}
