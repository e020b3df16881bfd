import type { OnceOptions } from './transport.ts';

/** What calls take that start a run. */
export interface StartOptions extends OnceOptions {
  /** Waits for the end of the run, in seconds (at most 60); the answer is the run as it is then. Default: not at all. */
  readonly waitSeconds?: number | undefined;
}

/** The header that asks the API to wait. */
export function preferOf({ waitSeconds }: StartOptions = {}): Readonly<Record<string, string>> {
  return waitSeconds === undefined ? {} : { Prefer: `wait=${waitSeconds}` };
}
