import { failure, isArray, isObject, own, type Json, type JsonObject } from '@baton/core';
import { AgentFailureError, type AgentRequest } from '../adapter.ts';
import { wrongInput } from '../wire/answers.ts';
import type { VendorCall } from '../wire/exchange.ts';
import { objectAt } from '../wire/fields.ts';
import type { OpenaiConfig } from './config.ts';

/** The call for one question. Throws {@link AgentFailureError} `validation` for an input that is no question. */
export function toCall(request: AgentRequest<OpenaiConfig>): VendorCall {
  const { endpoint, api } = request.config;
  return api === 'chat'
    ? { url: `${endpoint}/chat/completions`, json: chatBody(request) }
    : { url: `${endpoint}/responses`, json: responsesBody(request) };
}

/** The call that looks up what was answered; only the API of responses keeps that. */
export function lookUpCall({ endpoint }: OpenaiConfig, id: string): VendorCall {
  return { method: 'GET', url: `${endpoint}/responses/${encodeURIComponent(id)}` };
}

function chatBody({ config, input, session, agent }: AgentRequest<OpenaiConfig>): JsonObject {
  if (session !== undefined) {
    const detail =
      `Agent "${agent.name}" cannot continue a session: the API of chat completions keeps none. ` +
      'Send the earlier messages with the input, or set api to "responses" in its config.';
    throw new AgentFailureError(failure('validation', detail, { code: 'no_sessions' }));
  }
  const { model, system, stream, output } = config;
  const asked = readInput(input);
  const messages = typeof asked === 'string' ? [{ role: 'user', content: asked }] : asked;
  return {
    model,
    messages: system === undefined ? messages : [{ role: 'system', content: system }, ...messages],
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...(output === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: formatOf(output) } }),
    ...config.parameters,
  };
}

function responsesBody({ config, input, session }: AgentRequest<OpenaiConfig>): JsonObject {
  const { model, system, stream, output, parameters } = config;
  return {
    model,
    input: readInput(input),
    stream,
    ...(system === undefined ? {} : { instructions: system }),
    ...(session === undefined ? {} : { previous_response_id: session }),
    ...parameters,
    ...(output === undefined
      ? {}
      : { text: { ...objectAt(parameters, 'text'), format: { type: 'json_schema', ...formatOf(output) } } }),
  };
}

function formatOf({ schema, strict }: NonNullable<OpenaiConfig['output']>): JsonObject {
  return { name: 'output', schema, strict };
}

/** A text, or the messages of a conversation. */
function readInput(input: Json): string | readonly Json[] {
  if (typeof input === 'string') return input;
  if (!isObject(input)) throw wrongInput('The input', 'a string or an object {messages}');
  const unknown = Object.keys(input).find((key) => key !== 'messages');
  if (unknown !== undefined)
    throw wrongInput(`"${unknown}" of the input`, 'left out: the input is a string or {messages}');
  const messages = own(input, 'messages');
  if (!isArray(messages) || messages.length === 0)
    throw wrongInput('"messages" of the input', 'a list with at least one message');
  const wrong = messages.findIndex((message) => !isObject(message));
  if (wrong !== -1)
    throw wrongInput(`"messages/${wrong}" of the input`, 'an object, such as {role, content}');
  return messages;
}
