import { isObject, own, type Json } from '@baton/core';
import { z } from 'zod';
import { compileTemplate, type CompiledTemplate, type TemplatePlace } from '../template.ts';
import { textAt } from '../wire/fields.ts';
import { expression } from './polling-config.ts';

/** How an answer that comes as a stream is read. Expressions see one event of it, `$event` (its name) and `$text` (all chunks so far). */
export interface StreamConfig {
  readonly format: 'sse' | 'ndjson';
  /** Whether the data of a server-sent event is JSON or a text. */
  readonly data: 'json' | 'text';
  /** The text that an event adds to the answer; null: none. */
  readonly chunk: CompiledTemplate;
  /** The text that an event adds to the agent's thoughts; null: none. */
  readonly thinking: CompiledTemplate;
  /** True for the event that completes the answer; null: the end of the stream does. */
  readonly doneWhen: CompiledTemplate | null;
  readonly failedWhen: CompiledTemplate;
}

/** What stands for the end of the stream in `doneWhen`. */
const AT_THE_END = 'end';

const block = z.strictObject({
  format: z.enum(['sse', 'ndjson'], 'Give the format: sse or ndjson.').describe('How events are written.'),
  data: z
    .enum(['json', 'text'], 'Say what the data of an event is: json or text.')
    .optional()
    .describe('Of sse: whether data is JSON (default) or a text.'),
  chunk: expression
    .optional()
    .describe('The text that an event adds to the answer. Default: a text, else its member delta or text.'),
  thinking: expression.optional().describe('The text that an event adds to the thoughts. Default: none.'),
  doneWhen: z
    .union([expression, z.literal(AT_THE_END)], 'Give an expression, or "end" for the end of the stream.')
    .optional()
    .describe(
      'True for the last event, or "end" for the end of the stream. Default: an event called done or end, or with done: true; `[DONE]` ends too.',
    ),
  failedWhen: expression
    .optional()
    .describe('True once it has failed. Default: an event called error, or with a member error.'),
});

/** The block `stream` of a config, or its format alone; what is wrong with a block is told one by one. */
export const streamSchema = z.json().superRefine((value, context) => {
  const checked = isObject(value) ? block.safeParse(value) : block.shape.format.safeParse(value);
  for (const { path, message, ...issue } of checked.error?.issues ?? []) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    if (keys.length === 0) context.addIssue({ code: 'custom', path: [...path], message });
    for (const key of keys)
      context.addIssue({ code: 'custom', path: [key], message: 'This key is unknown here.' });
  }
});

const NOTHING: CompiledTemplate = () => null;

const isNamed = (value: Json | undefined, ...names: readonly string[]): boolean =>
  typeof value === 'string' && names.includes(value);

const CHUNK: CompiledTemplate = (event) =>
  typeof event === 'string' ? event : (textAt(event, 'delta') ?? textAt(event, 'text') ?? null);

const DONE: CompiledTemplate = (event, { event: name }) =>
  isNamed(name, 'done', 'end') || (isObject(event) && own(event, 'done') === true);

const FAILED: CompiledTemplate = (event, { event: name }) =>
  isNamed(name, 'error') || (isObject(event) && (own(event, 'error') ?? null) !== null);

/** Compiles the block; null without one. */
export function compileStream(given: Json | undefined, report: TemplatePlace['report']): StreamConfig | null {
  if (given === undefined) return null;
  const fields = isObject(given) ? given : { format: given };
  const compiled = (key: string, otherwise: CompiledTemplate): CompiledTemplate => {
    const value = own(fields, key);
    const place = { variables: ['event', 'text'], report, pointer: `/stream/${key}` };
    return value === undefined ? otherwise : compileTemplate(value, place);
  };
  return {
    format: own(fields, 'format') === 'ndjson' ? 'ndjson' : 'sse',
    data: own(fields, 'data') === 'text' ? 'text' : 'json',
    chunk: compiled('chunk', CHUNK),
    thinking: compiled('thinking', NOTHING),
    doneWhen: own(fields, 'doneWhen') === AT_THE_END ? null : compiled('doneWhen', DONE),
    failedWhen: compiled('failedWhen', FAILED),
  };
}
