import type { Json, JsonObject } from '@baton/core';
import { CREATED, eventOf, piecesOf, type Spoken, type SpokenStream, type SpokenUsage } from './spoken.ts';

/** An answer as chat completions have it. */
export function completionOf(spoken: Spoken): JsonObject {
  const message = {
    role: 'assistant',
    content: spoken.calls.length > 0 && spoken.text === '' ? null : spoken.text,
    refusal: null,
    ...(spoken.thinking === '' ? {} : { reasoning_content: spoken.thinking }),
    ...(spoken.calls.length === 0 ? {} : { tool_calls: spoken.calls.map(toolCallOf) }),
  };
  return {
    ...headOf(spoken, 'chat.completion'),
    choices: [{ index: 0, finish_reason: reasonOf(spoken), logprobs: null, message }],
    ...(spoken.usage === undefined ? {} : { usage: usageOf(spoken.usage) }),
  };
}

/** The same, as a stream. */
export function chatStreamOf(spoken: Spoken): SpokenStream {
  const head = headOf(spoken, 'chat.completion.chunk');
  const chunk = (delta: Json, finish: Json = null): string =>
    eventOf({ ...head, choices: [{ index: 0, delta, finish_reason: finish }], usage: null });
  const usage =
    spoken.usage === undefined ? '' : eventOf({ ...head, choices: [], usage: usageOf(spoken.usage) });
  return {
    beginning: [
      chunk({ role: 'assistant', content: '' }),
      ...piecesOf(spoken.thinking).map((piece) => chunk({ reasoning_content: piece })),
      ...piecesOf(spoken.text).map((content) => chunk({ content })),
      ...spoken.calls.flatMap((call, index) =>
        toolDeltas(call, index).map((delta) => chunk({ tool_calls: [delta] })),
      ),
    ],
    end: `${chunk({}, reasonOf(spoken))}${usage}data: [DONE]\n\n`,
  };
}

function headOf({ id, model }: Spoken, object: string): JsonObject {
  return { id: `chatcmpl-${id}`, object, created: CREATED, model };
}

function reasonOf({ calls, isCut }: Spoken): string {
  if (calls.length > 0) return 'tool_calls';
  return isCut ? 'length' : 'stop';
}

function toolCallOf({ id, name, arguments: given }: Spoken['calls'][number]): JsonObject {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } };
}

/** A tool call comes in pieces: its id and name first, then its arguments. */
function toolDeltas({ id, name, arguments: given }: Spoken['calls'][number], index: number): JsonObject[] {
  const written = JSON.stringify(given);
  const half = Math.ceil(written.length / 2);
  return [
    { index, id, type: 'function', function: { name, arguments: '' } },
    { index, function: { arguments: written.slice(0, half) } },
    { index, function: { arguments: written.slice(half) } },
  ];
}

function usageOf({ input, cached, output }: SpokenUsage): JsonObject {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
  };
}
