import type { Json, JsonObject } from '@baton/core';
import { at } from '../wire/fields.ts';
import {
  beginEvents,
  sendJson,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from '../loopback-counterpart.ts';

/** What the model says, in pieces. */
export const PIECES = ['Tea is ', 'ready.'];

/** The model's message at the end. */
export const SAID = {
  type: 'ai',
  id: 'ai-1',
  content: PIECES.join(''),
  tool_calls: [],
  usage_metadata: { input_tokens: 12, output_tokens: 5, total_tokens: 17 },
};

const ASKED = { type: 'human', id: 'human-1', content: 'tea?' };

/** The final state. */
export const STATE = { messages: [ASKED, SAID] };

/** An interrupt of the middleware that asks before tools are called. */
export const INTERRUPT = {
  id: 'interrupt-1',
  value: {
    action_requests: [{ name: 'brew', args: { cups: 2 }, description: 'Puts the kettle on' }],
    review_configs: [{ action_name: 'brew', allowed_decisions: ['approve', 'reject'] }],
  },
};

/** What a graph does in place of its behaviour. */
export interface LanggraphStandInParams {
  /** More of the agent's config. */
  readonly config?: JsonObject;
  /** Events of the stream: name and data. */
  readonly events?: readonly (readonly [string, Json])[];
  /** The result of every run that is joined. */
  readonly result?: Json;
}

/** Starts a stand-in of an Agent Server. */
export async function startLanggraphCounterpart(
  params: LanggraphStandInParams = {},
): Promise<LoopbackCounterpart> {
  let stops = 0;
  // A run that is joined has the result of its own question.
  let last: Json = STATE;
  const counterpart = await startLoopbackCounterpart({
    config: (baseUrl) => ({ endpoint: baseUrl, assistant: 'agent', apiKey: 'key-1', ...params.config }),
    aside: ({ path, method, response }) => {
      if (path.endsWith('/cancel')) {
        stops += 1;
        response.writeHead(202).end();
        return true;
      }
      if (path === '/threads') sendJson(response, { thread_id: 'thread-1', status: 'idle' });
      else if (method === 'GET' && path.endsWith('/join')) sendJson(response, params.result ?? last);
      else return false;
      return true;
    },
    answer: (call) => {
      last = resultOf(call);
      if (call.path.endsWith('/stream')) stream(call, params.events ?? eventsOf(call, last));
      else sendJson(call.response, { run_id: 'run-1', thread_id: 'thread-1', status: 'pending' });
    },
  });
  return { ...counterpart, stops: () => stops };
}

function resultOf({ behaviour, body }: LoopbackCall): Json {
  if (behaviour.kind === 'echo') return at(body, 'input') ?? null;
  const isAsked = behaviour.kind === 'pause' && at(body, 'command') === undefined;
  return isAsked ? { __interrupt__: [INTERRUPT] } : STATE;
}

function eventsOf({ behaviour }: LoopbackCall, result: Json): readonly (readonly [string, Json])[] {
  const metadata = { langgraph_node: 'model' };
  const pieces = PIECES.map(
    (content) => ['messages', [{ type: 'AIMessageChunk', id: 'ai-1', content }, metadata]] as const,
  );
  const begun = [['metadata', { run_id: 'run-1', attempt: 1 }] as const];
  switch (behaviour.kind) {
    case 'echo':
    case 'pause':
      return [...begun, ['values', result]];
    case 'slow-stream':
    case 'broken-stream':
    case 'lost-end':
      return [...begun, ...pieces];
    default:
      return [...begun, ['values', { messages: [ASKED] }], ...pieces, ['values', result]];
  }
}

function stream({ response, behaviour }: LoopbackCall, events: readonly (readonly [string, Json])[]): void {
  response.setHeader('Content-Location', '/threads/thread-1/runs/run-1');
  beginEvents(response);
  response.write(': heartbeat\r\n\r\n');
  events.forEach(([event, data], n) => {
    response.write(`event: ${event}\r\ndata: ${JSON.stringify(data)}\r\nid: ${n}\r\n\r\n`);
  });
  if (behaviour.kind === 'slow-stream') return;
  // What was written goes out before the connection is gone.
  if (behaviour.kind === 'broken-stream') setTimeout(() => response.destroy(), 5);
  else response.end();
}
