/** Most candidates that are compared: definitions come from outside, and have names by the thousand. */
const MOST_COMPARED = 100;

/** The candidate that a mistyped word most likely means; `undefined` when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = word.length > 5 ? 2 : 1;
  const folded = word.toLowerCase();
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates.slice(0, MOST_COMPARED)) {
    // Words whose lengths differ more than the limit cannot be near; long ones are not worth the matrix.
    if (Math.abs(candidate.length - word.length) > limit || word.length > 64) continue;
    const distance = editDistance(folded, candidate.toLowerCase(), limit);
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

/** Levenshtein's distance in which two swapped neighbours count as one edit; exact up to `limit`, more beyond it. */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: limit + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row: number[] = [i];
    // Cells further from the diagonal are beyond the limit anyway.
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swap ? at(beforeLast, j - 2) + 1 : Infinity;
      row[j] = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same, swapped);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

/** A number of a row; there is none beyond its ends. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
