import type { JsonObject } from '@baton/core';
import {
  sendJson,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from '../loopback-counterpart.ts';
import { at, textAt } from '../wire/fields.ts';
import { chatStreamOf, completionOf } from './stub-model/chat-wire.ts';
import { responseOf, responseStreamOf } from './stub-model/responses-wire.ts';
import { sendStream, type Spoken, type StreamParams } from './stub-model/spoken.ts';

/** What the stand-in answers to `ok` and `usage`. */
export const ANSWER = 'The tea is ready.';

const USAGE = { input: 12, cached: 4, output: 5 };

/** Starts a stand-in for OpenAI's API, whose agents have this much more in their configs. */
export function startOpenaiCounterpart(more: JsonObject = {}): Promise<LoopbackCounterpart> {
  return startLoopbackCounterpart({
    config: (baseUrl) => ({ endpoint: `${baseUrl}/v1`, model: 'tea-1', ...more }),
    aside: (call) => {
      if (call.method !== 'GET') return false;
      sendJson(call.response, responseOf(spokenFor(call)));
      return true;
    },
    answer: async (call) => {
      const isChat = call.path === '/v1/chat/completions';
      const spoken = spokenFor(call);
      if (at(call.body, 'stream') !== true) {
        sendJson(call.response, isChat ? completionOf(spoken) : responseOf(spoken));
        return;
      }
      const stream = isChat ? chatStreamOf(spoken) : responseStreamOf(spoken);
      await sendStream(call.response, stream, { ending: endingOf(call) });
    },
  });
}

function spokenFor({ behaviour, body }: LoopbackCall): Spoken {
  const asked = textAt(body, 'input') ?? textAt(body, 'messages', -1, 'content') ?? '';
  return {
    id: '1',
    model: 'tea-1',
    text: behaviour.kind === 'echo' ? asked : ANSWER,
    thinking: '',
    calls: [],
    usage: behaviour.kind === 'usage' ? USAGE : undefined,
    isCut: false,
  };
}

function endingOf({ behaviour }: LoopbackCall): StreamParams['ending'] {
  switch (behaviour.kind) {
    case 'slow-stream':
      return 'silent';
    case 'broken-stream':
      return 'midway';
    case 'lost-end':
      return 'lost';
    default:
      return 'whole';
  }
}
