import { failure, NO_USAGE, type AgentReply, type Json } from '@baton/core';
import { parseJsonBounded, type EgressResponse } from '@baton/egress';
import { AgentFailureError } from '../adapter.ts';
import type { CompiledTemplate } from '../template.ts';
import type { HttpResponseConfig } from './config.ts';

/** Deepest nesting of an agent's answer. */
const MAX_DEPTH = 200;

/**
 * Reads the reply from a successful answer.
 * Throws `EgressError` for JSON that is malformed or too deep, {@link AgentFailureError} for expressions that fail.
 */
export function toReply(answer: EgressResponse, config: HttpResponseConfig): AgentReply {
  const body = decodeBody(answer);
  const variables = { status: answer.status, headers: answer.headers };
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
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
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
