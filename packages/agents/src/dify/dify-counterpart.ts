import type { Json, JsonObject } from '@baton/core';
import { at, textAt } from '../wire/fields.ts';
import {
  beginEvents,
  sendJson,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from '../loopback-counterpart.ts';

/** What a chat answers, in the pieces of its stream. */
export const PIECES = ['Tea is ', 'ready.'];

/** What a workflow answers. */
export const OUTPUTS = { summary: 'done', cups: 2 };

/** What an app tells in place of its answer. */
export interface DifyStandInParams {
  readonly app: 'chat' | 'completion' | 'workflow';
  /** Events instead of those of the behaviour. */
  readonly events?: readonly Json[];
  /** The record of every run that is looked up. */
  readonly record?: JsonObject;
  /** Events of a run that is joined. */
  readonly joined?: readonly Json[];
  /** How a form is received. */
  readonly form?: { readonly status: number; readonly body: Json };
}

const IDS = { task_id: 'task-1', workflow_run_id: 'run-1' };
const SUCCEEDED = { id: 'run-1', status: 'succeeded', outputs: OUTPUTS, error: null, total_tokens: 0 };

/** The form of a Human Input node. */
export const FORM = {
  form_id: 'form-1',
  form_token: 'token-1',
  node_id: 'node-1',
  node_title: 'Check the offer',
  form_content: 'Is **this** right?',
  inputs: [{ type: 'paragraph', output_variable_name: 'note' }],
  actions: [
    { id: 'yes', title: 'Approve', button_style: 'primary' },
    { id: 'no', title: 'Reject', button_style: 'default' },
  ],
  resolved_default_values: { note: 'as it is' },
};

/** Starts a stand-in of Dify's Service API. */
export async function startDifyCounterpart(params: DifyStandInParams): Promise<LoopbackCounterpart> {
  let stops = 0;
  const counterpart = await startLoopbackCounterpart({
    config: (baseUrl) => ({ endpoint: `${baseUrl}/v1`, app: params.app, apiKey: 'app-key', user: 'user-1' }),
    aside: ({ method, path, body, response }) => {
      if (path.endsWith('/stop')) {
        // Another user is answered with success too, and nothing stops.
        if (textAt(body, 'user') === 'user-1') stops += 1;
        sendJson(response, { result: 'success' });
        return true;
      }
      if (method !== 'GET' || !path.startsWith('/v1/workflows/run/')) return false;
      sendJson(response, params.record ?? SUCCEEDED);
      return true;
    },
    answer: (call) => answer(call, params),
  });
  return { ...counterpart, stops: () => stops };
}

function answer(call: LoopbackCall, params: DifyStandInParams): void {
  const { path, response, behaviour } = call;
  if (path.includes('/form/')) {
    const { status, body } = params.form ?? { status: 200, body: {} };
    return sendJson(response, body, status);
  }
  beginEvents(response);
  const tell = (event: Json): void => void response.write(`data: ${JSON.stringify(event)}\n\n`);
  const isJoined = path.endsWith('/events');
  const events = isJoined
    ? (params.joined ?? finish(params.app, PIECES.join('')))
    : (params.events ?? eventsOf(call, params.app));
  response.write('event: ping\n\n');
  events.forEach(tell);
  if (behaviour.kind === 'slow-stream') return;
  if (behaviour.kind === 'broken-stream') {
    // What was written goes out before the connection is gone.
    setTimeout(() => response.destroy(), 5);
    return;
  }
  response.end();
}

function eventsOf({ behaviour, body }: LoopbackCall, app: DifyStandInParams['app']): readonly Json[] {
  switch (behaviour.kind) {
    case 'echo': {
      const text = textAt(body, 'query') ?? '';
      return app === 'workflow'
        ? [
            {
              ...IDS,
              event: 'workflow_finished',
              data: { ...SUCCEEDED, outputs: at(body, 'inputs') ?? null },
            },
          ]
        : [...piece(app, text), ...finish(app, text)];
    }
    case 'pause':
      return [
        { ...IDS, event: 'workflow_started', data: {} },
        { ...IDS, event: 'human_input_required', data: FORM },
        { ...IDS, event: 'workflow_paused', data: { paused_nodes: ['node-1'], reasons: [] } },
      ];
    case 'lost-end':
    case 'slow-stream':
    case 'broken-stream':
      return PIECES.flatMap((text) => piece(app, text));
    default: {
      const usage = behaviour.kind === 'usage' ? USAGE : NOTHING;
      return [...PIECES.flatMap((text) => piece(app, text)), ...finish(app, PIECES.join(''), usage)];
    }
  }
}

const USAGE = {
  prompt_tokens: 12,
  completion_tokens: 5,
  total_tokens: 17,
  total_price: '0.0120000',
  currency: 'USD',
  latency: 1.2,
};
const NOTHING = { ...USAGE, prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, total_price: '0' };

function piece(app: DifyStandInParams['app'], text: string): readonly Json[] {
  if (app === 'workflow') return [{ ...IDS, event: 'text_chunk', data: { text } }];
  return [{ event: 'message', task_id: 'task-1', conversation_id: 'conversation-1', answer: text }];
}

/** The end of an app; a chat that was joined tells the end of its run. */
function finish(app: DifyStandInParams['app'], text: string, usage: JsonObject = NOTHING): readonly Json[] {
  const node = { outputs: {}, process_data: { usage }, execution_metadata: null };
  if (app === 'workflow') {
    return [
      { ...IDS, event: 'node_finished', data: node },
      {
        ...IDS,
        event: 'workflow_finished',
        data: { ...SUCCEEDED, total_tokens: usage['total_tokens'] ?? 0 },
      },
    ];
  }
  return [
    { event: 'message_end', task_id: 'task-1', conversation_id: 'conversation-1', metadata: { usage } },
    { event: 'workflow_finished', task_id: 'task-1', data: { ...SUCCEEDED, outputs: { answer: text } } },
  ];
}
