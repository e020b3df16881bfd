import { createBaselineContenders } from './baseline/contenders.ts';
import { createBatonContenders } from './baton.ts';
import { createAccounts, type CostLine } from './accounts.ts';
import { toRunLine, type RunLine } from './lines.ts';
import { runRounds, type Contender, type Turn } from './rounds.ts';
import { startBaton, startStand, untilReady, type Stand, type StandParams } from './stand.ts';
import { workloadsOf, type Workload } from './workloads.ts';
import { freePort, type SupervisedProcess } from '@baton/stand';
import { createLedger, type Ledger } from './ledger.ts';

/** How much is measured. */
export interface RunsParams {
  /** About how long one contender has its turn in one round, in milliseconds. */
  readonly turnMs: number;
  /** Milliseconds for all workloads together; what is slower than that has fewer rounds, and is told of. */
  readonly budgetMs: number;
  /** Names of workloads; null for all. */
  readonly workloads: readonly string[] | null;
  readonly onProgress: StandParams['onProgress'];
  readonly profiles: StandParams['profiles'];
  readonly onLine: (line: RunLine) => void;
  readonly onCost: (line: CostLine) => void;
}

/** Rounds that count. */
const ROUNDS = 5;

/** Task queue of the hand-written workflows. */
const BASELINE_QUEUE = 'bench-baseline';

/** Operations under way at once. */
const CONCURRENCIES = [1, 20];

/**
 * Measures runs of Baton beside hand-written workflows on one Temporal. Rejects as soon as a result is wrong, and when one of
 * the programs ends by itself.
 */
export async function benchRuns(params: RunsParams): Promise<void> {
  const stand = await startStand(params);
  try {
    await Promise.race([measureAll(params, stand), stand.broken]);
  } finally {
    await stand.stop();
  }
}

async function measureAll(params: RunsParams, stand: Stand): Promise<void> {
  const agent = await startAgent(stand);
  const url = `${agent.url}/count`;
  const baton = await startBaton(stand, 'bench');
  const { address } = stand.temporal;
  const byHand = await stand.start({
    name: 'baseline',
    main: 'bench/src/runs/baseline/worker-main.ts',
    args: [address, BASELINE_QUEUE, url],
  });
  const ours = await createBatonContenders(baton.apiUrl, url);
  const theirs = await createBaselineContenders(address, BASELINE_QUEUE);
  const pids = {
    server: stand.temporal.process.pid,
    worker: baton.worker.pid,
    api: baton.api.pid,
    postgres: stand.postgres.process.pid,
    byHand: byHand.pid,
  };
  const parts: Parts = { ledger: createLedger(agent.url), pids };
  const isWanted = ({ name }: Workload): boolean => params.workloads?.includes(name) ?? true;
  const workloads = workloadsOf(ours, theirs).filter(isWanted);
  const until = performance.now() + params.budgetMs;
  const turns = workloads.flatMap((workload) =>
    CONCURRENCIES.map((concurrency) => ({ workload, concurrency })),
  );
  for (const [index, turn] of turns.entries()) {
    const budgetMs = (until - performance.now()) / (turns.length - index);
    await measure(params, parts, { ...turn, budgetMs });
  }
  await theirs.close();
}

async function startAgent(
  stand: Stand,
): Promise<{ readonly url: string; readonly process: SupervisedProcess }> {
  const port = await freePort();
  const agent = await stand.start({
    name: 'agent',
    main: 'bench/src/runs/agent-main.ts',
    args: [String(port)],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(agent, `${url}/ledger`);
  return { url, process: agent };
}

interface Parts {
  readonly ledger: Ledger;
  readonly pids: Parameters<typeof createAccounts>[0];
}

interface Task {
  readonly workload: Workload;
  readonly concurrency: number;
  readonly budgetMs: number;
}

async function measure(
  params: RunsParams,
  parts: Parts,
  { workload, concurrency, budgetMs }: Task,
): Promise<void> {
  const { ours, theirs, calls } = workload;
  params.onProgress(`${workload.name} ${workload.title}, ${concurrency} at once`);
  const accounts = createAccounts(parts.pids);
  const around = (contender: Contender, take: () => Promise<Turn>): Promise<Turn> =>
    parts.ledger.check(calls, () => accounts.charge(contender.name, take));
  const turns = await runRounds({
    contenders: [...ours, ...theirs].map(({ contender }) => contender),
    rounds: ROUNDS,
    turnMs: params.turnMs,
    concurrency,
    budgetMs,
    around,
  });
  const rounds = Math.min(...[...turns.values()].map(({ length }) => length));
  if (rounds < ROUNDS) params.onProgress(`The machine is slow: ${rounds} rounds instead of ${ROUNDS}`);
  const of = ({ contender }: { readonly contender: Contender }): readonly Turn[] =>
    turns.get(contender.name) ?? [];
  for (const one of ours)
    for (const other of theirs) {
      const { effects } = one;
      const key = { workload: workload.name, concurrency, baseline: other.baseline };
      params.onLine(toRunLine(effects === undefined ? key : { ...key, effects }, of(one), of(other)));
    }
  if (workload.goesOn) return;
  const place = { workload: workload.name, concurrency };
  for (const { contender, effects } of ours) {
    const side = { ...place, ...(effects === undefined ? {} : { effects }), side: 'baton' } as const;
    for (const line of accounts.lines(side, contender.name)) params.onCost(line);
  }
  for (const { contender, baseline } of theirs)
    for (const line of accounts.lines({ ...place, side: baseline }, contender.name)) params.onCost(line);
}
