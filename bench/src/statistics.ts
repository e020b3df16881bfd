/**
 * The value below which a share of the samples lies, by the nearest rank: always one that was measured. `share` is between
 * 0 and 1. NaN without samples.
 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The middle of the samples; the mean of the two middle ones of an even number. NaN without samples. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The largest sample by the smallest: 1 when all are the same. NaN without samples. */
export function spread(samples: readonly number[]): number {
  return percentile(samples, 1) / percentile(samples, 0);
}

/**
 * The median of ours by theirs, round by round: what else the machine did in a round happened to both of its halves. Throws
 * when the numbers of rounds differ.
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length)
    throw new Error(`${ours.length} rounds of ours cannot be paired with ${theirs.length} of theirs.`);
  return median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}
