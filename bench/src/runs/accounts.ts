import { usageOf, type Usage } from './cost.ts';
import type { Effects } from './baton.ts';
import type { Calls } from './baseline/contenders.ts';
import { rounded } from './lines.ts';
import type { Turn } from './rounds.ts';

/** The processes that cost something; `byHand` is the worker of the hand-written workflows. */
export type Part = 'server' | 'worker' | 'api' | 'postgres' | 'byHand';

/** What one operation cost on one side. */
export interface CostLine {
  readonly workload: string;
  readonly concurrency: number;
  readonly effects?: Effects;
  readonly side: 'baton' | Calls;
  /** Processor time of each part by the number of operations. */
  readonly cpuMsPerRun: Readonly<Partial<Record<Part, number>>>;
  /** The most memory a part held after a turn. */
  readonly rssMib: Readonly<Partial<Record<Part, number>>>;
}

/** Keeps account of what turns cost. */
export interface Accounts {
  /** Takes a turn, and notes what the parts used meanwhile. */
  charge(contender: string, take: () => Promise<Turn>): Promise<Turn>;
  /** The line of a contender; none where the system tells nothing of its processes. */
  lines(
    key: Pick<CostLine, 'workload' | 'concurrency' | 'effects' | 'side'>,
    contender: string,
  ): readonly CostLine[];
}

/** The parts of each side. */
const PARTS: Readonly<Record<CostLine['side'], readonly Part[]>> = {
  baton: ['server', 'worker', 'api', 'postgres'],
  ordinary: ['server', 'byHand'],
  local: ['server', 'byHand'],
};

interface Charge {
  readonly operations: number;
  readonly cpuMs: ReadonlyMap<Part, number>;
  readonly rssMib: ReadonlyMap<Part, number>;
}

/** Accounts over processes with these ids. */
export function createAccounts(pids: Readonly<Record<Part, number>>): Accounts {
  const charges = new Map<string, Charge[]>();
  const look = (): ReadonlyMap<Part, Usage> => {
    const parts = ['server', 'worker', 'api', 'postgres', 'byHand'] as const;
    return new Map(
      parts.flatMap((part) => {
        const usage = usageOf(pids[part]);
        return usage === null ? [] : [[part, usage] as const];
      }),
    );
  };
  return {
    async charge(contender, take) {
      const before = look();
      const turn = await take();
      const after = look();
      const cpuMs = new Map(
        [...after].map(([part, { cpuMs: now }]) => [part, now - (before.get(part)?.cpuMs ?? now)] as const),
      );
      const rssMib = new Map([...after].map(([part, usage]) => [part, usage.rssMib] as const));
      const known = charges.get(contender) ?? [];
      charges.set(contender, [...known, { operations: turn.latenciesMs.length, cpuMs, rssMib }]);
      return turn;
    },
    lines(key, contender) {
      const known = charges.get(contender) ?? [];
      if (known.every(({ cpuMs }) => cpuMs.size === 0)) return [];
      const operations = known.reduce((sum, charge) => sum + charge.operations, 0);
      const cpu = (part: Part): number =>
        known.reduce((sum, charge) => sum + (charge.cpuMs.get(part) ?? 0), 0) / operations;
      const rss = (part: Part): number => Math.max(...known.map((charge) => charge.rssMib.get(part) ?? 0));
      const of = (measure: (part: Part) => number): Readonly<Partial<Record<Part, number>>> =>
        Object.fromEntries(PARTS[key.side].map((part) => [part, rounded(measure(part))]));
      return [{ ...key, cpuMsPerRun: of(cpu), rssMib: of(rss) }];
    },
  };
}
