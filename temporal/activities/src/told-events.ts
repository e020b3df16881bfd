import type { AgentEvent } from '@baton/agents';
import { excerpt, isObject, type Json, type JsonObject } from '@baton/core';

/** Data of one event, as JSON text. */
const MOST_OF_ONE = 16 * 1_024;
/** All events of one reply together. */
const MOST_OF_ALL = 128 * 1_024;
const MOST_EVENTS = 500;

/** Keeps what an agent tells on the way to its answer, as far as it is to be recorded. */
export interface ToldEvents {
  add(event: AgentEvent): void;
  /** What was kept, as the `events` of a reply. */
  list(): readonly JsonObject[];
}

/** Begins with nothing. Chunks and thoughts are live only, and usage is part of the reply. */
export function createToldEvents(): ToldEvents {
  const kept: JsonObject[] = [];
  let size = 0;
  let leftOut = 0;
  return {
    add(event) {
      if (!isKept(event)) return;
      const told = bounded(event);
      const more = JSON.stringify(told).length;
      if (leftOut > 0 || kept.length >= MOST_EVENTS || size + more > MOST_OF_ALL) {
        leftOut += 1;
        return;
      }
      size += more;
      kept.push(told);
    },
    list: () =>
      kept.map((event, n) => (leftOut > 0 && n === kept.length - 1 ? { ...event, leftOut } : event)),
  };
}

function isKept({ type, data }: AgentEvent): boolean {
  if (type === 'agent.message') return typeof data === 'string';
  return (type === 'agent.tool_call' || type === 'agent.tool_result') && isObject(data);
}

/** An event whose data is too large has the beginning of it, as a text. */
function bounded({ type, data }: AgentEvent): JsonObject {
  if (JSON.stringify(data).length <= MOST_OF_ONE) return { type, data };
  if (typeof data === 'string') return { type, data: excerpt(data, MOST_OF_ONE), truncated: true };
  return { type, data: shortened(data), truncated: true };
}

function shortened(data: Json): Json {
  if (!isObject(data)) return data;
  const { id, name, arguments: given, result, isError } = data;
  const cut = (value: Json): string => excerpt(JSON.stringify(value), MOST_OF_ONE);
  return {
    id: typeof id === 'string' ? excerpt(id, 200) : '',
    name: typeof name === 'string' ? excerpt(name, 200) : '',
    ...(given === undefined ? {} : { arguments: cut(given) }),
    ...(result === undefined ? {} : { result: cut(result) }),
    ...(isError === true ? { isError } : {}),
  };
}
