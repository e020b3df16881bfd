import type { Json } from '@baton/core';

/** What a counterpart can be asked to do. */
export type Behaviour =
  /** Answers with the suite's `answer`. */
  | { readonly kind: 'ok' }
  /** Answers with the suite's `answer` and reports the suite's `usage`. */
  | { readonly kind: 'usage' }
  /** Its output is the input. */
  | { readonly kind: 'echo' }
  /** Answers with an HTTP status, or what the protocol has in its place, and `words` in its body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: string;
      readonly words?: string;
    }
  /** Takes the call and never answers. */
  | { readonly kind: 'slow' }
  /** Takes the call and closes the connection. */
  | { readonly kind: 'drop' }
  /** Is not there. */
  | { readonly kind: 'refused' }
  /** Answers with JSON that ends in the middle. */
  | { readonly kind: 'malformed' }
  /** Answers with more than 4 MiB. */
  | { readonly kind: 'huge' }
  /** Answers 200 with a web page. */
  | { readonly kind: 'web-page' }
  /** Begins to answer as a stream and loses the connection in the middle. */
  | { readonly kind: 'broken-stream' }
  /** Answers as a stream that ends before it says so; what it worked on is done all the same. */
  | { readonly kind: 'lost-end' }
  /** Begins to work (with a stream: tells its ids) and says nothing more. */
  | { readonly kind: 'slow-stream' }
  /** Asks a person; answered with `approve` it answers as `ok`. */
  | { readonly kind: 'pause' };

/** One call as the counterpart saw it. */
export interface ReceivedCall {
  readonly idempotencyKey: string | undefined;
  /** Settles when the connection of the call is closed. */
  readonly closed: Promise<unknown>;
}

/** A real server on loopback that speaks the adapter's protocol. */
export interface Counterpart {
  /** A config that parses, for an agent that behaves so. */
  configFor(behaviour: Behaviour): Json;
  /** All calls so far, in order. */
  received(): readonly ReceivedCall[];
  /** The next call that arrives. */
  nextCall(): Promise<ReceivedCall>;
  /** How often it was told to stop working; absent where the protocol has no word for it. */
  stops?(): number;
  stop(): Promise<void>;
}
