import { addUsage, failure, isObject, type Json, type JsonObject, type Usage } from '@baton/core';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import type { Exchange } from '../wire/exchange.ts';
import { at, countAt, listAt, textAt } from '../wire/fields.ts';
import { tokenOf, type DifyIds } from './pause.ts';
import type { Thoughts } from './thoughts.ts';
import { toUsage, usageOfNode } from './usage.ts';

/** What the events of an app have told so far. */
export interface Told {
  ids: DifyIds;
  text: string;
  /** Pieces of an agent's message have come: a whole message after them says it all once more. */
  isAgent: boolean;
  /** Usage of a workflow's nodes. */
  nodes: Usage;
  /** Usage of a chat's message, once it has ended. */
  message: Usage | null;
  /** The last word on a workflow's run. */
  end: Json | null;
  /** A form that waits for a person. */
  form: JsonObject | null;
  paused: boolean;
}

/** What taking an event needs. */
export interface Listener {
  /** The name of the agent, for failures. */
  readonly agent: string;
  readonly told: Told;
  readonly thoughts: Thoughts;
  readonly exchange: Exchange;
  readonly context: Pick<InvokeContext, 'emit' | 'heartbeat'>;
  /** The token of the form that a person has answered: it may be told once more. */
  readonly answered: string | undefined;
}

/** Takes one event; those that say nothing about the answer are passed over. Throws what the app reports as its failure. */
export function takeEvent(listener: Listener, event: Json): void {
  learnIds(listener, event);
  EVENTS.get(textAt(event, 'event') ?? '')?.(listener, event);
}

type Handler = (listener: Listener, event: Json) => void;

const EVENTS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['message', takeMessage],
  [
    'agent_message',
    (listener, event) => {
      listener.told.isAgent = true;
      takeText(listener, textAt(event, 'answer'));
    },
  ],
  [
    'message_replace',
    ({ told, context }, event) => {
      told.text = textAt(event, 'answer') ?? '';
      context.emit({ type: 'agent.message', data: told.text });
    },
  ],
  ['text_chunk', (listener, event) => takeText(listener, textAt(event, 'data', 'text'))],
  [
    'reasoning_chunk',
    ({ context }, event) => {
      const text = textAt(event, 'data', 'reasoning') ?? '';
      if (text !== '') context.emit({ type: 'agent.thinking', data: text });
    },
  ],
  ['agent_thought', ({ thoughts }, event) => thoughts.take(event)],
  [
    'node_finished',
    ({ told }, event) => {
      told.nodes = addUsage(told.nodes, usageOfNode(at(event, 'data')));
    },
  ],
  [
    'message_end',
    ({ told }, event) => {
      told.message = toUsage(at(event, 'metadata', 'usage'));
    },
  ],
  ['human_input_required', (listener, event) => takeForm(listener, at(event, 'data'))],
  [
    'workflow_paused',
    (listener, event) => {
      for (const reason of listAt(event, 'data', 'reasons')) takeForm(listener, reason);
      listener.told.paused = true;
    },
  ],
  ['workflow_finished', (listener, event) => void takeEnd(listener, at(event, 'data') ?? null)],
  ['error', takeError],
]);

/** A piece of the answer; after the pieces of an agent it is the whole of it once more. */
function takeMessage(listener: Listener, event: Json): void {
  const { told } = listener;
  if (told.isAgent) told.text = textAt(event, 'answer') ?? told.text;
  else takeText(listener, textAt(event, 'answer'));
}

/** A failure inside the stream, whose status of HTTP was good. */
function takeError({ context, exchange }: Listener, event: Json): void {
  context.heartbeat(null);
  const words = [textAt(event, 'code'), textAt(event, 'message')].filter((word) => word !== undefined);
  throw exchange.refuse(countAt(event, 'status') ?? 500, words.join(': '));
}

/** Takes the last word on a run, told or looked up. False: the run is not at its end. */
export function takeEnd({ agent, told, context }: Listener, record: Json): boolean {
  const status = textAt(record, 'status') ?? '';
  if (status === 'failed' || status === 'stopped') {
    // The next attempt must begin anew, and not find this run again.
    context.heartbeat(null);
    throw endFailure(agent, status, textAt(record, 'error'));
  }
  if (status !== 'succeeded' && status !== 'partial-succeeded') return false;
  told.end = record;
  return true;
}

function endFailure(agent: string, status: string, reason = ''): AgentFailureError {
  const because = reason === '' ? '.' : `: ${reason.slice(0, 1_000)}`;
  const words = status === 'stopped' ? 'The workflow was stopped in Dify' : 'The workflow failed in Dify';
  return new AgentFailureError(
    failure('runtime', `Agent "${agent}": ${words}${because}`, {
      code: `workflow_${status}`,
      // Why a node failed is not told in a word that says whether it lasts; who stopped a run wants no other.
      retryable: status !== 'stopped',
    }),
  );
}

function takeText({ told, context }: Listener, text = ''): void {
  if (text === '') return;
  told.text += text;
  context.emit({ type: 'agent.chunk', data: text });
}

function takeForm({ told, answered }: Listener, form: Json | undefined): void {
  if (form === undefined || !isObject(form)) return;
  const token = tokenOf(form);
  if (token !== undefined && token !== answered) told.form ??= form;
}

/** Told at once: whoever goes on with this delivery must know them. */
function learnIds({ told, context }: Listener, event: Json): void {
  const taskId = textAt(event, 'task_id') ?? told.ids.taskId;
  const runId = textAt(event, 'workflow_run_id') ?? told.ids.runId;
  const conversationId = textAt(event, 'conversation_id') ?? told.ids.conversationId;
  const { ids } = told;
  if (taskId === ids.taskId && runId === ids.runId && conversationId === ids.conversationId) return;
  told.ids = {
    ...ids,
    ...(taskId === undefined ? {} : { taskId }),
    ...(runId === undefined ? {} : { runId }),
    ...(conversationId === undefined ? {} : { conversationId }),
  };
  context.heartbeat({ ...told.ids });
}
