import { expect } from '@jest/globals';
import { compile, JqError } from './index.ts';
import type { Json } from './index.ts';

/** All results of a program; an error it raises is the last of them, as `{error}`. */
export function resultsOf(program: string, input: Json = null): Json[] {
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

/** Each row is a program, its input and its results. */
export function expectEach(rows: readonly (readonly [string, Json, readonly Json[]])[]): void {
  for (const [program, input, results] of rows) {
    expect({ program, results: resultsOf(program, input) }).toEqual({ program, results });
  }
}
