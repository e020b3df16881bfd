import { failure, NO_USAGE, type AgentReply, type Json } from '@baton/core';
import { parseJsonBounded, type EgressResponse } from '@baton/egress';
import { AgentFailureError } from '../adapter.ts';
import type { CompiledTemplate } from '../template.ts';
import type { HttpResponseConfig } from './config.ts';

/** Deepest nesting of an agent's answer. */
export const MAX_DEPTH = 200;

/**
 * Reads the reply from a successful answer.
 * Throws `EgressError` for JSON that is malformed or too deep, {@link AgentFailureError} for expressions that fail.
 */
export function toReply(answer: EgressResponse, config: HttpResponseConfig): AgentReply {
  const { status, headers } = answer;
  return readReply({ status, headers, body: decodeBody(answer), text: '' }, config);
}

/** What a reply is read from. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded answer; the last event of a stream. */
  readonly body: Json;
  /** The chunks of a stream. */
  readonly text: string;
}

/** Reads the reply from what was answered. Throws {@link AgentFailureError} for expressions that fail. */
export function readReply({ body, ...variables }: Answered, config: HttpResponseConfig): AgentReply {
  const read = (template: CompiledTemplate): Json => template(body, variables);
  const output = read(config.output);
  const sessionId = read(config.sessionId);
  return {
    output,
    ...(typeof output === 'string' ? { text: output } : {}),
    usage: {
      ...NO_USAGE,
      inputTokens: amount(read(config.inputTokens), 'usage/inputTokens'),
      outputTokens: amount(read(config.outputTokens), 'usage/outputTokens'),
      costUsd: amount(read(config.costUsd), 'usage/costUsd'),
      calls: 1,
    },
    ...(sessionId === null ? {} : { sessionId: identifier(sessionId) }),
    finish: 'stop',
  };
}

/** JSON by its media type; without a media type JSON when it is some; otherwise text. An empty body is null. */
export function decodeBody({ body, headers }: EgressResponse): Json {
  const text = new TextDecoder().decode(body);
  const mediaType = mediaTypeOf(headers);
  if (text.trim() === '') return mediaType.startsWith('text/') ? text : null;
  if (/[/+]json$/.test(mediaType)) return parseJsonBounded(text, { maxDepth: MAX_DEPTH });
  if (mediaType !== '' || !/^\s*[[{"]/.test(text)) return text;
  try {
    return parseJsonBounded(text, { maxDepth: MAX_DEPTH });
  } catch {
    // Nobody said that this is JSON, so text that only begins like it is text.
    return text;
  }
}

/** The media type of an answer, in lower case; '' when it names none. */
export function mediaTypeOf(headers: Readonly<Record<string, string>>): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function amount(value: Json, place: string): number {
  if (value === null) return 0;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw wrongResult(place, 'a number that is not negative');
}

function identifier(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw wrongResult('sessionId', 'a string');
}

function wrongResult(place: string, wanted: string): AgentFailureError {
  const detail = `The expression at /response/${place} of the agent's config gave something other than ${wanted}.`;
  return new AgentFailureError(failure('expression', detail, { code: 'expression_result' }));
}
