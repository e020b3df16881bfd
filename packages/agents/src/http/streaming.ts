import { excerpt, failure, type AgentReply, type Json } from '@baton/core';
import { EgressError, parseJsonBounded, type EgressStream } from '@baton/egress';
import { AgentFailureError, type AgentEvent } from '../adapter.ts';
import { lostEnd } from '../wire/answers.ts';
import { linesOf } from '../wire/lines.ts';
import { serverSentEvents } from '../wire/server-sent-events.ts';
import type { HttpConfig } from './config.ts';
import { MAX_DEPTH, mediaTypeOf, readReply, toReply } from './reply.ts';
import type { StreamConfig } from './stream-config.ts';

/** What reading a stream needs. */
export interface StreamReading {
  readonly agent: string;
  readonly config: HttpConfig;
  readonly stream: StreamConfig;
  readonly emit: (event: AgentEvent) => void;
  readonly redact: (text: string) => string;
}

/** Most bytes of a stream: much of it may be told twice. */
export const MAX_STREAM_BYTES = 32 * 1024 * 1024;

/**
 * Reads the reply from a successful answer that comes as a stream, and tells its chunks. An agent that may stream may answer
 * at once: JSON where server-sent events were asked for is the reply itself. Throws `EgressError` for JSON that is malformed,
 * {@link AgentFailureError} for a stream that says that it failed, or that ends before its answer.
 */
export async function readStream(reading: StreamReading, answer: EgressStream): Promise<AgentReply> {
  const { config, stream } = reading;
  const type = mediaTypeOf(answer.headers);
  if (type === 'text/html' || type === 'application/xhtml+xml') {
    answer.cancel();
    throw webPage(reading.agent, type);
  }
  if (stream.format === 'sse' && /[/+]json$/.test(type)) {
    return toReply({ ...answer, body: await bytesOf(answer.chunks) }, config.response);
  }
  const { last, text } = await collect(reading, eventsOf(stream, answer));
  return readReply({ status: answer.status, headers: answer.headers, body: last, text }, config.response);
}

/** One event of a stream. */
interface StreamEvent {
  /** Null where events have no names. */
  readonly name: string | null;
  readonly data: Json;
}

interface Collected {
  /** The event that completed the answer; null when something that is no event did. */
  readonly last: Json;
  /** All chunks together. */
  readonly text: string;
}

async function collect(
  reading: StreamReading,
  events: AsyncIterable<StreamEvent | null>,
): Promise<Collected> {
  const { stream, emit } = reading;
  let text = '';
  let last: Json = null;
  for await (const event of events) {
    if (event === null) return { last, text };
    const { name, data } = event;
    const variables = { event: name, text };
    if (stream.failedWhen(data, variables) === true) throw saidFailed(reading, data);
    const thought = stream.thinking(data, variables);
    if (typeof thought === 'string' && thought !== '') emit({ type: 'agent.thinking', data: thought });
    const chunk = stream.chunk(data, variables);
    const isDone = stream.doneWhen?.(data, { event: name, text }) === true;
    if (typeof chunk === 'string' && chunk !== '') {
      text += chunk;
      emit({ type: 'agent.chunk', data: chunk });
    }
    last = data;
    if (isDone) return { last, text };
  }
  if (stream.doneWhen === null) return { last, text };
  throw lostEnd(reading.agent);
}

/** The events of a stream; null for `[DONE]`, by which many say that nothing more comes. */
async function* eventsOf(
  { format, data: kind }: StreamConfig,
  { chunks }: EgressStream,
): AsyncGenerator<StreamEvent | null, void> {
  if (format === 'ndjson') {
    for await (const line of linesOf(chunks)) {
      if (line.trim() !== '') yield { name: null, data: parseJsonBounded(line, { maxDepth: MAX_DEPTH }) };
    }
    return;
  }
  for await (const { event: name, data } of serverSentEvents(chunks)) {
    if (data === '[DONE]') yield null;
    else yield { name, data: kind === 'text' ? data : parseJsonBounded(data, { maxDepth: MAX_DEPTH }) };
  }
}

/** Most bytes of an answer that is no stream after all. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES)
      throw new EgressError('too_large', `The answer is longer than ${MAX_ANSWER_BYTES} bytes.`);
  }
  return Buffer.concat(read);
}

function saidFailed({ agent, redact }: StreamReading, data: Json): AgentFailureError {
  const words = excerpt(redact(typeof data === 'string' ? data : JSON.stringify(data)), 500);
  const detail = `Agent "${agent}" says that it has failed: ${words}`;
  return new AgentFailureError(failure('runtime', detail, { code: 'agent_failed', retryable: true }));
}

function webPage(agent: string, type: string): AgentFailureError {
  const detail = `Agent "${agent}" answered with ${type} where a stream was to come; look at the endpoint.`;
  return new AgentFailureError(
    failure('communication', detail, { status: 502, code: 'wrong_media_type', retryable: false }),
  );
}
