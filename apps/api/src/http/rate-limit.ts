/** Where a client stands. */
export interface RateLimitState {
  readonly allowed: boolean;
  /** Requests left in this window. */
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetSeconds: number;
}

/** Counts requests per client in windows of one minute. */
export interface RateLimiter {
  readonly perMinute: number;
  take(client: string): RateLimitState;
}

const WINDOW_MS = 60_000;
const MOST_CLIENTS = 10_000;

/** A limiter in this process's memory; each process counts for itself. `now` gives epoch milliseconds. */
export function createRateLimiter(perMinute: number, now: () => number): RateLimiter {
  const windows = new Map<string, { count: number; readonly endsAt: number }>();
  return {
    perMinute,
    take: (client) => {
      const at = now();
      let window = windows.get(client);
      if (window === undefined || window.endsAt <= at) {
        if (windows.size >= MOST_CLIENTS) makeRoom(windows, at);
        window = { count: 0, endsAt: at + WINDOW_MS };
        windows.delete(client);
        windows.set(client, window);
      }
      window.count += 1;
      return {
        allowed: window.count <= perMinute,
        remaining: Math.max(0, perMinute - window.count),
        resetSeconds: Math.max(1, Math.ceil((window.endsAt - at) / 1000)),
      };
    },
  };
}

/** Forgets ended windows, and the oldest one when none has ended. */
function makeRoom(windows: Map<string, { readonly endsAt: number }>, at: number): void {
  for (const [client, { endsAt }] of windows) if (endsAt <= at) windows.delete(client);
  const oldest = windows.keys().next();
  if (windows.size >= MOST_CLIENTS && oldest.done !== true) windows.delete(oldest.value);
}

/** The headers of the IETF draft for a state. */
export function rateLimitHeaders(perMinute: number, state: RateLimitState): Readonly<Record<string, string>> {
  return {
    'RateLimit-Policy': `"default";q=${perMinute};w=${WINDOW_MS / 1000}`,
    RateLimit: `"default";r=${state.remaining};t=${state.resetSeconds}`,
  };
}
