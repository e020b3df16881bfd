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
import { createEventWriter } from './event-writer.ts';

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
interface Pending {
  /** Number of its first event. */
  readonly from: number;
  batches: number;
  refused: boolean;
  readonly stored: PromiseWithResolvers<void>;
}

/** Stores the events of workflow tasks before the tasks complete. */
export function createEventSink({ events, onEnd, onError }: EventSinkParams): EventSink {
  const writer = createEventWriter({ events, onError });
  const pending = new Map<string, Pending>();
  const settle = (batch: SinkBatch, of: Pending, isStored: boolean): void => {
    if (isStored && batch.events.some(({ event }) => isEnd(event)))
      onEnd(batch.scope, batch.runId, batch.temporalRunId);
    of.batches -= 1;
    of.refused ||= !isStored;
    // Its task must not complete without its events: it times out, is tried again, and the run shows as stalled.
    if (of.batches > 0 || of.refused) return;
    pending.delete(batch.temporalRunId);
    of.stored.resolve();
  };
  const hand = (batch: SinkBatch): void => {
    const [first] = batch.events;
    if (first === undefined) return;
    const known = pending.get(batch.temporalRunId);
    // What was refused is told again from its beginning by whoever runs the task next.
    const of: Pending =
      known !== undefined && (!known.refused || first.seq > known.from)
        ? known
        : { from: first.seq, batches: 0, refused: false, stored: Promise.withResolvers() };
    of.batches += 1;
    pending.set(batch.temporalRunId, of);
    writer.put(batch, (isStored) => {
      settle(batch, of, isStored);
    });
  };
  const record: RecordSink = {
    callDuringReplay: true,
    async fn(task, trace, goesOn) {
      const run = parseWorkflowId(task.workflowId);
      if (run === null) return;
      hand({
        ...run,
        temporalRunId: task.runId,
        historyLength: task.historyLength,
        replayed: task.unsafe.isReplaying,
        events: toSinkEvents(trace),
      });
      if (goesOn) {
        writer.storeSoon();
        return;
      }
      writer.storeNow();
      await pending.get(task.runId)?.stored.promise;
    },
  };
  return { sinks: { baton: { record } }, stop: () => writer.stop() };
}

/** Events with the hashes of their contents. */
export function toSinkEvents(trace: readonly NumberedTrace[]): readonly SinkEvent[] {
  return trace.map((event) => ({ seq: event.seq, at: event.at, hash: hashOf(event), event }));
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
