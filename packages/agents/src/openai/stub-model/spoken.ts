import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json, JsonObject } from '@baton/core';
import { beginEvents } from '../../loopback-counterpart.ts';
import type { Ending } from './turn.ts';

/** A whole answer, in the shape of neither API. */
export interface Spoken {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly SpokenCall[];
  /** Undefined: it is not told. */
  readonly usage: SpokenUsage | undefined;
  /** Whether the limit of tokens has cut it off. */
  readonly isCut: boolean;
}

/** A call of a tool in an answer. */
export interface SpokenCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

/** Tokens of an answer. */
export interface SpokenUsage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** An answer as server-sent events, each whole with its blank line. */
export interface SpokenStream {
  readonly beginning: readonly string[];
  /** Says that it is over. */
  readonly end: string;
}

/** When the stand-ins' answers were made: always the same moment, in seconds. */
export const CREATED = 1_767_225_600;

/** One event. */
export function eventOf(data: Json, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** A text in pieces that a model might have said, word by word. */
export function piecesOf(text: string): readonly string[] {
  return text.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? [];
}

/** How a stream is sent. */
export interface StreamParams {
  /** `silent`: its beginning is sent, and then nothing more. */
  readonly ending: Ending | 'whole' | 'silent';
  readonly paceMs?: number;
}

/** Sends a stream as it is to end. */
export async function sendStream(
  response: ServerResponse,
  { beginning, end }: SpokenStream,
  { ending, paceMs = 0 }: StreamParams,
): Promise<void> {
  beginEvents(response);
  const isHalf = ending === 'midway' || ending === 'error' || ending === 'silent';
  const sent = isHalf ? beginning.slice(0, Math.max(2, Math.ceil(beginning.length / 2))) : beginning;
  await sendPieces(response, sent, paceMs);
  if (response.destroyed || ending === 'silent') return;
  switch (ending) {
    case 'midway':
      // What was written goes out before the connection is gone.
      await new Promise((settle) => response.write(':\n\n', settle));
      response.destroy();
      return;
    case 'lost':
      response.end();
      return;
    case 'error':
      response.end(eventOf(errorBody(500, 'The model broke down in the middle.'), 'error'));
      return;
    default:
      response.end(end);
  }
}

async function sendPieces(
  response: ServerResponse,
  pieces: readonly string[],
  paceMs: number,
): Promise<void> {
  if (paceMs === 0) {
    response.write(pieces.join(''));
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (const piece of pieces) {
    if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    await wait(paceMs, undefined, { signal: gone.signal }).catch(() => undefined);
    if (gone.signal.aborted) return;
  }
}

/** A refusal in the API's own words. */
export function errorBody(status: number, message: string): JsonObject {
  return { error: { message, type: ERROR_TYPES[status] ?? 'server_error', param: null, code: null } };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
};
