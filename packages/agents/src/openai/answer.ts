import { addUsage, NO_USAGE, type Json, type JsonObject, type Usage } from '@baton/core';
import type { AgentEvent, AgentFailureError } from '../adapter.ts';
import { at, countAt, listAt, textAt } from '../wire/fields.ts';

/** What either API has answered, in one shape. */
export interface Answer {
  readonly text: string;
  /** Why the model does not answer; '' when it does. */
  readonly refusal: string;
  readonly end: 'stop' | 'length' | 'filtered';
  readonly toolCalls: readonly ToolCall[];
  /** The answer as the API has it, to be sent back with the tools' results. */
  readonly messages: readonly Json[];
  readonly usage: Usage;
  readonly id: string | undefined;
}

/** A call of a tool that the model asks for. */
export type ToolCall = JsonObject & { readonly id: string; readonly name: string; readonly arguments: Json };

/** Who is told while an answer is collected from a stream. */
export interface Watch {
  readonly emit: (event: AgentEvent) => void;
  /** The vendor's id of the answer has become known. */
  readonly known: (id: string) => void;
  /** The failure of an error inside the stream. */
  readonly failed: (error: Json) => AgentFailureError;
}

/** One of the two APIs. */
export interface Api {
  /** The whole answer out of a stream; undefined when the stream ended before it. */
  collect(events: AsyncIterable<Json>, watch: Watch): Promise<Json | undefined>;
  /** Reads a whole answer; undefined when it is none. */
  read(body: Json): Answer | undefined;
}

/** Usage as either API counts it; some compatible servers tell a `cost` in dollars as well. */
export function toUsage(given: Json | undefined, toolCalls: number): Usage {
  const count = (...names: readonly string[]): number =>
    names.map((name) => countAt(given, name)).find((found) => found !== undefined) ?? 0;
  const cachedTokens =
    countAt(given, 'prompt_tokens_details', 'cached_tokens') ??
    countAt(given, 'input_tokens_details', 'cached_tokens') ??
    0;
  // The sum leaves out a count of cached tokens that is zero.
  return addUsage(NO_USAGE, {
    inputTokens: count('prompt_tokens', 'input_tokens'),
    outputTokens: count('completion_tokens', 'output_tokens'),
    cachedTokens,
    costUsd: count('cost'),
    calls: 1,
    toolCalls,
  });
}

/** A text that is a string, or a list of parts some of which are text. */
export function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return listAt(content)
    .map((part) => textAt(part, 'text') ?? '')
    .join('');
}

/** Puts a piece onto a text, and says so. */
export function told(before: string, piece: string, tell: (piece: string) => void): string {
  if (piece !== '') tell(piece);
  return before + piece;
}

/** The error of an answer that was sent as a success; undefined when it has none. */
export function errorOf(body: Json | undefined): Json | undefined {
  const error = at(body, 'error');
  return error === null ? undefined : error;
}
