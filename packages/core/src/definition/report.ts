import type { DefinitionProblem } from './definition.ts';

const MOST_PROBLEMS = 1_000;

/** Collects what is wrong with a definition. The same sentence at the same place is kept once. */
export interface Report {
  /** Adds something that keeps the definition from being used. */
  error(pointer: string, message: string): void;
  /** Adds something that is allowed but looks like a mistake. */
  warn(pointer: string, message: string): void;
  /** How many errors there are so far. */
  errors(): number;
  /** Everything so far, at most 1,000 problems and a last one that says that there are more. */
  problems(): readonly DefinitionProblem[];
}

/** An empty report. */
export function createReport(): Report {
  const found = new Map<string, DefinitionProblem>();
  let errors = 0;
  const add = (problem: DefinitionProblem): void => {
    if (problem.severity === 'error') errors += 1;
    if (found.size > MOST_PROBLEMS) return;
    const more = `More than ${MOST_PROBLEMS} problems were found; the rest is not listed.`;
    const kept: DefinitionProblem =
      found.size < MOST_PROBLEMS ? problem : { pointer: '', message: more, severity: 'error' };
    const key = `${kept.pointer}\n${kept.message}`;
    if (!found.has(key)) found.set(key, kept);
  };
  return {
    error: (pointer, message) => add({ pointer, message, severity: 'error' }),
    warn: (pointer, message) => add({ pointer, message, severity: 'warning' }),
    errors: () => errors,
    problems: () => [...found.values()],
  };
}
