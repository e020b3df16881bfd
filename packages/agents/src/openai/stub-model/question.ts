import { isObject, type Json, type JsonObject } from '@baton/core';
import { at, countAt, listAt, objectAt, textAt } from '../../wire/fields.ts';

/** One thing that was said in a conversation, in the shape of neither API. */
export interface Said {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** The tools that the assistant has asked for. */
  readonly calls: readonly { readonly id: string; readonly name: string }[];
  /** The call that the result of a tool is of. */
  readonly callId: string;
}

/** A tool that the model may call. */
export interface OfferedTool {
  readonly name: string;
  readonly parameters: JsonObject;
}

/** What the model is asked, by whichever API. */
export interface Question {
  readonly model: string;
  readonly conversation: readonly Said[];
  readonly tools: readonly OfferedTool[];
  /** The tool that must be called, or `any`. */
  readonly mustCall: string | undefined;
  /** The schema that the answer must fit. */
  readonly schema: Json | undefined;
  /** Whether the answer must be JSON, of whatever shape. */
  readonly json: boolean;
  /** Most tokens, which are words here, of the answer. */
  readonly mostTokens: number | undefined;
}

/** A question of chat completions. */
export function readChat(body: Json): Question {
  const format = at(body, 'response_format');
  return {
    model: textAt(body, 'model') ?? '',
    conversation: listAt(body, 'messages').map(readMessage),
    tools: listAt(body, 'tools').map((tool) => readTool(objectAt(tool, 'function'))),
    mustCall: readChoice(at(body, 'tool_choice')),
    schema: at(format, 'json_schema', 'schema'),
    json: textAt(format, 'type') === 'json_object',
    mostTokens: countAt(body, 'max_completion_tokens') ?? countAt(body, 'max_tokens'),
  };
}

/** A question of responses, after what was said `before`. */
export function readResponses(body: Json, before: readonly Said[]): Question {
  const input = at(body, 'input');
  const asked = typeof input === 'string' ? [said('user', input)] : listAt(input).map(readItem);
  const system = textAt(body, 'instructions');
  const format = at(body, 'text', 'format');
  return {
    model: textAt(body, 'model') ?? '',
    conversation: [...(system === undefined ? [] : [said('system', system)]), ...before, ...asked],
    tools: listAt(body, 'tools')
      .filter((tool) => textAt(tool, 'type') === 'function')
      .map(readTool),
    mustCall: readChoice(at(body, 'tool_choice')),
    schema: at(format, 'schema'),
    json: textAt(format, 'type') === 'json_object',
    mostTokens: countAt(body, 'max_output_tokens'),
  };
}

/** Something that was said, without tools. */
export function said(role: Said['role'], text: string): Said {
  return { role, text, calls: [], callId: '' };
}

/** The words of a text, which are what the stub model counts as tokens. */
export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

function readMessage(message: Json): Said {
  return {
    ...said(roleOf(message), contentOf(at(message, 'content'))),
    calls: listAt(message, 'tool_calls').map((call) => ({
      id: textAt(call, 'id') ?? '',
      name: textAt(call, 'function', 'name') ?? '',
    })),
    callId: textAt(message, 'tool_call_id') ?? '',
  };
}

function readItem(item: Json): Said {
  const callId = textAt(item, 'call_id') ?? '';
  switch (textAt(item, 'type')) {
    case 'function_call':
      return { ...said('assistant', ''), calls: [{ id: callId, name: textAt(item, 'name') ?? '' }] };
    case 'function_call_output':
      return { ...said('tool', contentOf(at(item, 'output'))), callId };
    default:
      return said(roleOf(item), contentOf(at(item, 'content')));
  }
}

function roleOf(message: Json): Said['role'] {
  const role = textAt(message, 'role');
  if (role === 'assistant' || role === 'tool' || role === 'user') return role;
  return 'system';
}

/** A text, or parts some of which are text. */
function contentOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return listAt(content)
    .map((part) => textAt(part, 'text') ?? '')
    .join('\n');
}

function readTool(tool: Json): OfferedTool {
  return { name: textAt(tool, 'name') ?? '', parameters: objectAt(tool, 'parameters') };
}

function readChoice(choice: Json | undefined): string | undefined {
  if (choice === 'required' || choice === 'any') return 'any';
  if (choice === undefined || !isObject(choice)) return undefined;
  return textAt(choice, 'function', 'name') ?? textAt(choice, 'name');
}
