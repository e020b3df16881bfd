/** How many tests passed and failed. */
export interface Counted {
  passed: number;
  failed: number;
}

/** Counts what Python's unittest says at its end. A test that was skipped counts as neither; no count at all is a failure. */
export function parseUnittest(output: string): Counted {
  const ran = /^Ran (\d+) tests? in /m.exec(output)?.[1];
  if (ran === undefined) return { passed: 0, failed: 1 };
  const end = /^(?:OK|FAILED)(?: \((.*)\))?$/m.exec(output)?.[1] ?? '';
  const count = (word: string): number => Number(new RegExp(`\\b${word}=(\\d+)`).exec(end)?.[1] ?? 0);
  const failed = count('failures') + count('errors') + count('unexpected successes');
  return { passed: Math.max(0, Number(ran) - failed - count('skipped')), failed };
}
