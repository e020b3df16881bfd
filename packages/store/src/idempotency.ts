import type { Json, Scope } from '@baton/core';

/** What a key is bound to. */
export interface IdempotencyParams {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly principal: string;
  /** Hash of the request body. */
  readonly bodyHash: string;
}

/** The first answer, to be given again. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** What to do with a request. `fresh`: do it, then complete or abandon with the claim. */
export type BeginResult =
  | { readonly outcome: 'fresh'; readonly claim: IdempotencyClaim }
  | { readonly outcome: 'replay'; readonly response: RecordedResponse }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'in_flight' };

/** The right to answer for a key. Lost when somebody took over after a minute. */
export interface IdempotencyClaim {
  readonly scope: Scope;
  readonly id: string;
}

/** Keys of POST requests, kept for 24 hours. */
export interface IdempotencyRepository {
  /** Of any number of calls at once exactly one is `fresh`. A key in flight for over 60 s may be taken over. */
  begin(scope: Scope, params: IdempotencyParams): Promise<BeginResult>;
  /** Records the answer. False when the claim was lost. */
  complete(claim: IdempotencyClaim, response: RecordedResponse): Promise<boolean>;
  /** Frees the key: the request did nothing. */
  abandon(claim: IdempotencyClaim): Promise<void>;
  /** Across workspaces: removes what has expired; returns how many. */
  sweep(): Promise<number>;
}
