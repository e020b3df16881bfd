import type { Json, JsonObject } from '@baton/core';
import type { AgentEvent, AgentFailureError } from '../adapter.ts';
import { at, listAt, objectAt, textAt } from '../wire/fields.ts';
import { newTools, tellTools } from './tools.ts';

/** Who is told while a prediction is collected from its stream. */
export interface Watch {
  readonly emit: (event: AgentEvent) => void;
  /** The failure of an error inside the stream. */
  readonly failed: (words: string) => AgentFailureError;
}

/** Lists of which the last one told is the whole. */
const WHOLE: ReadonlySet<string> = new Set([
  'sourceDocuments',
  'artifacts',
  'fileAnnotations',
  'agentFlowExecutedData',
  'action',
]);

/** The prediction as it would have come whole; undefined when the stream ended before it. */
export async function collect(events: AsyncIterable<Json>, watch: Watch): Promise<Json | undefined> {
  let text = '';
  let told: JsonObject = {};
  let usedTools: readonly Json[] = [];
  const usageMetadata: Json[] = [];
  for await (const event of events) {
    const name = textAt(event, 'event') ?? '';
    const data = at(event, 'data') ?? null;
    if (name === 'token' && typeof data === 'string') {
      text += data;
      if (data !== '') watch.emit({ type: 'agent.chunk', data });
    } else if (name === 'thinking' && typeof data === 'string') {
      // The last one carries no text but how long it took.
      if (data !== '') watch.emit({ type: 'agent.thinking', data });
    } else if (name === 'usedTools') {
      const more = newTools(usedTools, listAt(data));
      tellTools(more, usedTools.length, watch.emit);
      usedTools = [...usedTools, ...more];
    } else if (name === 'usageMetadata') usageMetadata.push(data);
    else if (name === 'metadata') told = { ...told, ...objectAt(data) };
    else if (WHOLE.has(name)) told = { ...told, [name]: data };
    else if (name === 'error') throw watch.failed(typeof data === 'string' ? data : JSON.stringify(data));
    else if (name === 'abort') throw watch.failed('Aborted');
    else if (name === 'end') return { ...told, text: finalText(told, text), usedTools, usageMetadata };
  }
  return undefined;
}

/** Only the last node streams, and not each kind of it: what it says in the end is the answer. */
function finalText(told: JsonObject, streamed: string): string {
  const said = textAt(told, 'agentFlowExecutedData', -1, 'data', 'output', 'content') ?? '';
  return said.trim() === '' ? streamed : said;
}
