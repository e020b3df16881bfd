/** What is timed: one call of one engine. */
export type Work = () => void;

/** What rounds have shown. */
export interface Measured {
  /** Microseconds of a call, the median of the rounds. */
  readonly medianUs: number;
  /** Slowest round by fastest. */
  readonly spread: number;
}

/** Parameters of {@link measureAlternately}. */
export interface MeasureParams {
  /** Rounds; the contenders take turns in each. */
  readonly rounds: number;
  /** Least time of one contender in one round, in milliseconds. */
  readonly roundMs: number;
}

/**
 * Times contenders in alternating rounds, so that what else the machine does hits all of them. The first round of each is
 * for warming up and does not count. Only ratios within one call mean anything.
 */
export function measureAlternately<Name extends string>(
  contenders: Readonly<Record<Name, Work>>,
  { rounds, roundMs }: MeasureParams,
): ReadonlyMap<string, Measured> {
  const works: readonly (readonly [string, Work])[] = Object.entries(contenders);
  const times = new Map<string, number[]>(works.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of works) {
      const us = timeOf(work, roundMs);
      if (round > 0) times.get(name)?.push(us);
    }
  }
  return new Map([...times].map(([name, all]) => [name, summary(all)]));
}

function timeOf(work: Work, roundMs: number): number {
  const since = performance.now();
  let calls = 0;
  let batch = 1;
  for (;;) {
    for (let call = 0; call < batch; call += 1) work();
    calls += batch;
    const elapsed = performance.now() - since;
    if (elapsed >= roundMs) return (elapsed * 1000) / calls;
    // The clock is read rarely, so that it is no part of what is timed.
    if (elapsed < roundMs / 10) batch *= 2;
  }
}

function summary(times: readonly number[]): Measured {
  const sorted = times.toSorted((a, b) => a - b);
  const medianUs = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return { medianUs, spread: (sorted.at(-1) ?? Number.NaN) / (sorted[0] ?? Number.NaN) };
}
