import { isTerminal, type RunId, type Scope } from '@baton/core';
import { endsRun, type LiveFrame } from '@baton/contracts';
import type { Store } from '@baton/store';
import type { Metrics } from '@baton/telemetry';
import type { Response } from 'express';
import { once } from 'node:events';
import { createLiveFrames, type FramesWanted, type LiveFrames } from './live-frames.ts';
import { toRunEvent } from './run-json.ts';
import { createBell, type Bell, type RunWatch } from './run-watch.ts';

/** What streaming needs. */
export interface EventStreamPorts {
  readonly store: Pick<Store, 'runs' | 'events' | 'frames'>;
  readonly watch: RunWatch;
  readonly metrics: Metrics;
  /** Time between pings, in milliseconds. */
  readonly pingMs: number;
  /** How long a reader may leave what was written unread, in milliseconds. */
  readonly stallMs: number;
}

/** Which stream. */
export interface EventStreamParams {
  readonly scope: Scope;
  readonly runId: RunId;
  /** Position of the last event the reader has. */
  readonly after: number;
  readonly frames: FramesWanted;
  readonly signal: AbortSignal;
}

/** Events are read in small batches: each may hold a value of 1 MiB. */
const BATCH = 25;
/** How long a reader should wait before it connects again. */
const RETRY_MS = 1_000;

/**
 * Writes a run's events as Server-Sent Events: what the database holds after a position, then what comes, until the event
 * that ends the run. Nothing is kept in memory for a reader: what it has not read is read from the database when it has
 * room again, and one that leaves its connection full is dropped (it may come back with its Last-Event-ID). Between the
 * events stands what agents tell: after the start of their step, and before its end.
 */
export async function streamEvents(
  ports: EventStreamPorts,
  params: EventStreamParams,
  response: Response,
): Promise<void> {
  const line = openLine(ports, params, response);
  ports.metrics.eventStreams.inc();
  try {
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method !== 'HEAD') await follow(ports, params, line);
    response.end();
  } finally {
    line.close();
    ports.metrics.eventStreams.dec();
  }
}

/** What one reader is told through. */
interface Line {
  readonly response: Response;
  readonly bell: Bell;
  /** Whether the run may have told more since this was asked last. */
  hasNews(): boolean;
  /** What agents tell; null when the reader does not want it. */
  readonly live: LiveFrames | null;
  close(): void;
}

function openLine(ports: EventStreamPorts, params: EventStreamParams, response: Response): Line {
  const { runId, frames } = params;
  const bell = createBell();
  let news = false;
  const ends = [
    ports.watch.subscribe(runId, () => {
      news = true;
      bell.ring();
    }),
    ...(frames === null ? [] : [ports.watch.subscribeFrames(runId, bell.ring)]),
  ];
  return {
    response,
    bell,
    hasNews() {
      const had = news;
      news = false;
      return had;
    },
    live: frames === null ? null : createLiveFrames(ports.store.frames, params, frames),
    close: () => {
      for (const end of ends) end();
    },
  };
}

async function follow(ports: EventStreamPorts, params: EventStreamParams, line: Line): Promise<void> {
  const { response, bell } = line;
  const { signal } = params;
  let after = params.after;
  if (!(await write(ports, response, `retry: ${RETRY_MS}\n\n`))) return;
  for (let look = true; ;) {
    if (look) {
      const replayed = await replay(ports, { ...params, after }, line);
      if (replayed === null) return;
      after = replayed;
    }
    if (
      line.live !== null &&
      !(await tellLive(ports, params, { line, frames: line.live.ofOpenSteps(after) }))
    )
      return;
    const outcome = await bell.wait(ports.pingMs, signal);
    if (outcome === 'aborted') return;
    if (outcome === 'timeout' && !(await write(ports, response, ': ping\n\n'))) return;
    look = line.hasNews() || outcome === 'timeout';
  }
}

/** Writes what the database holds after a position. The new position; null when the stream is over. */
async function replay(
  ports: EventStreamPorts,
  params: EventStreamParams,
  line: Line,
): Promise<number | null> {
  const { scope, runId, signal } = params;
  let after = params.after;
  for (;;) {
    const events = await ports.store.events.list(scope, runId, { after, limit: BATCH });
    await line.live?.expect(events);
    for (const event of events) {
      const frames = line.live?.before(event);
      if (frames !== undefined && !(await tellLive(ports, params, { line, frames }))) return null;
      if (signal.aborted || !(await write(ports, line.response, textOf(toRunEvent(event))))) return null;
      after = event.position;
      if (endsRun(event.type)) return null;
    }
    if (events.length < BATCH) return (await isOver(ports, { ...params, after })) ? null : after;
  }
}

/** Writes live frames, which have no id: a reader goes on after its last event. False when nobody reads. */
async function tellLive(
  ports: EventStreamPorts,
  { signal }: EventStreamParams,
  { line, frames }: { readonly line: Line; readonly frames: AsyncGenerator<LiveFrame, void> },
): Promise<boolean> {
  for await (const frame of frames) {
    const text = `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`;
    if (signal.aborted || !(await write(ports, line.response, text))) return false;
  }
  return true;
}

/** A reader that begins after the last event of an ended run has nothing to wait for. */
async function isOver(ports: EventStreamPorts, { scope, runId, after }: EventStreamParams): Promise<boolean> {
  const run = await ports.store.runs.get(scope, runId);
  return run === null || (isTerminal(run.status) && after >= run.lastPosition);
}

function textOf(event: { readonly position: number; readonly type: string }): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Writes and waits until the reader has room. False when the reader is gone or does not read. */
async function write(ports: EventStreamPorts, response: Response, frame: string): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(frame)) return true;
  const patience = AbortSignal.timeout(ports.stallMs);
  const closed = new AbortController();
  const onClose = (): void => closed.abort();
  response.once('close', onClose);
  try {
    await once(response, 'drain', { signal: AbortSignal.any([patience, closed.signal]) });
    return true;
  } catch {
    // Either way nobody reads: the connection goes, the reader comes back with its Last-Event-ID.
    if (patience.aborted) ports.metrics.stalledStreams.inc();
    response.destroy();
    return false;
  } finally {
    response.off('close', onClose);
  }
}
