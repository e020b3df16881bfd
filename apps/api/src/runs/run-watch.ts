import type { RunId } from '@baton/core';
import type { Notifications } from '@baton/store';

/** Tells who waits for a run that it has changed. One subscription serves them all. */
export interface RunWatch {
  /** Calls the listener whenever the run may have changed, until the returned function is called. */
  subscribe(runId: RunId, listener: () => void): () => void;
  stop(): void;
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A watch over the notices of the database. */
export function createRunWatch(notifications: Notifications): RunWatch {
  const listeners = new Map<string, Set<() => void>>();
  const end = notifications.subscribe('baton_runs', (notice) => {
    if (notice.kind === 'resync')
      for (const set of listeners.values()) for (const listener of set) listener();
    else
      for (const id of notice.payload.match(ID) ?? [])
        for (const listener of listeners.get(id) ?? []) listener();
  });
  return {
    subscribe: (runId, listener) => {
      const set = listeners.get(runId) ?? new Set();
      set.add(listener);
      listeners.set(runId, set);
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(runId) === set) listeners.delete(runId);
      };
    },
    stop: () => {
      end();
      listeners.clear();
    },
  };
}

/** Something to wait for that may be rung many times before anybody looks. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves `rung` at the first ring since the last call, else `timeout` or `aborted`. */
  readonly wait: (timeoutMs: number, signal: AbortSignal) => Promise<'rung' | 'timeout' | 'aborted'>;
}

/** A bell nobody has rung. */
export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: (timeoutMs, signal) =>
      new Promise((resolve) => {
        const settle = (outcome: 'rung' | 'timeout' | 'aborted'): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', aborted);
          wake = null;
          if (outcome === 'rung') rung = false;
          resolve(outcome);
        };
        const aborted = (): void => settle('aborted');
        const timer = setTimeout(() => settle('timeout'), timeoutMs);
        wake = () => settle('rung');
        signal.addEventListener('abort', aborted);
        if (signal.aborted) settle('aborted');
        else if (rung) settle('rung');
      }),
  };
}
