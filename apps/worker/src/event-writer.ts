import type { RunId } from '@baton/core';
import type { EventRepository, SinkBatch } from '@baton/store';

/** What a writer needs. */
export interface EventWriterParams {
  readonly events: EventRepository;
  readonly onError: (error: unknown) => void;
}

/**
 * Stores batches in one transaction after the other: all that were put while one is under way share the next. A batch is
 * tried again until it is stored, refused for good, or the writer stops.
 */
export interface EventWriter {
  /** Puts a batch beside what waits already; `onSettled` is told whether it was stored, or refused. */
  put(batch: SinkBatch, onSettled: (isStored: boolean) => void): void;
  /** Begins to store what waits, unless that is under way. */
  storeNow(): void;
  /** Likewise, but not before more may have come. */
  storeSoon(): void;
  /** Stores what waits if the database takes it at once. Resolves when the database is not used any more. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly batch: SinkBatch;
  readonly onSettled: (isStored: boolean) => void;
}

/** Pause before a batch is stored again after the database refused, in milliseconds. */
const RETRY_MS = 250;

/** How long what is stored soon waits for more, in milliseconds: a chain of local calls is then stored at once. */
const GATHER_MS = 50;

/** Creates a writer on a repository. */
export function createEventWriter({ events, onError }: EventWriterParams): EventWriter {
  let waiting: Waiting[] = [];
  let storing: Promise<void> | null = null;
  let gathering: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  const storeGroup = async (batches: readonly SinkBatch[]): Promise<ReadonlySet<RunId>> => {
    for (;;) {
      try {
        const { refused } = await events.append(batches);
        for (const { error } of refused) onError(error);
        return new Set(refused.map(({ runId }) => runId));
      } catch (error) {
        onError(error);
        if (stopping.signal.aborted) return new Set(batches.map(({ runId }) => runId));
        await pause(stopping.signal);
      }
    }
  };
  const storeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      clearTimeout(gathering);
      gathering = undefined;
      const group = waiting;
      waiting = [];
      const refused = await storeGroup(group.map(({ batch }) => batch));
      for (const { batch, onSettled } of group) {
        try {
          onSettled(!refused.has(batch.runId));
        } catch (error) {
          // Whoever is told must not keep the others' events back.
          onError(error);
        }
      }
    }
    storing = null;
  };
  const storeNow = (): void => {
    if (waiting.length > 0) storing ??= storeAll();
  };
  return {
    put: (batch, onSettled) => void waiting.push({ batch, onSettled }),
    storeNow,
    storeSoon: () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        storeNow();
      }, GATHER_MS);
    },
    async stop() {
      stopping.abort();
      storeNow();
      await storing;
    },
  };
}

/** Waits before the next try; a stop cuts it short. */
function pause(stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', go);
      resolve();
    };
    const timer = setTimeout(go, RETRY_MS);
    stopping.addEventListener('abort', go);
  });
}
