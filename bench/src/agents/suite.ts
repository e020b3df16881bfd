import { median, pairedRatio, percentile, spread } from '../statistics.ts';
import { MEASURED_ADAPTERS, startContender, type Contender } from './contenders.ts';
import type { StandParams } from '../runs/stand.ts';
import { startColdGraph, startWarmGraph } from './framework.ts';
import { startPythonGraph } from './python.ts';

/** One line of the result: an adapter beside the bare calls that it makes. */
export interface AgentLine {
  readonly adapter: string;
  /** Calls over HTTP for one delivery. */
  readonly calls: number;
  /** Microseconds of one delivery, the middle one. */
  readonly p50Us: number;
  readonly bareP50Us: number;
  /** How many times as long as the bare calls. */
  readonly ratio: number;
  readonly spread: number;
}

/** What {@link benchAgents} needs. */
export interface AgentBenchParams extends StandParams {
  readonly rounds: number;
  /** Length of one turn. */
  readonly turnMs: number;
  readonly onLine: (line: AgentLine) => void;
}

/** Times every adapter beside the bare calls of undici, one at a time, the two taking turns. */
export async function benchAgents(params: AgentBenchParams): Promise<void> {
  const starts = [
    ...MEASURED_ADAPTERS.map((name) => () => startContender(name)),
    startWarmGraph,
    startColdGraph,
    () => startPythonGraph(params),
  ];
  for (const start of starts) {
    const contender = await start();
    if (contender === null) continue;
    try {
      params.onLine(await measure(contender, params));
    } finally {
      await contender.stop();
    }
  }
}

async function measure(contender: Contender, { rounds, turnMs }: AgentBenchParams): Promise<AgentLine> {
  const { adapter, calls } = contender;
  // What is compiled by then has been compiled for both.
  for (const warm of [contender.deliver, contender.bare]) await turn(warm, turnMs / 2);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = [
      async () => void ours.push(percentile(await turn(contender.deliver, turnMs), 0.5)),
      async () => void bare.push(percentile(await turn(contender.bare, turnMs), 0.5)),
    ];
    for (const play of round % 2 === 0 ? order : order.toReversed()) await play();
  }
  return {
    adapter,
    calls,
    p50Us: median(ours),
    bareP50Us: median(bare),
    ratio: pairedRatio(ours, bare),
    spread: spread(ours),
  };
}

/** Microseconds of each call for as long as the turn takes. */
async function turn(work: () => Promise<void>, turnMs: number): Promise<readonly number[]> {
  const samples: number[] = [];
  const end = performance.now() + turnMs;
  for (let before = performance.now(); before < end;) {
    await work();
    const after = performance.now();
    samples.push((after - before) * 1_000);
    before = after;
  }
  return samples;
}
