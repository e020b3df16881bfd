import type { RunEvent, RunEventType } from '@baton/contracts';
import { BatonError } from './error.ts';
import { parseFrame, placeOf, type LiveFrame, type RunStreamEvent } from './event-codec.ts';
import { openEvents, type EventConnection } from './event-connection.ts';
import type { CallOptions, Transport } from './transport.ts';

/** How a run's events are followed. An abort of `signal` makes the iteration throw the signal's reason. */
export interface EventOptions extends CallOptions {
  /** Position of the last event that is known already; default 0, from the beginning. */
  readonly after?: number | undefined;
  /** Whether to be told what agents tell while they work; default true. */
  readonly frames?: boolean | undefined;
  /** A connection without a byte for so long counts as lost; the API pings every 15 s. Default 45,000 ms. */
  readonly silenceMs?: number | undefined;
  /** For how long to try to connect again before the iteration throws. Default 300,000 ms. */
  readonly giveUpAfterMs?: number | undefined;
}

interface Line {
  readonly transport: Transport;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  readonly silenceMs: number;
  readonly giveUpAfterMs: number;
  /** Offset of the last frame that was handed over, by number of the step; null: none are wanted. */
  readonly offsets: Map<number, number> | null;
  /** Of the last event that was handed over. */
  position: number;
  /** As the API asked for. */
  retryMs: number;
  /** Whether there was a connection before. */
  used: boolean;
}

const ENDS: readonly RunEventType[] = ['run.completed', 'run.faulted', 'run.canceled'];
const STEP_ENDS: readonly RunEventType[] = ['step.completed', 'step.faulted', 'step.canceled'];
const RETRY_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The events of a run until the one that ends it. A lost connection is opened again after the last position; an event that
 * comes twice is handed over once. The first connection is not tried again: who cannot be reached at all is told at once.
 */
export async function* followRun(
  transport: Transport,
  path: string,
  options: EventOptions = {},
): AsyncGenerator<RunStreamEvent, void, undefined> {
  const { signal, after = 0, silenceMs = 45_000, giveUpAfterMs = 300_000 } = options;
  const line: Line = {
    ...{ transport, path, signal, silenceMs, giveUpAfterMs },
    ...{ offsets: options.frames === false ? null : new Map<number, number>() },
    ...{ position: after, retryMs: RETRY_MS, used: false },
  };
  for (;;) {
    const connection = await connect(line);
    if (connection === null) return;
    for await (const event of eventsOn(connection, line)) {
      yield event;
      if (event.position !== null && ENDS.some((type) => type === event.type)) return;
    }
  }
}

/** Connects, as often as it takes; null when the run has ended and everything was read. */
async function connect(line: Line): Promise<EventConnection | null> {
  const since = performance.now();
  let pauseMs = line.used ? line.retryMs : 0;
  for (let failures = 1; ; failures += 1) {
    await pause(pauseMs, line.signal);
    try {
      const connection = await open(line);
      line.used = true;
      return connection;
    } catch (error) {
      line.signal?.throwIfAborted();
      const late = performance.now() - since > line.giveUpAfterMs;
      if (!line.used || late || !mayPass(error)) throw error;
      const askedMs = error instanceof BatonError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
      pauseMs = Math.max(askedMs, Math.min(line.retryMs * 2 ** failures, LONGEST_PAUSE_MS));
    }
  }
}

function open(line: Line): Promise<EventConnection | null> {
  const { transport, signal, silenceMs, position } = line;
  const onRetry = (ms: number): void => void (line.retryMs = ms);
  const path = `${line.path}${framesQuery(line)}`;
  return openEvents({ transport, path, signal, silenceMs, after: position, onRetry });
}

/** Steps whose offsets are sent: the ones that told last; frames of others come again and are not handed over. */
const MOST_STEPS = 40;

function framesQuery({ offsets }: Line): string {
  if (offsets === null) return '?frames=none';
  const last = [...offsets].slice(-MOST_STEPS).map(([step, offset]) => `${step}:${offset}`);
  return last.length === 0 ? '' : `?frames=${last.join(',')}`;
}

/** Notes a frame; false when it was handed over before. */
function isNew(frame: LiveFrame, { offsets }: Line): boolean {
  const { step, offset } = placeOf(frame);
  if (offsets === null || step === null || offset === null) return true;
  if (offset <= (offsets.get(step) ?? 0)) return false;
  offsets.delete(step);
  offsets.set(step, offset);
  return true;
}

/** Notes an event: a step that has ended tells nothing more. */
function note(event: RunEvent, line: Line): void {
  line.position = event.position;
  const { step } = placeOf(event);
  if (step !== null && STEP_ENDS.includes(event.type)) line.offsets?.delete(step);
}

/** Whether trying again can help: nobody answered, or the answer says that it is a matter of time. */
function mayPass(error: unknown): boolean {
  return !(error instanceof BatonError) || error.status >= 500 || [408, 425, 429].includes(error.status);
}

function isLive(event: RunStreamEvent): event is LiveFrame {
  return event.position === null;
}

/** The new events of one connection, until it ends. */
async function* eventsOn(connection: EventConnection, line: Line): AsyncGenerator<RunStreamEvent, void> {
  let first = true;
  try {
    for (let frames = await connection.read(); frames !== null; frames = await connection.read()) {
      for (const frame of frames) {
        const event = parseFrame(frame);
        if (isLive(event)) {
          if (isNew(event, line)) yield event;
        } else if (event.position > line.position) {
          const gap = event.position > line.position + 1;
          if (gap && first)
            throw new Error(`The stream goes from event ${line.position} to ${event.position}.`);
          // Another connection after the last position brings what is missing here.
          if (gap) return;
          first = false;
          note(event, line);
          yield event;
        }
      }
    }
  } finally {
    connection.close();
  }
}

/** Waits between half and all of a time, so that the readers of a server that restarts do not all come at once. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const go = (): void => {
      signal?.removeEventListener('abort', give);
      resolve();
    };
    const timer = setTimeout(go, ms * (0.5 + Math.random() / 2));
    if (signal?.aborted) give();
    else signal?.addEventListener('abort', give, { once: true });
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}
