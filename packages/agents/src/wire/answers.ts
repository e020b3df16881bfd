import { failure, type Json } from '@baton/core';
import { EgressError, parseJsonBounded, type EgressStream } from '@baton/egress';
import { AgentFailureError } from '../adapter.ts';
import { serverSentEvents } from './server-sent-events.ts';

/** What a vendor that may stream answers with; which of the two is its own choice. */
export const EVENTS_OR_JSON = ['text/event-stream', 'application/json'] as const;

/** Deepest nesting of an answer. */
const MAX_DEPTH = 200;

/** Most bytes of an answer that is one JSON value. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Whether an answer comes as server-sent events. */
export function isEvents({ headers }: EgressStream): boolean {
  return (headers['content-type'] ?? '').trim().toLowerCase().startsWith('text/event-stream');
}

/** The data of server-sent events, each of which is JSON, up to a plain `[DONE]`. Throws `EgressError`. */
export async function* jsonEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Json, void> {
  for await (const { data } of serverSentEvents(chunks)) {
    if (data === '[DONE]') return;
    yield parseJsonBounded(data, { maxDepth: MAX_DEPTH });
  }
}

/** An answer that is one JSON value after all. Throws `EgressError`. */
export async function wholeJson(chunks: AsyncIterable<Uint8Array>): Promise<Json> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES)
      throw new EgressError('too_large', `The answer is longer than ${MOST_BYTES} bytes.`);
  }
  return parseJsonBounded(new TextDecoder().decode(Buffer.concat(read)), { maxDepth: MAX_DEPTH });
}

/** The failure of a stream that ended before it said that it does. */
export function lostEnd(agent: string): AgentFailureError {
  const detail = `The stream of agent "${agent}" ended before its answer did.`;
  return new AgentFailureError(
    failure('communication', detail, { status: 502, code: 'lost_end', retryable: true }),
  );
}

/** The failure of an input of the wrong shape: what of it, and what it must be. */
export function wrongInput(what: string, wanted: string): AgentFailureError {
  return new AgentFailureError(
    failure('validation', `${what} must be ${wanted}.`, { code: 'invalid_input' }),
  );
}
