import { isObject, type Json } from '@baton/core';
import { at, listAt, textAt } from '../wire/fields.ts';
import { argumentsOf } from './arguments.ts';
import { toUsage, type Answer, type Api, type Watch } from './answer.ts';

/** The API of responses. */
export const responses: Api = { collect, read };

/** Its last event carries the whole response. */
async function collect(events: AsyncIterable<Json>, watch: Watch): Promise<Json | undefined> {
  for await (const event of events) {
    const piece = textAt(event, 'delta') ?? '';
    switch (textAt(event, 'type')) {
      case 'response.created':
        watch.known(textAt(event, 'response', 'id') ?? '');
        break;
      case 'response.output_text.delta':
        if (piece !== '') watch.emit({ type: 'agent.chunk', data: piece });
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        if (piece !== '') watch.emit({ type: 'agent.thinking', data: piece });
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return at(event, 'response');
      case 'error':
        throw watch.failed(at(event, 'error') ?? event);
      default:
    }
  }
  return undefined;
}

function read(body: Json): Answer | undefined {
  const status = textAt(body, 'status');
  if (status !== 'completed' && status !== 'incomplete') return undefined;
  const items = listAt(body, 'output');
  const parts = items
    .filter((item) => textAt(item, 'type') === 'message')
    .flatMap((item) => listAt(item, 'content'));
  const toolCalls = items
    .filter((item) => textAt(item, 'type') === 'function_call')
    .map((item) => ({
      id: textAt(item, 'call_id') ?? '',
      name: textAt(item, 'name') ?? '',
      arguments: argumentsOf(textAt(item, 'arguments')),
    }));
  return {
    text: parts.map((part) => (textAt(part, 'type') === 'output_text' ? textAt(part, 'text') : '')).join(''),
    refusal: parts.map((part) => textAt(part, 'refusal') ?? '').join(''),
    end: status === 'completed' ? 'stop' : endOf(textAt(body, 'incomplete_details', 'reason')),
    toolCalls,
    messages: items.filter((item) => isObject(item)),
    usage: toUsage(at(body, 'usage'), toolCalls.length),
    id: textAt(body, 'id'),
  };
}

function endOf(reason: string | undefined): Answer['end'] {
  return reason === 'content_filter' ? 'filtered' : 'length';
}
