import type { Terminal } from './terminal.ts';

/** What {@link runDemo} needs. */
export interface DemoParams {
  /** The checkout, with `examples/`. */
  readonly root: string;
  /** Of a Baton that is ready, without a slash at the end. */
  readonly apiUrl: string;
  /** `null` when a Temporal of one's own is used and nobody said where its UI is. */
  readonly temporalUiUrl: string | null;
  /** Approves without asking. */
  readonly yes: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Shows the main use on a Baton that is up: publish the example, start it, show its events, decide, show the result. */
export function runDemo(params: DemoParams): Promise<void> {
  return Promise.reject(new Error(`There is no demo for ${params.apiUrl} in this version.`));
}
