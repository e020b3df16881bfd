import { failure, type ErrorKind, type Failure } from '@baton/core';

/** An answer that is not a success. */
export interface FailedAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How failures speak of the counterpart. */
export interface FailureParams {
  /** The name the counterpart is called by in the detail, such as `Agent "writer"`. */
  readonly label: string;
  /** Epoch milliseconds, for a Retry-After that is a date. */
  readonly now: number;
  /** Takes secrets out of the counterpart's own words. Default: leaves them. */
  readonly redact?: (text: string) => string;
}

/** Longest part of a counterpart's own words in a failure, in UTF-8 bytes. */
const MAX_EXCERPT_BYTES = 1024;
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** The failure of an HTTP answer outside 200 to 299. Whether it is tried again is decided here and nowhere else. */
export function answerToFailure(answer: FailedAnswer, params: FailureParams): Failure {
  const { status } = answer;
  const kind = kindOf(status);
  const retryable = status === 408 || status === 429 || status >= 500;
  const retryAfterMs = retryable ? retryAfter(answer.headers['retry-after'], params.now) : undefined;
  return failure(kind, sentence(answer, params), {
    status,
    retryable,
    code: `http_${status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function kindOf(status: number): ErrorKind {
  if (status === 401) return 'authentication';
  if (status === 403) return 'authorization';
  return status === 408 ? 'timeout' : 'communication';
}

function sentence(answer: FailedAnswer, { label, redact = (text) => text }: FailureParams): string {
  const { status, headers } = answer;
  const words = excerpt(redact(new TextDecoder().decode(answer.body)).trim());
  const target = status < 400 ? headers['location'] : undefined;
  const hint =
    target === undefined
      ? ''
      : ` (a redirect to ${redact(target).slice(0, 200)}; redirects are not followed)`;
  return `${label} answered ${status}${hint}${words === '' ? '.' : `: ${words}`}`;
}

function excerpt(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.byteLength <= MAX_EXCERPT_BYTES) return text;
  // A streaming decoder keeps the bytes of a character that the cut went through to itself.
  return `${new TextDecoder().decode(bytes.subarray(0, MAX_EXCERPT_BYTES - 3), { stream: true })}…`;
}

function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
