import { isObject, type Json, type JsonObject } from '@baton/core';
import { at, countAt, listAt, textAt } from '../../wire/fields.ts';

/** A call of a tool that the model asks for. */
export interface TurnCall {
  readonly name: string;
  readonly arguments: JsonObject;
}

/** How a stream ends otherwise than whole. */
export type Ending =
  /** Half of it is sent, then the connection is lost. */
  | 'midway'
  /** All of it is sent but its last events. */
  | 'lost'
  /** Half of it is sent, then an error event. */
  | 'error';

/** What the model does once it is asked. */
export interface Turn {
  readonly say?: string;
  readonly think?: string;
  readonly calls?: readonly TurnCall[];
  /** Refuses with this status in place of an answer. */
  readonly fail?: { readonly status: number; readonly retryAfter?: string };
  /** Waits so long before it answers. */
  readonly waitMs?: number;
  /** Waits so long before each piece of a stream. */
  readonly paceMs?: number;
  readonly ending?: Ending;
}

/** A turn that came over the wire; what it has not is left out. */
export function readTurn(given: Json): Turn {
  const [say, think] = [textAt(given, 'say'), textAt(given, 'think')];
  const calls = listAt(given, 'calls').map(readCall);
  const status = countAt(given, 'fail', 'status');
  const retryAfter = textAt(given, 'fail', 'retryAfter');
  const [waitMs, paceMs] = [countAt(given, 'waitMs'), countAt(given, 'paceMs')];
  const ending = readEnding(textAt(given, 'ending'));
  return {
    ...(say === undefined ? {} : { say }),
    ...(think === undefined ? {} : { think }),
    ...(calls.length === 0 ? {} : { calls }),
    ...(status === undefined
      ? {}
      : { fail: { status, ...(retryAfter === undefined ? {} : { retryAfter }) } }),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(paceMs === undefined ? {} : { paceMs }),
    ...(ending === undefined ? {} : { ending }),
  };
}

function readCall(given: Json): TurnCall {
  const written = at(given, 'arguments') ?? null;
  return { name: textAt(given, 'name') ?? '', arguments: isObject(written) ? written : {} };
}

function readEnding(given: string | undefined): Ending | undefined {
  return given === 'midway' || given === 'lost' || given === 'error' ? given : undefined;
}
