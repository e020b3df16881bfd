import { createHash } from 'node:crypto';
import {
  canonicalJson,
  parseJson,
  parseWorkflowId,
  type NumberedTrace,
  type RunId,
  type Scope,
} from '@baton/core';
import type { EventRepository, SinkBatch } from '@baton/store';
import type { BatonSinks } from '@baton/temporal-workflows';
import type { InjectedSinks } from '@temporalio/worker';

/** Parameters of {@link createEventSink}. */
export interface EventSinkParams {
  readonly events: EventRepository;
  /** Told of runs whose last event was stored. */
  readonly onEnd: (scope: Scope, runId: RunId) => void;
  readonly onError: (error: unknown) => void;
}

/** The sink of the workflow sandbox, and its end. */
export interface EventSink {
  readonly sinks: InjectedSinks<BatonSinks>;
  /** Resolves when everything handed over so far is stored. */
  drained(): Promise<void>;
}

interface Waiting {
  readonly batch: SinkBatch;
  readonly stored: () => void;
}

/** Pause before a batch is stored again after the database refused, in milliseconds. */
const RETRY_MS = 250;

/**
 * Stores the events of workflow tasks before the tasks complete. All runs that hand over while a transaction is under
 * way share the next one. A batch is tried again until it is stored: no task completes before its events are.
 */
export function createEventSink({ events, onEnd, onError }: EventSinkParams): EventSink {
  let waiting: Waiting[] = [];
  let storing: Promise<void> | null = null;
  const storeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const refused = await storeGroup(group.map(({ batch }) => batch));
      for (const { batch, stored } of group) {
        // Its task must not complete without its events: it times out, is tried again, and the run shows as stalled.
        if (refused.has(batch.runId)) continue;
        stored();
        if (batch.events.some(({ event }) => isEnd(event))) onEnd(batch.scope, batch.runId);
      }
    }
    storing = null;
  };
  const storeGroup = async (batches: readonly SinkBatch[]): Promise<ReadonlySet<RunId>> => {
    for (;;) {
      try {
        const { refused } = await events.append(batches);
        for (const { error } of refused) onError(error);
        return new Set(refused.map(({ runId }) => runId));
      } catch (error) {
        onError(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };
  const record: InjectedSinks<BatonSinks>['baton']['record'] = {
    callDuringReplay: true,
    fn(info, trace) {
      const run = parseWorkflowId(info.workflowId);
      if (run === null) return;
      const batch: SinkBatch = {
        ...run,
        temporalRunId: info.runId,
        historyLength: info.historyLength,
        replayed: info.unsafe.isReplaying,
        events: trace.map((event) => ({ seq: event.seq, at: event.at, hash: hashOf(event), event })),
      };
      return new Promise<void>((stored) => {
        waiting.push({ batch, stored });
        storing ??= storeAll();
      });
    },
  };
  return { sinks: { baton: { record } }, drained: async () => storing ?? undefined };
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
