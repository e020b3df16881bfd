import { createHash } from 'node:crypto';
import {
  canonicalJson,
  parseJson,
  parseWorkflowId,
  type NumberedTrace,
  type RunId,
  type Scope,
} from '@baton/core';
import type { EventRepository, SinkBatch, SinkEvent } from '@baton/store';

/** Parameters of {@link createEventSink}. */
export interface EventSinkParams {
  readonly events: EventRepository;
  /** Told of runs whose last event was stored, with Temporal's id of the execution that told it. */
  readonly onEnd: (scope: Scope, runId: RunId, temporalRunId: string) => void;
  readonly onError: (error: unknown) => void;
}

/** What the sink reads of the workflow task that tells it something. */
export interface TaskFacts {
  readonly workflowId: string;
  readonly runId: string;
  readonly historyLength: number;
  readonly unsafe: { readonly isReplaying: boolean };
}

/** How a workflow task hands over its events. */
export interface RecordSink {
  readonly callDuringReplay: true;
  /**
   * Resolves once all events of this execution are stored; with `goesOn`, at once: the task then hands over once more
   * before it completes.
   */
  fn(task: TaskFacts, trace: readonly NumberedTrace[], goesOn: boolean): Promise<void>;
}

/** The sink of the workflow sandbox, and its end. */
export interface EventSink {
  readonly sinks: { readonly baton: { readonly record: RecordSink } };
  /**
   * Stores what is waiting if the database takes it at once; what it does not take is told again by whoever runs the
   * task next. Resolves when the database is not used any more.
   */
  stop(): Promise<void>;
}

/** What one execution has handed over and is not stored yet. */
interface Unstored {
  /** Number of its first event. */
  readonly from: number;
  batches: number;
  refused: boolean;
  readonly stored: PromiseWithResolvers<void>;
}

interface Waiting {
  readonly batch: SinkBatch;
  readonly of: Unstored;
}

/** Pause before a batch is stored again after the database refused, in milliseconds. */
const RETRY_MS = 250;

/** How long events of a task that goes on wait for more, so that a chain of local calls is stored at once, in milliseconds. */
const GATHER_MS = 50;

/**
 * Stores the events of workflow tasks before the tasks complete. All runs that hand over while a transaction is under
 * way share the next one. A batch is tried again until it is stored: no task completes before its events are.
 */
export function createEventSink({ events, onEnd, onError }: EventSinkParams): EventSink {
  let waiting: Waiting[] = [];
  let storing: Promise<void> | null = null;
  let gathering: NodeJS.Timeout | undefined;
  const unstored = new Map<string, Unstored>();
  const stopping = new AbortController();
  const storeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      clearTimeout(gathering);
      gathering = undefined;
      const group = waiting;
      waiting = [];
      const refused = await storeGroup(group.map(({ batch }) => batch));
      for (const one of group) settle(one, refused.has(one.batch.runId));
    }
    storing = null;
  };
  const settle = ({ batch, of }: Waiting, refused: boolean): void => {
    if (!refused && batch.events.some(({ event }) => isEnd(event)))
      onEnd(batch.scope, batch.runId, batch.temporalRunId);
    of.batches -= 1;
    of.refused ||= refused;
    // Its task must not complete without its events: it times out, is tried again, and the run shows as stalled.
    if (of.batches > 0 || of.refused) return;
    unstored.delete(batch.temporalRunId);
    of.stored.resolve();
  };
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
  const storeNow = (): void => {
    if (waiting.length > 0) storing ??= storeAll();
  };
  const wait = (batch: SinkBatch): void => {
    const [first] = batch.events;
    if (first === undefined) return;
    const known = unstored.get(batch.temporalRunId);
    // What was refused is told again from its beginning by whoever runs the task next.
    const of: Unstored =
      known !== undefined && (!known.refused || first.seq > known.from)
        ? known
        : { from: first.seq, batches: 0, refused: false, stored: Promise.withResolvers() };
    of.batches += 1;
    unstored.set(batch.temporalRunId, of);
    waiting.push({ batch, of });
  };
  const record: RecordSink = {
    callDuringReplay: true,
    async fn(task, trace, goesOn) {
      const run = parseWorkflowId(task.workflowId);
      if (run === null) return;
      wait({
        ...run,
        temporalRunId: task.runId,
        historyLength: task.historyLength,
        replayed: task.unsafe.isReplaying,
        events: toSinkEvents(trace),
      });
      if (goesOn) {
        gathering ??= setTimeout(storeNow, GATHER_MS);
        return;
      }
      storeNow();
      await unstored.get(task.runId)?.stored.promise;
    },
  };
  return {
    sinks: { baton: { record } },
    async stop() {
      stopping.abort();
      storeNow();
      await storing;
    },
  };
}

/** Events with the hashes of their contents. */
export function toSinkEvents(trace: readonly NumberedTrace[]): readonly SinkEvent[] {
  return trace.map((event) => ({ seq: event.seq, at: event.at, hash: hashOf(event), event }));
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

function isEnd(event: NumberedTrace): boolean {
  return event.type === 'run.completed' || event.type === 'run.faulted' || event.type === 'run.canceled';
}

/** Without the time: a task that died unrecorded and ran again to the same effect is no correction. */
function hashOf({ at: _at, ...content }: NumberedTrace): string {
  return createHash('sha256')
    .update(canonicalJson(parseJson(JSON.stringify(content))))
    .digest('hex');
}
