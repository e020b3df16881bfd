import { isObject, own, type Json, type JsonObject } from '@baton/core';
import type { AgentRequest } from '../adapter.ts';
import { wrongInput } from '../wire/answers.ts';
import type { VendorCall } from '../wire/exchange.ts';
import { objectAt } from '../wire/fields.ts';
import type { FlowiseConfig } from './config.ts';
import { humanInputOf } from './pause.ts';

/** Fields of a prediction that Baton writes, and what to do instead. */
const OWN: Readonly<Record<string, string>> = {
  chatId: 'the session of the call says which conversation goes on',
  sessionId: 'the session of the call says which conversation goes on',
  streaming: 'it is set by stream of the config',
  humanInput: 'a pause is answered by its human task',
};

/** The call that asks a flow, or that tells it what a person has decided. Throws `AgentFailureError` `validation`. */
export function toCall(request: AgentRequest<FlowiseConfig>, chatId: string): VendorCall {
  const { endpoint, chatflow, stream, overrideConfig } = request.config;
  const question = readInput(request.input);
  const settings = { ...objectAt(question, 'overrideConfig'), ...overrideConfig };
  const asked =
    request.resume === undefined ? question : { humanInput: humanInputOf(request.resume), question: '' };
  return {
    url: `${endpoint}/api/v1/prediction/${encodeURIComponent(chatflow)}`,
    json: {
      ...asked,
      ...(Object.keys(settings).length === 0 ? {} : { overrideConfig: settings }),
      chatId,
      streaming: stream,
    },
  };
}

/** The call that stops what a flow does in a chat; it needs no key. */
export function stopCall({ endpoint, chatflow }: FlowiseConfig, chatId: string): VendorCall {
  const path = [chatflow, chatId].map(encodeURIComponent).join('/');
  return { method: 'PUT', url: `${endpoint}/api/v1/chatmessage/abort/${path}` };
}

function readInput(input: Json): JsonObject {
  if (typeof input === 'string') return { question: input };
  if (!isObject(input)) throw wrongInput('The input', 'a string or an object {question, …}');
  for (const [name, instead] of Object.entries(OWN)) {
    if (Object.hasOwn(input, name)) throw wrongInput(`"${name}" of the input`, `left out: ${instead}`);
  }
  const [question, form] = [own(input, 'question'), own(input, 'form')];
  if (form !== undefined && question !== undefined)
    throw wrongInput('The input', 'given a question or a form, not both');
  if (form === undefined && typeof question !== 'string')
    throw wrongInput('"question" of the input', 'the text of the question');
  if (form !== undefined && !isObject(form)) throw wrongInput('"form" of the input', 'an object');
  const settings = own(input, 'overrideConfig');
  if (settings === undefined) return input;
  if (!isObject(settings)) throw wrongInput('"overrideConfig" of the input', 'an object');
  if (Object.hasOwn(settings, 'sessionId'))
    throw wrongInput('"overrideConfig/sessionId" of the input', `left out: ${OWN['sessionId'] ?? ''}`);
  return input;
}
