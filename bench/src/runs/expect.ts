import { isDeepStrictEqual } from 'node:util';

/** Throws when a result is not the one that was wanted: a fast wrong answer is worth nothing. */
export function expectResult(what: string, given: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(given, wanted)) return;
  throw new Error(`${what} gave ${JSON.stringify(given)}, and ${JSON.stringify(wanted)} was wanted.`);
}
