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

/** A node that waits for a person. */
export const ACTION = {
  id: 'action-1',
  mapping: { approve: 'Proceed', reject: 'Reject' },
  elements: [
    { type: 'agentflowv2-approve-button', label: 'Proceed' },
    { type: 'agentflowv2-reject-button', label: 'Reject' },
  ],
  data: { nodeId: 'humanInputAgentflow_0', nodeLabel: 'Taste the tea', input: {} },
};

/** Starts a stand-in for a Flowise server, whose agents have this much more in their configs. */
export async function startFlowiseCounterpart(more: JsonObject = {}): Promise<LoopbackCounterpart> {
  let stops = 0;
  const counterpart = await startLoopbackCounterpart({
    config: (baseUrl) => ({ endpoint: baseUrl, chatflow: 'flow-1', ...more }),
    aside: ({ method, path, response }) => {
      if (method !== 'PUT' || !path.startsWith('/api/v1/chatmessage/abort/flow-1/')) return false;
      stops += 1;
      sendJson(response, { status: 200, message: 'Chat message aborted' });
      return true;
    },
    answer: async (call) => {
      const prediction = predictionOf(call);
      if (at(call.body, 'streaming') === true) await play(call, prediction);
      else sendJson(call.response, prediction);
    },
  });
  return { ...counterpart, stops: () => stops };
}

/** The frames of Flowise, whose first line is no field of an event stream. */
export function frameOf(event: string, data: Json): string {
  return `message:\ndata:${JSON.stringify({ event, data })}\n\n`;
}

async function play({ behaviour, response }: LoopbackCall, prediction: JsonObject): Promise<void> {
  beginEvents(response);
  const text = textAt(prediction, 'text') ?? '';
  const begun =
    ':heartbeat\n\n' +
    frameOf('start', '') +
    (text.match(/.{1,6}/gsu) ?? []).map((piece) => frameOf('token', piece)).join('');
  switch (behaviour.kind) {
    case 'slow-stream':
      response.write(begun);
      return;
    case 'broken-stream':
      await new Promise((sent) => response.write(begun, sent));
      response.destroy();
      return;
    case 'lost-end':
      response.end(begun);
      return;
    default: {
      const { agentFlowExecutedData = [], chatId = '', executionId = '' } = prediction;
      const action = at(agentFlowExecutedData, -1, 'data', 'output', 'humanInputAction') ?? null;
      const paused = action === null ? '' : frameOf('action', action);
      const metadata = { chatId, executionId, ...(action === null ? {} : { action }) };
      response.end(
        `${begun}${frameOf('agentFlowExecutedData', agentFlowExecutedData)}${paused}` +
          `${frameOf('metadata', metadata)}${frameOf('end', '[DONE]')}`,
      );
    }
  }
}

function predictionOf({ behaviour, body }: LoopbackCall): JsonObject {
  const pauses = behaviour.kind === 'pause' && at(body, 'humanInput') === undefined;
  const isRejected = behaviour.kind === 'pause' && textAt(body, 'humanInput', 'type') !== 'proceed';
  const text =
    behaviour.kind === 'echo' ? (textAt(body, 'question') ?? '') : isRejected ? 'Taste, please.' : ANSWER;
  const usageMetadata = {
    input_tokens: 12,
    output_tokens: 5,
    total_tokens: 17,
    input_token_details: { cache_read: 4 },
    total_cost: 0.25,
  };
  const output = {
    content: text,
    ...(behaviour.kind === 'usage' ? { usageMetadata } : {}),
    ...(pauses ? { humanInputAction: ACTION } : {}),
  };
  return {
    text,
    chatId: textAt(body, 'chatId') ?? 'chat-of-its-own',
    executionId: 'execution-1',
    agentFlowExecutedData: [
      {
        nodeId: 'llmAgentflow_0',
        nodeLabel: 'Kettle',
        data: { output },
        status: pauses ? 'STOPPED' : 'FINISHED',
      },
    ],
  };
}
