import { randomBytes, randomUUID } from 'node:crypto';
import { malformedParameter } from './refusals.ts';

/** The Idempotency-Key, quoted (a structured field) or bare; null without one. Throws 400 for anything else. */
export function idempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1');
  const key = quoted ?? header;
  if (/^[\x20-\x7e]{1,255}$/.test(key) && (quoted !== undefined || !/["\s]/.test(key))) return key;
  throw malformedParameter(
    'Idempotency-Key',
    'A key is 1 to 255 printable ASCII characters, quoted or without spaces.',
  );
}

/** Seconds of `Prefer: wait=N`, at most 60; null when the client does not want to wait. Unknown preferences are ignored. */
export function preferredWait(header: string | undefined): number | null {
  for (const preference of (header ?? '').split(',')) {
    const match = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference);
    if (match !== null) return Math.min(Number(match[1]), 60);
  }
  return null;
}

/** Whether an If-Match or If-None-Match header names an ETag; `*` names every one. Weak tags never match. */
export function namesTag(header: string, tag: string): boolean {
  return header.split(',').some((candidate) => candidate.trim() === '*' || candidate.trim() === tag);
}

/** The client's request id when it is a short plain word, else a fresh one. */
export function requestIdOf(header: string | undefined): string {
  return header !== undefined && /^[\w.:-]{1,128}$/.test(header) ? header : randomUUID();
}

/** The client's W3C trace context when it is valid, else a fresh one. */
export function traceparentOf(header: string | undefined): string {
  const valid =
    header !== undefined && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header);
  return valid ? header : `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** The first value of a header that Node may give as a list. */
export function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
