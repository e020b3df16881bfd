import { addUsage, NO_USAGE, type Json, type Usage } from '@baton/core';
import { at, countAt, listAt, textAt } from '../wire/fields.ts';

/** The messages of a state; graphs without a conversation have none. */
export function messagesOf(values: Json | null): readonly Json[] {
  return listAt(values ?? undefined, 'messages');
}

/** Whether a message, or a piece of one, is the model's. */
export function isFromModel(message: Json): boolean {
  const type = textAt(message, 'type');
  return type === 'ai' || type === 'AIMessageChunk';
}

/** Kinds of content: what the model says, and what it thinks. */
const PARTS = { text: ['text'], thinking: ['thinking', 'reasoning'] } as const;

/** The text of a message's content, which is a text or a list of blocks. */
export function contentOf(message: Json, part: keyof typeof PARTS): string {
  const content = textAt(message, 'content');
  if (content !== undefined) return part === 'text' ? content : '';
  const kinds: readonly string[] = PARTS[part];
  return listAt(message, 'content')
    .filter((block) => kinds.includes(textAt(block, 'type') ?? ''))
    .map((block) => kinds.map((kind) => textAt(block, kind)).find((text) => text !== undefined) ?? '')
    .join('');
}

/** The last thing that the model has said. */
export function lastWords(values: Json | null): string | undefined {
  const message = messagesOf(values).findLast(isFromModel);
  const text = message === undefined ? '' : contentOf(message, 'text');
  return text === '' ? undefined : text;
}

/** What is known of the messages that were there before. */
export interface Earlier {
  /** Ids of the messages before the run; null: unknown, then what follows the last question is new. */
  readonly before: ReadonlySet<string> | null;
  /** Ids of messages that a reply before a pause has counted. */
  readonly counted: ReadonlySet<string>;
}

/** The model's messages that a run has added. */
export function newMessages(values: Json | null, { before, counted }: Earlier): readonly Json[] {
  const all = messagesOf(values);
  const question = all.findLastIndex((message) => textAt(message, 'type') === 'human');
  const later = before === null ? all.slice(question + 1) : all;
  return later.filter((message) => {
    const id = textAt(message, 'id') ?? '';
    return isFromModel(message) && before?.has(id) !== true && !counted.has(id);
  });
}

/** The usage of messages; it says nothing about prices. */
export function usageOf(messages: readonly Json[]): Usage {
  const sum = messages.map(usageOfMessage).reduce(addUsage, NO_USAGE);
  return { ...sum, calls: 1 };
}

function usageOfMessage(message: Json): Usage {
  const usage = at(message, 'usage_metadata');
  const cachedTokens = countAt(usage, 'input_token_details', 'cache_read') ?? 0;
  return {
    ...NO_USAGE,
    inputTokens: countAt(usage, 'input_tokens') ?? 0,
    outputTokens: countAt(usage, 'output_tokens') ?? 0,
    ...(cachedTokens === 0 ? {} : { cachedTokens }),
    toolCalls: listAt(message, 'tool_calls').length,
  };
}
