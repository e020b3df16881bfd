import { compile, JqError } from './index.ts';
import type { Json } from './index.ts';

/** A program, its input and its results; an error it raises is the last of them, as `{error}`. */
export type Row = readonly [program: string, input: Json, results: readonly Json[]];

function resultsOf(program: string, input: Json): Json[] {
  const results: Json[] = [];
  try {
    for (const result of compile(program, { clock: () => 1_700_000_000_123 }).evaluate(input))
      results.push(result);
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
    results.push({ error: error.value });
  }
  return results;
}

/** The rows whose program gives other results, with those; key order does not count. */
export function mismatches(rows: readonly Row[]): Json[] {
  return rows.flatMap(([program, input, wanted]) => {
    const results = resultsOf(program, input);
    const same = JSON.stringify(sortKeys(results)) === JSON.stringify(sortKeys([...wanted]));
    return same ? [] : [{ program, wanted: [...wanted], results }];
  });
}

/** The same value with the keys of all objects in one order. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sortKeys(member)]),
  );
}
