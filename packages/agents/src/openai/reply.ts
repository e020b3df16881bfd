import { excerpt, failure, own, type AgentReply, type Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import { AgentFailureError, type AgentRequest } from '../adapter.ts';
import type { Answer } from './answer.ts';
import type { OpenaiConfig } from './config.ts';
import { conversationOf, toPause } from './tools.ts';

/** Deepest nesting of an output. */
const MAX_DEPTH = 200;

/**
 * The reply to an answer. Throws {@link AgentFailureError}: `runtime` for a model that refuses and for an answer that was
 * filtered, `validation` for a text that should be JSON and is none.
 */
export function toReply(answer: Answer, request: AgentRequest<OpenaiConfig>): AgentReply {
  const { agent, config } = request;
  const label = `Agent "${agent.name}"`;
  if (answer.refusal !== '') throw given(`${label} refuses: ${excerpt(answer.refusal, 1_000)}`, 'refusal');
  if (answer.end === 'filtered')
    throw given(`The answer of agent "${agent.name}" was held back by a content filter.`, 'content_filter');
  const asksTools = answer.toolCalls.length > 0;
  const { id } = answer;
  if (asksTools && config.tools.length > 0) {
    const pause = toPause(answer, conversationOf(request));
    return { output: null, text: answer.text, usage: answer.usage, pause, finish: 'pause' };
  }
  return {
    output: config.output === undefined || asksTools ? answer.text : parsed(answer, label),
    text: answer.text,
    ...(asksTools ? { messages: answer.messages } : {}),
    usage: answer.usage,
    ...(id === undefined || id === '' ? {} : { foreignRef: id, ...sessionOf(id, config) }),
    finish: asksTools ? 'tool' : answer.end === 'length' ? 'length' : 'stop',
  };
}

/** A response continues the session of the one before it, unless the API was told not to keep it. */
function sessionOf(id: string, { api, parameters }: OpenaiConfig): { readonly sessionId?: string } {
  return api === 'responses' && own(parameters, 'store') !== false ? { sessionId: id } : {};
}

function parsed({ text, end }: Answer, label: string): Json {
  try {
    return parseJsonBounded(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    // The same limit cuts the next answer off as well.
    const isCut = end === 'length';
    const why = isCut
      ? 'was cut off at the limit of its tokens before its JSON ended; raise the limit in parameters'
      : `answered with text that is not JSON: ${excerpt(text, 500)}`;
    const more = isCut ? { code: 'cut_off' } : { code: 'not_json', retryable: true };
    throw new AgentFailureError(failure('validation', `${label} ${why}`, more), error);
  }
}

function given(detail: string, code: string): AgentFailureError {
  return new AgentFailureError(failure('runtime', detail, { code }));
}
