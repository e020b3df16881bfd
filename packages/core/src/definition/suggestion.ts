/** The candidate that a mistyped word most likely means; `undefined` when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = word.length > 5 ? 2 : 1;
  const folded = word.toLowerCase();
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    // Words whose lengths differ more than the limit cannot be near; long ones are not worth the matrix.
    if (Math.abs(candidate.length - word.length) > limit || word.length > 64) continue;
    const distance = editDistance(folded, candidate.toLowerCase());
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Most words that a sentence lists. */
const MOST_LISTED = 12;

/** The end of a sentence about an unknown word: the nearest known one, or all of them. */
export function suggest(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== undefined) return `did you mean "${near}"?`;
  const all = [...new Set(candidates)];
  if (all.length === 0) return 'there is none to choose from.';
  return `known: ${all.slice(0, MOST_LISTED).join(', ')}${all.length > MOST_LISTED ? ', …' : '.'}`;
}

/** Levenshtein's distance in which two swapped neighbours count as one edit. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + same,
          at(beforeLast, j - 2) + (swap ? 1 : Infinity),
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

/** A number of a row; beyond its ends there is no way. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
