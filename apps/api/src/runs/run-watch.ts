import type { RunId } from '@baton/core';
import type { Notification, Notifications } from '@baton/store';

/** Tells who waits for a run that it has changed. One subscription serves them all. */
export interface RunWatch {
  /** Calls the listener whenever the run may have changed, until the returned function is called. */
  subscribe(runId: RunId, listener: () => void): () => void;
  /** Likewise, whenever its agents may have told something. */
  subscribeFrames(runId: RunId, listener: () => void): () => void;
  /** Calls the listener when the run has ended, also when it did so a moment ago, until the returned function is called. */
  subscribeEnd(runId: RunId, listener: () => void): () => void;
  stop(): void;
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Ended runs that are remembered: of a run that is over as soon as it was started, the notice comes before who waits for it. */
const MOST_ENDED = 1_000;

/** A watch over the notices of the database. */
export function createRunWatch(notifications: Notifications): RunWatch {
  const changes = createListeners();
  const frames = createListeners();
  const ends = createListeners();
  const ended = new Set<string>();
  const unsubscribe = [
    notifications.subscribe('baton_runs', changes.tell),
    notifications.subscribe('baton_frames', frames.tell),
    notifications.subscribe('baton_run_ends', (notice) => {
      for (const id of idsOf(notice)) ended.add(id);
      for (const oldest of ended) {
        if (ended.size <= MOST_ENDED) break;
        ended.delete(oldest);
      }
      ends.tell(notice);
    }),
  ];
  return {
    subscribe: changes.add,
    subscribeFrames: frames.add,
    subscribeEnd: (runId, listener) => {
      if (ended.has(runId)) listener();
      return ends.add(runId, listener);
    },
    stop: () => {
      for (const end of unsubscribe) end();
      changes.clear();
      frames.clear();
      ends.clear();
    },
  };
}

function idsOf(notice: Notification): readonly string[] {
  return notice.kind === 'message' ? (notice.payload.match(ID) ?? []) : [];
}

/** Who listens for which run. */
function createListeners() {
  const listeners = new Map<string, Set<() => void>>();
  return {
    tell: (notice: Notification): void => {
      const sets =
        notice.kind === 'resync'
          ? [...listeners.values()]
          : idsOf(notice).map((id) => listeners.get(id) ?? []);
      for (const set of sets) for (const listener of set) listener();
    },
    add: (runId: RunId, listener: () => void): (() => void) => {
      const set = listeners.get(runId) ?? new Set();
      set.add(listener);
      listeners.set(runId, set);
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(runId) === set) listeners.delete(runId);
      };
    },
    clear: () => listeners.clear(),
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
