import type { RE2JS } from 're2js';
import { JqLimitError } from '../errors.ts';
import type { Limits } from '../limits.ts';

/** Counts the work of one evaluation and stops it at its limits. */
export interface Meter {
  readonly limits: Limits;
  /** Counts `units` of work; throws `JqLimitError` when too much was done. */
  charge(units: number): void;
  /** Counts the building of an array or object of `size` members. */
  chargeMembers(size: number): void;
  /** Counts the building of a string of `length` units and refuses one that is too long. */
  chargeText(length: number): void;
  /** Counts the joining of two strings, which copies nothing yet, and refuses a result that is too long. */
  chargeJoin(left: number, right: number): void;
  /** Counts a caught error: making one costs far more than a step. */
  chargeError(): void;
  /** Patterns compiled so far in this evaluation, by their flags and text. */
  readonly patterns: Map<string, RE2JS>;
  /** Milliseconds since the epoch, from the caller's clock. */
  clock(): number;
}

/** Steps for one error, whose stack the host records. */
const stepsPerError = 20;

/** Members copied, and units of text built, for one step: they bound memory as well as time. */
const membersPerStep = 16;
const unitsPerStep = 64;

/** Starts a meter at zero. */
export function createMeter(limits: Limits, clock: () => number): Meter {
  let steps = 0;
  const charge = (units: number): void => {
    steps += units;
    if (steps > limits.steps) throw new JqLimitError('steps', limits.steps);
  };
  return {
    limits,
    charge,
    chargeMembers: (size) => charge(size / membersPerStep),
    chargeText(length) {
      if (length > limits.stringLength) throw new JqLimitError('stringLength', limits.stringLength);
      charge(length / unitsPerStep);
    },
    chargeJoin(left, right) {
      if (left + right > limits.stringLength) throw new JqLimitError('stringLength', limits.stringLength);
      charge(Math.min(left, right) / unitsPerStep);
    },
    chargeError: () => charge(stepsPerError),
    patterns: new Map(),
    clock,
  };
}
