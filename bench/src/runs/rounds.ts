import { percentile } from '../statistics.ts';

/** One thing that is timed. Rejects when its result is wrong. */
export type Operation = () => Promise<void>;

/** One way to do a workload. */
export interface Contender {
  /** Unlike that of every other contender of the workload. */
  readonly name: string;
  /** Makes operations ready; what this takes is not timed. */
  prepare(count: number): Promise<readonly Operation[]>;
  /** Waits, untimed, for what the operations have begun, and checks it. */
  settle(): Promise<void>;
}

/** All workloads done one way; those that call have a contender for each variant of calling. */
export interface Contenders<Variant extends string> {
  readonly empty: Contender;
  readonly sequential: Readonly<Record<Variant, Contender>>;
  readonly decision: Contender;
  readonly fanOut: Readonly<Record<Variant, Contender>>;
  readonly starts: Contender;
}

/** What one turn of one contender has shown. */
export interface Turn {
  /** Operations in a second. */
  readonly throughput: number;
  readonly p50Ms: number;
  readonly latenciesMs: readonly number[];
}

/** How contenders are timed. */
export interface RoundsParams {
  readonly contenders: readonly Contender[];
  /** Rounds that count; one more comes before them and warms up. */
  readonly rounds: number;
  /** About how long a turn takes, in milliseconds; it has one operation for each that runs at once at least. */
  readonly turnMs: number;
  /** Operations under way at once. */
  readonly concurrency: number;
  /** Milliseconds after which no further round begins; default: there is no end to it. One round is measured in any case. */
  readonly budgetMs?: number;
  /** Called around each turn that counts; what is called with is what came of the turn. */
  readonly around?: (contender: Contender, turn: () => Promise<Turn>) => Promise<Turn>;
}

/** Most operations of one turn: what is made ready beforehand has to be held. */
const MOST_OPERATIONS = 400;

/**
 * Times contenders in turns, round after round; each round begins with another one. Gives each contender's turns by its name.
 * Rejects as soon as a result is wrong.
 */
export async function runRounds(params: RoundsParams): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const { contenders, rounds, concurrency, budgetMs = Infinity } = params;
  const since = performance.now();
  const around = params.around ?? ((_contender, turn) => turn());
  const counts = new Map<string, number>();
  for (const contender of contenders) counts.set(contender.name, await warmUp(contender, params));
  const turns = new Map<string, Turn[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0 && performance.now() - since > budgetMs) break;
    for (const contender of rotated(contenders, round)) {
      const count = counts.get(contender.name) ?? concurrency;
      const turn = await around(contender, () => takeTurn(contender, { count, concurrency }));
      turns.get(contender.name)?.push(turn);
    }
  }
  return turns;
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}

/** Warms a contender up for about a turn; gives how many operations a turn of it has. */
async function warmUp(contender: Contender, { turnMs, concurrency }: RoundsParams): Promise<number> {
  const since = performance.now();
  let { throughput } = await takeTurn(contender, { count: concurrency, concurrency });
  if (performance.now() - since < turnMs)
    ({ throughput } = await takeTurn(contender, { count: concurrency * 2, concurrency }));
  return Math.min(MOST_OPERATIONS, Math.max(concurrency, Math.round((throughput * turnMs) / 1000)));
}

async function takeTurn(
  contender: Contender,
  { count, concurrency }: { readonly count: number; readonly concurrency: number },
): Promise<Turn> {
  const operations = await contender.prepare(count);
  const queue = operations.values();
  const latenciesMs: number[] = [];
  const since = performance.now();
  const lane = async (): Promise<void> => {
    for (const operation of queue) {
      const from = performance.now();
      await operation();
      latenciesMs.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const elapsedMs = performance.now() - since;
  await contender.settle();
  return {
    throughput: (operations.length * 1000) / elapsedMs,
    p50Ms: percentile(latenciesMs, 0.5),
    latenciesMs,
  };
}
