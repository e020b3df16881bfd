import { parseWorkflowId, type RunId, type Scope } from '@baton/core';
import pg from 'pg';

/** What the database tells about: runs with new events, with new live frames, ended runs, due outbox messages, changed human tasks. */
export type Channel = 'baton_runs' | 'baton_frames' | 'baton_run_ends' | 'baton_outbox' | 'baton_human_tasks';

const CHANNELS: readonly Channel[] = [
  'baton_runs',
  'baton_frames',
  'baton_run_ends',
  'baton_outbox',
  'baton_human_tasks',
];

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

/** The runs a payload of `baton_runs` names. */
export function parseRunNotice(payload: string): readonly NotifiedRun[] {
  return payload.split(',').flatMap((name) => parseWorkflowId(name) ?? []);
}

type Listener = (notification: Notification) => void;

const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** A broken network tells nobody; asking now and then does. */
const PROBE_MS = 15_000;

/** Opens the connection with the first subscription, and again, after 100 ms up to 5 s, when it breaks. */
export function createNotifications(databaseUrl: string): Notifications {
  const listeners = new Map<Channel, Set<Listener>>(CHANNELS.map((channel) => [channel, new Set()]));
  const tell = (channel: Channel, notification: Notification): void => {
    for (const listener of listeners.get(channel) ?? []) listener(notification);
  };
  const link = new Link(databaseUrl, {
    message: (channel, payload) => {
      const known = CHANNELS.find((name) => name === channel);
      if (known !== undefined) tell(known, { kind: 'message', payload });
    },
    connected: () => CHANNELS.forEach((channel) => tell(channel, { kind: 'resync' })),
  });
  return {
    subscribe: (channel, listener) => {
      // A fresh function, so that one listener subscribed twice is called twice.
      const own: Listener = (notification) => listener(notification);
      listeners.get(channel)?.add(own);
      link.start();
      return () => void listeners.get(channel)?.delete(own);
    },
    stop: () => link.stop(),
  };
}

interface LinkEvents {
  readonly message: (channel: string, payload: string) => void;
  readonly connected: () => void;
}

/** One listening connection that comes back. */
class Link {
  readonly #databaseUrl: string;
  readonly #events: LinkEvents;
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #probe: NodeJS.Timeout | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #state: 'idle' | 'running' | 'stopped' = 'idle';
  #connecting: Promise<void> = Promise.resolve();

  constructor(databaseUrl: string, events: LinkEvents) {
    this.#databaseUrl = databaseUrl;
    this.#events = events;
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'running';
    this.#connecting = this.#connect();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    clearInterval(this.#probe);
    await this.#connecting;
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'baton-notifications',
    });
    client.on('notification', ({ channel, payload }) => this.#events.message(channel, payload ?? ''));
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    this.#client = client;
    try {
      await client.connect();
      await client.query(CHANNELS.map((channel) => `LISTEN ${channel}`).join(';'));
    } catch {
      // The database is away; who reads learns it from reads, and here it is tried again.
      this.#lost(client);
      return;
    }
    if (this.#state === 'stopped') return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#probe = setInterval(() => this.#ask(client), PROBE_MS).unref();
    this.#events.connected();
  }

  #ask(client: pg.Client): void {
    client.query('SELECT 1').catch(() => this.#lost(client));
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    clearInterval(this.#probe);
    // Nobody waits for the remains of a broken connection.
    client.end().catch(() => {});
    if (this.#state !== 'running') return;
    this.#timer = setTimeout(() => {
      this.#connecting = this.#connect();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
  }
}
