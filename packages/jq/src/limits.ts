/** What one evaluation may use. Every limit is a whole number above zero; reaching one throws `JqLimitError`. */
export interface Limits {
  /** Units of work. One is roughly one value passed on; bulk work on strings and arrays counts by size. Default 1,000,000. */
  readonly steps: number;
  /** Results of one `evaluate`. Default 100,000. */
  readonly outputs: number;
  /** JSON text of all results together, in UTF-8 bytes. Default 16 MiB. */
  readonly outputBytes: number;
  /** UTF-16 units of any single string. Default 4,194,304. */
  readonly stringLength: number;
  /** Calls and generators open at once; results nest at most 2,000 deep whatever this says. Default 20,000. */
  readonly depth: number;
  /** UTF-16 units of the program's text. Default 16,384. */
  readonly sourceLength: number;
}

/** The name of a limit, as `JqLimitError` reports it. */
export type LimitName = keyof Limits;

/** The limits that hold when `compile` is given none. */
export const defaultLimits: Limits = Object.freeze({
  steps: 1_000_000,
  outputs: 100_000,
  outputBytes: 16 * 1024 * 1024,
  stringLength: 4 * 1024 * 1024,
  depth: 20_000,
  sourceLength: 16_384,
});
