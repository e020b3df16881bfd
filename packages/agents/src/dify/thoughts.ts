import type { Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import type { AgentEvent } from '../adapter.ts';
import { at, countAt, textAt } from '../wire/fields.ts';

/** The steps of an agent. Dify tells each of them several times, and each time more of it. */
export interface Thoughts {
  /** Tells what is new in an `agent_thought`. */
  take(event: Json): void;
  /** How many tools were called. */
  toolCalls(): number;
}

/** Creates the reader of an agent's steps. */
export function createThoughts(emit: (event: AgentEvent) => void): Thoughts {
  const told = new Set<string>();
  let toolCalls = 0;
  const isNew = (id: string, part: string): boolean => {
    const key = `${part} ${id}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  };
  return {
    take(event) {
      const thoughtId = textAt(event, 'id') ?? `step-${countAt(event, 'position') ?? 0}`;
      const thought = textAt(event, 'thought') ?? '';
      if (thought !== '' && isNew(thoughtId, 'thought')) emit({ type: 'agent.thinking', data: thought });
      // Tools that are called at once are one step, with their names in one text.
      const names = (textAt(event, 'tool') ?? '').split(';').filter((name) => name !== '');
      names.forEach((name, n) => {
        const id = names.length === 1 ? thoughtId : `${thoughtId}:${n}`;
        const result = partOf(event, 'observation', name);
        if (isNew(id, 'call')) {
          toolCalls += 1;
          emit({
            type: 'agent.tool_call',
            data: { id, name, arguments: partOf(event, 'tool_input', name) ?? {} },
          });
        }
        if (result !== undefined && isNew(id, 'result'))
          emit({ type: 'agent.tool_result', data: { id, name, result } });
      });
    },
    toolCalls: () => toolCalls,
  };
}

/** Arguments and results are JSON in a text, mostly by the name of the tool. Undefined: there is none yet. */
function partOf(event: Json, key: string, name: string): Json | undefined {
  const text = textAt(event, key) ?? '';
  if (text === '') return undefined;
  try {
    const parsed = parseJsonBounded(text);
    return at(parsed, name) ?? parsed;
  } catch {
    // A tool may answer in plain words.
    return text;
  }
}
