import type { Json, JsonObject } from '@baton/core';
import {
  beginEvents,
  sendJson,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from '../loopback-counterpart.ts';
import { at, textAt } from '../wire/fields.ts';

/** What the stand-in answers to `ok` and `usage`. */
export const ANSWER = 'The tea is ready.';

/** Its usage, in the words of chat completions and in those of responses. */
const CHAT_USAGE = {
  prompt_tokens: 12,
  completion_tokens: 5,
  total_tokens: 17,
  prompt_tokens_details: { cached_tokens: 4 },
};
const RESPONSES_USAGE = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 5,
  total_tokens: 17,
};

/** Starts a stand-in for OpenAI's API, whose agents have this much more in their configs. */
export function startOpenaiCounterpart(more: JsonObject = {}): Promise<LoopbackCounterpart> {
  return startLoopbackCounterpart({
    config: (baseUrl) => ({ endpoint: `${baseUrl}/v1`, model: 'tea-1', ...more }),
    aside: (call) => {
      if (call.method !== 'GET') return false;
      sendJson(call.response, responseOf(call));
      return true;
    },
    answer: async (call) => {
      const isChat = call.path === '/v1/chat/completions';
      if (at(call.body, 'stream') !== true) {
        sendJson(call.response, isChat ? completionOf(call) : responseOf(call));
        return;
      }
      const { beginning, end } = isChat ? chatEvents(call) : responseEvents(call);
      await play(call, beginning, end);
    },
  });
}

async function play({ behaviour, response }: LoopbackCall, beginning: Json[], end: string): Promise<void> {
  beginEvents(response);
  const written = beginning.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  switch (behaviour.kind) {
    case 'slow-stream':
      response.write(written.slice(0, 2).join(''));
      return;
    case 'broken-stream':
      await new Promise((sent) => response.write(written.slice(0, 2).join(''), sent));
      response.destroy();
      return;
    case 'lost-end':
      response.end(written.join(''));
      return;
    default:
      response.end(written.join('') + end);
  }
}

function textFor({ behaviour, body }: LoopbackCall): string {
  if (behaviour.kind !== 'echo') return ANSWER;
  return textAt(body, 'input') ?? textAt(body, 'messages', -1, 'content') ?? '';
}

function completionOf(call: LoopbackCall): JsonObject {
  const message = { role: 'assistant', content: textFor(call), refusal: null };
  return {
    id: 'chat-1',
    object: 'chat.completion',
    choices: [{ index: 0, finish_reason: 'stop', message }],
    ...(call.behaviour.kind === 'usage' ? { usage: CHAT_USAGE } : {}),
  };
}

function chatEvents(call: LoopbackCall): { beginning: Json[]; end: string } {
  const chunk = (delta: Json, finish: Json = null): JsonObject => ({
    id: 'chat-1',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  });
  const usage = { id: 'chat-1', object: 'chat.completion.chunk', choices: [], usage: CHAT_USAGE };
  const last = [chunk({}, 'stop'), ...(call.behaviour.kind === 'usage' ? [usage] : [])];
  return {
    beginning: [
      chunk({ role: 'assistant', content: '' }),
      ...piecesOf(textFor(call)).map((content) => chunk({ content })),
    ],
    end: `${last.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`,
  };
}

function responseOf(call: LoopbackCall): JsonObject {
  const content = [{ type: 'output_text', text: textFor(call), annotations: [] }];
  return {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    error: null,
    incomplete_details: null,
    output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }],
    ...(call.behaviour.kind === 'usage' ? { usage: RESPONSES_USAGE } : {}),
  };
}

function responseEvents(call: LoopbackCall): { beginning: Json[]; end: string } {
  const response = responseOf(call);
  const begun = { ...response, status: 'in_progress', output: [] };
  const end = { type: 'response.completed', response };
  return {
    beginning: [
      { type: 'response.created', response: begun },
      ...piecesOf(textFor(call)).map((delta) => ({ type: 'response.output_text.delta', delta })),
    ],
    end: `event: response.completed\ndata: ${JSON.stringify(end)}\n\n`,
  };
}

/** Several pieces, none of which cuts a character in two. */
function piecesOf(text: string): string[] {
  return text.match(/.{1,6}/gsu) ?? [];
}
