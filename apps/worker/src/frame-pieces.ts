import type { AgentEvent } from '@baton/agents';
import { excerpt, isObject, type Json } from '@baton/core';
import type { FrameType } from '@baton/store';

/** What one frame holds. */
export interface FramePiece {
  readonly type: FrameType;
  readonly data: Json;
  /** Size of the data as JSON, at least roughly. */
  readonly size: number;
}

/** Characters of one frame. */
const MOST_OF_ONE = 16 * 1_024;

/** The frames of one event; none for what readers get otherwise, or for data that is none of its type. */
export function piecesOf({ type, data }: AgentEvent): readonly FramePiece[] {
  if (type === 'agent.usage') return [];
  if (type === 'agent.tool_call' || type === 'agent.tool_result') {
    if (!isObject(data)) return [];
    const size = JSON.stringify(data).length;
    return [size <= MOST_OF_ONE ? { type, data, size } : shortened(type, data)];
  }
  if (typeof data !== 'string' || data === '') return [];
  return textsOf(data).map((text) => ({ type, data: text, size: text.length }));
}

/** Two texts that follow each other as one frame, or null when they are to be two. */
export function joined(a: FramePiece | undefined, b: FramePiece): FramePiece | null {
  if (a === undefined || a.type !== b.type || (b.type !== 'agent.chunk' && b.type !== 'agent.thinking'))
    return null;
  if (typeof a.data !== 'string' || typeof b.data !== 'string' || a.size + b.size > MOST_OF_ONE) return null;
  return { type: a.type, data: a.data + b.data, size: a.size + b.size };
}

function textsOf(text: string): readonly string[] {
  const texts: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = from + MOST_OF_ONE;
    // A character of two halves stays whole.
    const to = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end < text.length ? end - 1 : end;
    texts.push(text.slice(from, to));
    from = to;
  }
  return texts;
}

/** The reply's own events show more of it later. */
function shortened(type: FrameType, data: Readonly<Record<string, Json>>): FramePiece {
  const { id, name, arguments: given, result, isError } = data;
  const cut = {
    id: typeof id === 'string' ? excerpt(id, 200) : '',
    name: typeof name === 'string' ? excerpt(name, 200) : '',
    ...(given === undefined ? {} : { arguments: excerpt(JSON.stringify(given), MOST_OF_ONE) }),
    ...(result === undefined ? {} : { result: excerpt(JSON.stringify(result), MOST_OF_ONE) }),
    ...(isError === true ? { isError } : {}),
    truncated: true,
  };
  return { type, data: cut, size: JSON.stringify(cut).length };
}
