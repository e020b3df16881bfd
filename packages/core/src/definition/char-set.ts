/** Ranges of code points, both ends included, in ascending order and apart from each other. */
export type CharSet = readonly (readonly [number, number])[];

const LAST = 0x10ffff;

/** Every character. */
export const ANY: CharSet = [[0, LAST]];

/** `\d`. */
export const DIGITS: CharSet = [[48, 57]];

/** `\w`. */
export const WORDS: CharSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];

/** `\s`. */
export const SPACES: CharSet = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

/** `.` without the flag `s`. */
export const DOT: CharSet = complement([
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
]);

/** One character. */
export function single(code: number): CharSet {
  return [[code, code]];
}

/** Every character of any of the sets. */
export function union(sets: readonly CharSet[]): CharSet {
  const merged: [number, number][] = [];
  for (const [from, to] of sets.flat().sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Every character outside a set. */
export function complement(set: CharSet): CharSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) gaps.push([next, LAST]);
  return gaps;
}

/** The characters that two sets share. */
export function intersection(a: CharSet, b: CharSet): CharSet {
  return a.flatMap(([fromA, toA]) =>
    b.flatMap(([fromB, toB]): CharSet => {
      const range: readonly [number, number] = [Math.max(fromA, fromB), Math.min(toA, toB)];
      return range[0] <= range[1] ? [range] : [];
    }),
  );
}

/** Whether two sets share a character. */
export function overlaps(a: CharSet, b: CharSet): boolean {
  return intersection(a, b).length > 0;
}
