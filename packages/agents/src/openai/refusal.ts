import { type Json } from '@baton/core';
import { at, countAt, textAt } from '../wire/fields.ts';

/** Refusals that last: nobody pays for the key in the meantime. */
export const LASTING = /\binsufficient_quota\b/;

/** What the API says in a refusal; undefined when it says nothing that is known. */
export function wordsOf(refusal: Json): string | undefined {
  const error = at(refusal, 'error') ?? refusal;
  const message = typeof error === 'string' ? error : (textAt(error, 'message') ?? textAt(error, 'detail'));
  if (message === undefined) return undefined;
  const names = [textAt(error, 'type'), textAt(error, 'code')].filter(
    (name) => name !== undefined && name !== 'error',
  );
  return names.length === 0 ? message : `${message} (${names.join(', ')})`;
}

/** The status that an error inside a successful answer would have had. */
export function statusOf(error: Json): number {
  const status = countAt(error, 'code') ?? countAt(error, 'status') ?? 0;
  if (Number.isInteger(status) && status >= 400 && status <= 599) return status;
  const names = `${textAt(error, 'code') ?? ''} ${textAt(error, 'type') ?? ''}`;
  return STATUS.find(([pattern]) => pattern.test(names))?.[1] ?? 500;
}

const STATUS: readonly (readonly [RegExp, number])[] = [
  [/rate_limit|insufficient_quota|too_many/, 429],
  [/authentication|invalid_api_key/, 401],
  [/permission/, 403],
  [/not_found/, 404],
  [/server_error|timeout|overloaded/, 500],
  [/invalid|unsupported|image|context_length|policy/, 400],
];
