import type { RunEvent } from '@baton/contracts';
import type { Json } from './transport.ts';

/**
 * What an agent tells while it works: the `text` of a chunk, a thought or a message, a `toolCall`, a `toolResult`, with the
 * `step` and the `offset` in it. Frames are no events: some may be lost, which leaves a gap in the offsets, and messages and
 * tool calls come again as events. When `step.attempt` or `delivery` rises, what was told before of the step is void.
 */
export interface LiveFrame {
  readonly position: null;
  readonly type: string;
  readonly [field: string]: Json;
}

/** What a run's stream gives: events, numbered from 1 without gaps, and between them live frames without a number. */
export type RunStreamEvent = RunEvent | LiveFrame;

/** A frame of Server-Sent Events. */
export interface Frame {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  readonly data: string;
}

/** Reads a frame: with an id it is an event, without one a live frame. Throws a sentence when it is neither. */
export function parseFrame({ id, event, data }: Frame): RunStreamEvent {
  const value = parseData(data);
  if (id === undefined || id === '') {
    const fields = typeof value === 'object' && value !== null ? value : { data: value };
    return { type: event ?? 'message', ...fields, position: null } as LiveFrame;
  }
  if (typeof value !== 'object' || value === null || String((value as Partial<RunEvent>).position) !== id) {
    throw new Error(`The event with the id "${id.slice(0, 40)}" is none of a run.`);
  }
  return value as RunEvent;
}

/** The number of the step that an event or a frame is of, and the offset of a frame; null where there is none. */
export function placeOf(event: RunStreamEvent): {
  readonly step: number | null;
  readonly offset: number | null;
} {
  const { step, offset } = event as { readonly step?: { readonly id?: Json } | null; readonly offset?: Json };
  const id = step?.id;
  return {
    step: typeof id === 'number' ? id : null,
    offset: typeof offset === 'number' ? offset : null,
  };
}

function parseData(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch (cause) {
    throw new Error('An event of the stream is no JSON.', { cause });
  }
}
