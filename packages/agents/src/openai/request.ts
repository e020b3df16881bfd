import { failure, isArray, isObject, own, type AgentBudget, type Json, type JsonObject } from '@baton/core';
import { AgentFailureError, type AgentRequest } from '../adapter.ts';
import { wrongInput } from '../wire/answers.ts';
import type { VendorCall } from '../wire/exchange.ts';
import { objectAt } from '../wire/fields.ts';
import type { OpenaiConfig } from './config.ts';
import { conversationOf, offered } from './tools.ts';

/** The call for one question. Throws {@link AgentFailureError} `validation` for an input that is no question. */
export function toCall(request: AgentRequest<OpenaiConfig>, budget?: AgentBudget): VendorCall {
  const { endpoint, api, parameters } = request.config;
  return api === 'chat'
    ? {
        url: `${endpoint}/chat/completions`,
        json: { ...chatBody(request), ...capped(parameters, 'max_completion_tokens', budget) },
      }
    : {
        url: `${endpoint}/responses`,
        json: { ...responsesBody(request), ...capped(parameters, 'max_output_tokens', budget) },
      };
}

/** No answer may take more tokens than the agent has left. */
function capped(parameters: JsonObject, name: string, budget: AgentBudget | undefined): JsonObject {
  const left = budget?.tokens;
  if (left === undefined || Object.hasOwn(parameters, 'max_tokens')) return {};
  const given = own(parameters, name);
  return { [name]: typeof given === 'number' ? Math.min(given, left) : left };
}

/** The call that looks up what was answered; only the API of responses keeps that. */
export function lookUpCall({ endpoint }: OpenaiConfig, id: string): VendorCall {
  return { method: 'GET', url: `${endpoint}/responses/${encodeURIComponent(id)}` };
}

function chatBody(request: AgentRequest<OpenaiConfig>): JsonObject {
  const { config, input, session, agent } = request;
  if (session !== undefined) {
    const detail =
      `Agent "${agent.name}" cannot continue a session: the API of chat completions keeps none. ` +
      'Send the earlier messages with the input, or set api to "responses" in its config.';
    throw new AgentFailureError(failure('validation', detail, { code: 'no_sessions' }));
  }
  const { model, system, stream, output } = config;
  const asked = readInput(input);
  const messages = [...asMessages(asked), ...conversationOf(request).turns];
  return {
    model,
    messages: system === undefined ? messages : [{ role: 'system', content: system }, ...messages],
    stream,
    ...offered(config),
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...(output === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: formatOf(output) } }),
    ...config.parameters,
  };
}

function responsesBody(request: AgentRequest<OpenaiConfig>): JsonObject {
  const { config, input, session } = request;
  const { model, system, stream, output, parameters } = config;
  const said = conversationOf(request);
  const keeps = own(parameters, 'store') !== false;
  const previous = (keeps ? said.responseId : undefined) ?? session;
  const asked = readInput(input);
  return {
    model,
    // A server that keeps the conversation is only told what is new.
    input:
      said.turns.length === 0
        ? asked
        : keeps && said.responseId !== undefined
          ? said.latest
          : [...asMessages(asked), ...said.turns],
    stream,
    ...offered(config),
    ...(system === undefined ? {} : { instructions: system }),
    ...(previous === undefined ? {} : { previous_response_id: previous }),
    ...parameters,
    ...(output === undefined
      ? {}
      : { text: { ...objectAt(parameters, 'text'), format: { type: 'json_schema', ...formatOf(output) } } }),
  };
}

function asMessages(asked: string | readonly Json[]): readonly Json[] {
  return typeof asked === 'string' ? [{ role: 'user', content: asked }] : asked;
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
