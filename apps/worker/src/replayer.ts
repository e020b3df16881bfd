import type { createClaimCheck } from '@baton/codec';
import { excerpt, type NumberedTrace } from '@baton/core';
import type { SinkEvent } from '@baton/store';
import type { History } from '@baton/temporal-client';
import type { BatonSinks } from '@baton/temporal-workflows';
import {
  Worker,
  type InjectedSinks,
  type ReplayResult,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { toSinkEvents, type TaskFacts } from './event-sink.ts';

/** What one workflow task of a replayed history told. */
export interface ToldTask {
  /** Length of the history the task ran on. */
  readonly historyLength: number;
  readonly events: readonly SinkEvent[];
}

/** What is replayed, and who hears of it. */
export interface ReplayParams {
  readonly workflowId: string;
  /** Told up to a workflow task that completed. */
  readonly history: History;
  /** Told in order, one after the other; the replay waits. A rejection ends it. */
  readonly onTask: (task: ToldTask) => Promise<void>;
}

/** Runs the workflow code over recorded histories, one at a time, without any effect. */
export interface Replayer {
  /** Rejects when the code does not fit the history, or does not come to its end within two minutes of silence. */
  replay(params: ReplayParams): Promise<void>;
  stop(): Promise<void>;
}

/** Parameters of {@link createReplayer}. */
export interface ReplayerParams {
  readonly bundle: () => Promise<WorkflowBundleWithSourceMap>;
  readonly codec: ReturnType<typeof createClaimCheck>;
}

/** Characters of the SDK's own words in an error. */
const LONGEST_REASON = 500;

/** Silence after which a replay counts as stuck, in milliseconds. */
const SILENCE_MS = 120_000;

interface Stage {
  readonly histories: Belt<{ readonly workflowId: string; readonly history: History }>;
  readonly results: AsyncIterator<ReplayResult>;
}

/** What a running replay hands to its listener. */
interface Listener {
  hear(task: ToldTask): Promise<void>;
}

/** Creates a replayer; the code is bundled and loaded with the first history. */
export function createReplayer({ bundle, codec }: ReplayerParams): Replayer {
  let stage: Stage | null = null;
  let listener: Listener | null = null;
  const record = async (task: TaskFacts, trace: readonly NumberedTrace[]): Promise<void> => {
    await listener?.hear({ historyLength: task.historyLength, events: toSinkEvents(trace) });
  };
  const sinks: InjectedSinks<BatonSinks> = {
    // No call is under way in a replay, so none can be given up.
    baton: { record: { callDuringReplay: true, fn: record }, abandon: { fn: () => undefined } },
  };
  const open = async (): Promise<Stage> => {
    const histories = createBelt<{ readonly workflowId: string; readonly history: History }>();
    const options = { workflowBundle: await bundle(), sinks, dataConverter: { payloadCodecs: [codec] } };
    return { histories, results: Worker.runReplayHistories(options, histories.items) };
  };
  return {
    async replay({ workflowId, history, onTask }) {
      stage ??= await open();
      const hearing = listen(onTask);
      listener = hearing;
      stage.histories.put({ workflowId, history });
      const result = await Promise.race([stage.results.next(), hearing.silent]).finally(() => {
        listener = null;
        hearing.stop();
      });
      if (result === 'silent') {
        stage = null;
        throw new Error(
          `The replay of ${workflowId} came to no end within ${SILENCE_MS / 1_000} s of silence.`,
        );
      }
      if (result.done === true) throw new Error(`The replay of ${workflowId} ended without a result.`);
      await hearing.heard();
      if (result.value.error !== undefined) throw toReplayError(workflowId, result.value.error);
    },
    async stop() {
      stage?.histories.end();
      await stage?.results.next();
    },
  };
}

/** The SDK wraps the one sentence that matters into its own debug output. */
function toReplayError(workflowId: string, error: Error): Error {
  const [, sentence] = /message: "((?:[^"\\]|\\.)*)"/.exec(error.message) ?? [];
  const why = sentence === undefined ? excerpt(error.message, LONGEST_REASON) : sentence;
  return new Error(`The history of ${workflowId} cannot be replayed: ${why}`, { cause: error });
}

interface Hearing extends Listener {
  /** Settles when nothing was heard for too long. */
  readonly silent: Promise<'silent'>;
  /** Resolves when all was handed on; rejects with what the listener rejected with. */
  heard(): Promise<void>;
  stop(): void;
}

/** Hands tasks on one after the other; after a rejection none. The SDK would only log what a sink throws. */
function listen(onTask: ReplayParams['onTask']): Hearing {
  let last: Promise<void> = Promise.resolve();
  const { promise: silent, resolve } = Promise.withResolvers<'silent'>();
  const startTimer = (): NodeJS.Timeout => setTimeout(() => resolve('silent'), SILENCE_MS);
  let timer = startTimer();
  return {
    silent,
    async hear(task) {
      last = last.then(() => onTask(task));
      await last.catch(() => undefined);
      clearTimeout(timer);
      timer = startTimer();
    },
    heard: () => last,
    stop: () => {
      clearTimeout(timer);
    },
  };
}

/** Items that are put one by one and taken one by one. */
interface Belt<Item> {
  readonly items: AsyncIterable<Item>;
  put(item: Item): void;
  end(): void;
}

function createBelt<Item>(): Belt<Item> {
  let next = Promise.withResolvers<Item | null>();
  async function* items(): AsyncGenerator<Item> {
    for (;;) {
      const item = await next.promise;
      if (item === null) return;
      next = Promise.withResolvers();
      yield item;
    }
  }
  return {
    items: items(),
    put: (item) => {
      next.resolve(item);
    },
    end: () => {
      next.resolve(null);
    },
  };
}
