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

/** A meter that starts at zero, and lives as long as its evaluation. */
export class StepMeter implements Meter {
  readonly limits: Limits;
  private readonly ask: () => number;
  private steps = 0;
  private known: Map<string, RE2JS> | null = null;

  constructor(limits: Limits, clock: () => number) {
    this.limits = limits;
    this.ask = clock;
  }

  get patterns(): Map<string, RE2JS> {
    this.known ??= new Map();
    return this.known;
  }

  charge(units: number): void {
    this.steps += units;
    if (this.steps > this.limits.steps) throw new JqLimitError('steps', this.limits.steps);
  }

  chargeMembers(size: number): void {
    this.charge(size / membersPerStep);
  }

  chargeText(length: number): void {
    if (length > this.limits.stringLength) throw new JqLimitError('stringLength', this.limits.stringLength);
    this.charge(length / unitsPerStep);
  }

  chargeJoin(left: number, right: number): void {
    const { stringLength } = this.limits;
    if (left + right > stringLength) throw new JqLimitError('stringLength', stringLength);
    this.charge(Math.min(left, right) / unitsPerStep);
  }

  chargeError(): void {
    this.charge(stepsPerError);
  }

  clock(): number {
    return this.ask();
  }
}
