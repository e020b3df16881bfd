import { toAgentFailure } from '@baton/agents';
import { failure, parseJson, storableText, type Failure, type Json } from '@baton/core';
import type { LocalCall } from './activities.ts';
import type { LocalCalls } from './local-calls.ts';
import {
  ApplicationFailure,
  CancelledFailure,
  heartbeat,
  activityInfo,
  cancellationSignal,
} from '@temporalio/activity';

/** How often a running call tells Temporal that it lives, in milliseconds; also how soon it hears of a cancel. */
const HEARTBEAT_MS = 5_000;

/** The longest delay a timer of Node takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What surrounds one effect. */
export interface EffectContext {
  readonly runId: string;
  readonly workspaceId: string;
  /** How often this was begun, from 1. */
  readonly delivery: number;
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
  /** Notes what the next attempt must know when this worker is lost; goes out at once and with every heartbeat. */
  readonly note: (details: Json) => void;
  /** What an earlier attempt has noted; null: nothing. */
  readonly noted: Json;
}

/** One effect: how failures call the counterpart, and how long it may take, in milliseconds. */
export interface Effect {
  readonly label: string;
  readonly timeoutMs: number;
  /** The key of the delivery. */
  readonly key: string;
  /** Whether a local activity has begun it and could not wait for its end. */
  readonly goesOn?: boolean | undefined;
}

/** What an effect does. */
export type Work<T> = (context: EffectContext) => Promise<T>;

/** Runs effects of one sort, as activities of both sorts. */
export interface Effects<T> {
  /**
   * Runs an effect with heartbeats, cancel and a deadline of our own: a call that reaches it is a time-out that we
   * report, so that Temporal's own time-out only ever means a lost worker. One that goes on from a local activity of
   * this process is joined; in any other process it is begun anew.
   */
  run(effect: Effect, work: Work<T>): Promise<T>;
  /** Runs an effect inside a workflow task, which must not last: what takes longer goes on by itself, never aborted. */
  runLocally(effect: Effect, work: Work<T>): Promise<LocalCall<T>>;
}

/** How long a local activity waits: as long as a signal or a cancel may have to wait for it. */
const LONGEST_LOCAL_MS = 1_000;

/** How long an effect that goes on and that nobody joins is kept after its end. */
const KEPT_MS = 60_000;

/** Creates the runner of one sort of effects in one process. */
export function createEffects<T>(
  localCalls: LocalCalls,
  { longestLocalMs = LONGEST_LOCAL_MS } = {},
): Effects<T> {
  const goingOn = new Map<string, Begun<T>>();
  const leave = (key: string, begun: Begun<T>): void => {
    goingOn.set(key, begun);
    const forgetLater = (): void => {
      setTimeout(() => goingOn.get(key) === begun && goingOn.delete(key), KEPT_MS).unref();
    };
    begun.end.then(forgetLater, forgetLater);
  };
  return {
    async run(effect, work) {
      const joined = effect.goesOn === true ? goingOn.get(effect.key) : undefined;
      goingOn.delete(effect.key);
      const begun = joined ?? begin(effect, work);
      const tell = (): void => {
        heartbeat(begun.noted());
      };
      const beat = setInterval(tell, HEARTBEAT_MS);
      tell();
      try {
        return await unlessCanceled(begun, ({ end }) => end);
      } finally {
        clearInterval(beat);
      }
    },
    async runLocally(effect, work) {
      const since = performance.now();
      const begun = begin(effect, work);
      const patience = new AbortController();
      const forget = localCalls.note(effect.key, () => {
        begun.abort();
        patience.abort();
      });
      begun.end.then(forget, forget);
      const wait = AbortSignal.any([patience.signal, AbortSignal.timeout(longestLocalMs)]);
      const told = await unlessCanceled(begun, ({ end }) => unlessAborted(end, wait));
      const tookMs = Math.round(performance.now() - since);
      if (told !== null) return { tookMs, ...told };
      leave(effect.key, begun);
      return { tookMs, goesOn: true };
    },
  };
}

/** An effect under way. */
interface Begun<T> {
  readonly end: Promise<T>;
  /** What it wants the next attempt to know; null: nothing. */
  noted(): Json;
  abort(): void;
}

function begin<T>(effect: Effect, work: Work<T>): Begun<T> {
  const { workflowExecution, isLocal, ...info } = activityInfo();
  const told: unknown = info.heartbeatDetails;
  const [workspaceId = '', runId = ''] = (workflowExecution?.workflowId ?? '').split('.');
  // What a local activity has begun and nobody could join is begun once more.
  const delivery = info.attempt + (effect.goesOn === true ? 1 : 0);
  const before: Json = parseJson(JSON.stringify(told ?? null));
  let noted = before;
  const note = (details: Json): void => {
    noted = details;
    if (!isLocal) heartbeat(details);
  };
  const canceled = new AbortController();
  const deadline = AbortSignal.timeout(Math.min(effect.timeoutMs, LONGEST_TIMER_MS));
  const signal = AbortSignal.any([canceled.signal, deadline]);
  const end = async (): Promise<T> => {
    // Whoever waits for the end listens for a cancel first.
    await Promise.resolve();
    try {
      const deadlineAt = Date.now() + effect.timeoutMs;
      return await work({ runId, workspaceId, delivery, signal, deadlineAt, note, noted: before });
    } catch (error) {
      if (canceled.signal.aborted)
        throw new CancelledFailure('The call was canceled.', [], error instanceof Error ? error : undefined);
      // Who gave up because of the deadline tells of an abort; what happened is a time-out.
      throw toApplicationFailure(deadline.aborted ? timedOut(effect) : toAgentFailure(error, effect.label));
    }
  };
  return {
    end: end(),
    noted: () => noted,
    abort: () => {
      canceled.abort();
    },
  };
}

/** Waits for something of an effect, which is aborted when the activity is canceled meanwhile. */
async function unlessCanceled<T, Awaited>(
  begun: Begun<T>,
  wait: (begun: Begun<T>) => Promise<Awaited>,
): Promise<Awaited> {
  const signal = cancellationSignal();
  signal.addEventListener('abort', begun.abort);
  if (signal.aborted) begun.abort();
  try {
    return await wait(begun);
  } finally {
    signal.removeEventListener('abort', begun.abort);
  }
}

/** The result of a promise, or null when the signal comes first. */
async function unlessAborted<T>(
  end: Promise<T>,
  signal: AbortSignal,
): Promise<{ readonly result: T } | null> {
  const { promise: aborted, resolve } = Promise.withResolvers<null>();
  const give = (): void => {
    resolve(null);
  };
  signal.addEventListener('abort', give);
  try {
    return await Promise.race([end.then((result) => ({ result })), aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}

function timedOut({ label, timeoutMs }: Effect): Failure {
  const detail = `${label}: No complete answer within ${timeoutMs} ms.`;
  return failure('timeout', detail, { retryable: true, code: 'timeout' });
}

/** A failed call as Temporal carries it. The reducer decides about attempts, so Temporal itself never retries it. */
export function toApplicationFailure(failed: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    message: storableText(failed.detail ?? failed.title),
    type: storableText(failed.type),
    nonRetryable: true,
    details: [failed],
  });
}
