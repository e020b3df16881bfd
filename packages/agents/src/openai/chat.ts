import { isObject, type Json, type JsonObject } from '@baton/core';
import { at, countAt, listAt, textAt } from '../wire/fields.ts';
import { argumentsOf } from './arguments.ts';
import {
  errorOf,
  textOf,
  told,
  toUsage,
  type Answer,
  type Api,
  type ToolCall,
  type Watch,
} from './answer.ts';

/** Chat completions. */
export const chat: Api = { collect, read };

interface AskedTool {
  id: string;
  name: string;
  written: string;
}

/** Compatible servers forget the `[DONE]`; an answer is whole once its reason to end was told. */
async function collect(events: AsyncIterable<Json>, watch: Watch): Promise<Json | undefined> {
  const parts = { content: '', refusal: '', id: '' };
  const tools = new Map<number, AskedTool>();
  let ended: string | undefined;
  let usage: Json = null;
  for await (const event of events) {
    const error = errorOf(event);
    if (error !== undefined) throw watch.failed(error);
    if (parts.id === '') parts.id = textAt(event, 'id') ?? '';
    usage = at(event, 'usage') ?? usage;
    const delta = at(event, 'choices', 0, 'delta');
    const thought = textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning') ?? '';
    if (thought !== '') watch.emit({ type: 'agent.thinking', data: thought });
    parts.content = told(parts.content, textOf(at(delta, 'content')), (data) =>
      watch.emit({ type: 'agent.chunk', data }),
    );
    parts.refusal += textAt(delta, 'refusal') ?? '';
    for (const call of listAt(delta, 'tool_calls')) addTool(tools, call);
    ended = textAt(event, 'choices', 0, 'finish_reason') ?? ended;
  }
  if (ended === undefined) return undefined;
  return { id: parts.id, usage, choices: [{ finish_reason: ended, message: messageOf(parts, tools) }] };
}

/** A tool call comes in pieces: its id and name first, then its arguments letter by letter. */
function addTool(tools: Map<number, AskedTool>, piece: Json): void {
  const index = countAt(piece, 'index') ?? tools.size;
  const known = tools.get(index) ?? { id: '', name: '', written: '' };
  tools.set(index, known);
  if (known.id === '') known.id = textAt(piece, 'id') ?? '';
  if (known.name === '') known.name = textAt(piece, 'function', 'name') ?? '';
  known.written += textAt(piece, 'function', 'arguments') ?? '';
}

function messageOf(
  { content, refusal }: { readonly content: string; readonly refusal: string },
  tools: ReadonlyMap<number, AskedTool>,
): JsonObject {
  const calls = [...tools.values()].map(({ id, name, written }) => ({
    id,
    type: 'function',
    function: { name, arguments: written },
  }));
  return {
    role: 'assistant',
    content: content === '' ? null : content,
    ...(refusal === '' ? {} : { refusal }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function read(body: Json): Answer | undefined {
  const choice = at(body, 'choices', 0);
  const message = at(choice, 'message');
  if (message === undefined || !isObject(message)) return undefined;
  const toolCalls = listAt(message, 'tool_calls').map(toToolCall);
  return {
    text: textOf(at(message, 'content')),
    refusal: textAt(message, 'refusal') ?? '',
    end: endOf(textAt(choice, 'finish_reason')),
    toolCalls,
    messages: [message],
    usage: toUsage(at(body, 'usage'), toolCalls.length),
    id: textAt(body, 'id'),
  };
}

function toToolCall(call: Json): ToolCall {
  return {
    id: textAt(call, 'id') ?? '',
    name: textAt(call, 'function', 'name') ?? '',
    arguments: argumentsOf(textAt(call, 'function', 'arguments')),
  };
}

function endOf(reason: string | undefined): Answer['end'] {
  if (reason === 'length') return 'length';
  return reason === 'content_filter' ? 'filtered' : 'stop';
}
