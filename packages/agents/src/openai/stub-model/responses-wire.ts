import type { JsonObject } from '@baton/core';
import { CREATED, eventOf, piecesOf, type Spoken, type SpokenStream } from './spoken.ts';

/** An answer as the API of responses has it. */
export function responseOf(spoken: Spoken): JsonObject {
  const { id, model, usage, isCut } = spoken;
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: CREATED,
    model,
    status: isCut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    output: itemsOf(spoken).map(({ whole }) => whole),
    ...(usage === undefined
      ? {}
      : {
          usage: {
            input_tokens: usage.input,
            input_tokens_details: { cached_tokens: usage.cached },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: usage.input + usage.output,
          },
        }),
  };
}

/** The same, as a stream. */
export function responseStreamOf(spoken: Spoken): SpokenStream {
  let number = 0;
  const event = (type: string, more: JsonObject): string => {
    number += 1;
    return eventOf({ type, sequence_number: number, ...more }, type);
  };
  const response = responseOf(spoken);
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  return {
    beginning: [
      event('response.created', { response: begun }),
      ...itemsOf(spoken).flatMap((item, index) => itemEvents(item, index, event)),
    ],
    end: event(spoken.isCut ? 'response.incomplete' : 'response.completed', { response }),
  };
}

/** One item of the output, and the text that it tells. */
interface Item {
  readonly id: string;
  readonly kind: 'message' | 'reasoning' | 'function_call';
  readonly text: string;
  readonly whole: JsonObject;
}

function itemsOf({ id, text, thinking, calls }: Spoken): readonly Item[] {
  const thought = itemOf('reasoning', `rs_${id}`, thinking);
  const message = itemOf('message', `msg_${id}`, text);
  return [
    ...(thinking === '' ? [] : [{ ...thought, whole: { ...thought.whole, summary: [summaryOf(thinking)] } }]),
    ...(text === '' && calls.length > 0
      ? []
      : [{ ...message, whole: { ...message.whole, ...spokenBy, content: [textPart(text)] } }]),
    ...calls.map((call) => {
      const item = itemOf('function_call', `fc_${call.id}`, JSON.stringify(call.arguments));
      const more = { call_id: call.id, name: call.name, arguments: item.text, status: 'completed' };
      return { ...item, whole: { ...item.whole, ...more } };
    }),
  ];
}

const spokenBy = { role: 'assistant', status: 'completed' };

function itemOf(kind: Item['kind'], id: string, text: string): Item {
  return { id, kind, text, whole: { type: kind, id } };
}

function summaryOf(text: string): JsonObject {
  return { type: 'summary_text', text };
}

function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [] };
}

type Tell = (type: string, more: JsonObject) => string;

function itemEvents(item: Item, index: number, tell: Tell): readonly string[] {
  const bare = { ...item.whole, ...BARE[item.kind] };
  return [
    tell('response.output_item.added', { output_index: index, item: bare }),
    ...contentEvents(item, { item_id: item.id, output_index: index }, tell),
    tell('response.output_item.done', { output_index: index, item: item.whole }),
  ];
}

/** What an item is before any of it was told. */
const BARE: Readonly<Record<Item['kind'], JsonObject>> = {
  message: { status: 'in_progress', content: [] },
  reasoning: { summary: [] },
  function_call: { status: 'in_progress', arguments: '' },
};

function contentEvents({ kind, text }: Item, place: JsonObject, tell: Tell): readonly string[] {
  const deltas = (name: string, where: JsonObject): string[] =>
    piecesOf(text).map((delta) => tell(`response.${name}.delta`, { ...where, delta }));
  switch (kind) {
    case 'function_call':
      return [
        ...deltas('function_call_arguments', place),
        tell('response.function_call_arguments.done', { ...place, arguments: text }),
      ];
    case 'message': {
      const where = { ...place, content_index: 0 };
      return [
        tell('response.content_part.added', { ...where, part: textPart('') }),
        ...deltas('output_text', where),
        tell('response.output_text.done', { ...where, text }),
        tell('response.content_part.done', { ...where, part: textPart(text) }),
      ];
    }
    case 'reasoning': {
      const where = { ...place, summary_index: 0 };
      return [
        tell('response.reasoning_summary_part.added', { ...where, part: summaryOf('') }),
        ...deltas('reasoning_summary_text', where),
        tell('response.reasoning_summary_text.done', { ...where, text }),
        tell('response.reasoning_summary_part.done', { ...where, part: summaryOf(text) }),
      ];
    }
  }
}
