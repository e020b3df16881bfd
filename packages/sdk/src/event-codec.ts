import type { RunEvent } from '@baton/contracts';
import type { Json } from './transport.ts';

/** A frame that is shown while it happens and kept nowhere: a chunk of an answer, a thought. */
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

function parseData(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch (cause) {
    throw new Error('An event of the stream is no JSON.', { cause });
  }
}
