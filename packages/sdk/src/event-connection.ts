import { createParser } from 'eventsource-parser';
import type { Frame } from './event-codec.ts';
import type { Transport } from './transport.ts';

/** One connection of an event stream. */
export interface EventConnection {
  /** The frames that came with the next bytes, often none; null when the connection has ended or was lost. */
  read(): Promise<readonly Frame[] | null>;
  close(): void;
}

/** What {@link openEvents} needs. */
export interface OpenEventsParams {
  readonly transport: Transport;
  readonly path: string;
  /** Position of the last event that was read; 0: none. */
  readonly after: number;
  /** A connection without a byte for so long counts as lost, in milliseconds. */
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
  /** Told how long to wait before connecting again, in milliseconds. */
  readonly onRetry: (ms: number) => void;
}

/**
 * Opens one connection; null when the run has ended and there is nothing after the position. Rejects with what
 * {@link Transport.send} rejects with, and with a sentence when the answer is no event stream.
 */
export async function openEvents(params: OpenEventsParams): Promise<EventConnection | null> {
  const watch = createWatch(params.silenceMs, params.signal);
  try {
    const response = await watch.during(() => request(params, watch.signal));
    if (response.status === 204 || response.body === null) {
      watch.close();
      return null;
    }
    const type = response.headers.get('content-type') ?? 'nothing';
    if (!type.startsWith('text/event-stream')) {
      throw new Error(
        `${response.url} answered with ${type}, not with an event stream: is there a Baton behind it?`,
      );
    }
    return connectionOn(response.body.getReader(), watch, params);
  } catch (error) {
    watch.close();
    throw error;
  }
}

function request({ transport, path, after }: OpenEventsParams, signal: AbortSignal): Promise<Response> {
  return transport.send({
    method: 'GET',
    path,
    headers: { Accept: 'text/event-stream', ...(after === 0 ? {} : { 'Last-Event-ID': String(after) }) },
    signal,
  });
}

interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

function connectionOn(reader: ByteReader, watch: Watch, params: OpenEventsParams): EventConnection {
  const frames: Frame[] = [];
  const decoder = new TextDecoder();
  const parser = createParser({ onEvent: (frame) => void frames.push(frame), onRetry: params.onRetry });
  return {
    read: async () => {
      const chunk = await watch
        .during(() => reader.read())
        .catch(() => {
          params.signal?.throwIfAborted();
          // Whatever broke the connection, the next one goes on where this one ended.
          return null;
        });
      // An event cut off by the end of a connection is none: it comes again, whole, on the next one.
      if (chunk?.value === undefined) return null;
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      return frames.splice(0);
    },
    close: () => watch.close(),
  };
}

/** Aborts a request when the caller does, and when a piece of work on it takes too long. */
interface Watch {
  readonly signal: AbortSignal;
  during<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

function createWatch(silenceMs: number, outer: AbortSignal | undefined): Watch {
  const controller = new AbortController();
  const forward = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) forward();
  outer?.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    during: async (work) => {
      const silent = new Error(`Nothing came for ${silenceMs} ms.`);
      const timer = setTimeout(() => controller.abort(silent), silenceMs);
      try {
        return await work();
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => {
      outer?.removeEventListener('abort', forward);
      controller.abort();
    },
  };
}
