import type { RunId, Scope } from '@baton/core';

/** What the database tells about: runs with new events, due outbox messages, changed human tasks. */
export type Channel = 'baton_runs' | 'baton_outbox' | 'baton_human_tasks';

/** `message`: see the payload; `resync`: something may have been missed, read again. */
export type Notification =
  { readonly kind: 'message'; readonly payload: string } | { readonly kind: 'resync' };

/** Live notices over one dedicated connection, opened with the first subscription. */
export interface Notifications {
  /**
   * Calls the listener for each notice until the returned function is called. A `resync` follows every (re)connect;
   * listeners must not throw.
   */
  subscribe(channel: Channel, listener: (notification: Notification) => void): () => void;
  stop(): Promise<void>;
}

/** One run named in a payload of `baton_runs`. */
export interface NotifiedRun {
  readonly scope: Scope;
  readonly runId: RunId;
}
