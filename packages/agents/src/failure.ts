import { failure, type ErrorKind, type Failure } from '@baton/core';
import { EgressError, type EgressErrorCode } from '@baton/egress';
import { AgentFailureError } from './adapter.ts';

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

/** The failure of anything thrown by a call: egress errors by their code, unknown errors stay retryable. */
export function toAgentFailure(error: unknown, label: string): Failure {
  if (error instanceof AgentFailureError) return error.failure;
  if (error instanceof EgressError) {
    const { kind, ...facts } = EGRESS[error.code];
    return failure(kind, `${label}: ${error.message}`, { ...facts, code: error.code });
  }
  const detail = `${label} failed: ${error instanceof Error ? error.message : String(error)}`;
  return failure('runtime', detail, { retryable: true, code: 'unknown' });
}

type EgressFacts = { readonly kind: ErrorKind; readonly retryable: boolean; readonly status?: number };

const EGRESS: Readonly<Record<EgressErrorCode, EgressFacts>> = {
  bad_policy: { kind: 'configuration', retryable: false },
  bad_url: { kind: 'configuration', retryable: false },
  bad_request: { kind: 'configuration', retryable: false },
  blocked_scheme: { kind: 'authorization', retryable: false },
  blocked_port: { kind: 'authorization', retryable: false },
  blocked_address: { kind: 'authorization', retryable: false },
  redirect_blocked: { kind: 'authorization', retryable: false },
  connect_failed: { kind: 'communication', status: 503, retryable: true },
  connection_lost: { kind: 'communication', status: 502, retryable: true },
  timeout: { kind: 'timeout', retryable: true },
  aborted: { kind: 'runtime', retryable: true },
  closed: { kind: 'runtime', retryable: true },
  // The same question gives the same size again, and each try costs what the agent costs.
  too_large: { kind: 'communication', status: 502, retryable: false },
  too_deep: { kind: 'communication', status: 502, retryable: false },
  unsupported_encoding: { kind: 'communication', status: 502, retryable: false },
  malformed_json: { kind: 'communication', status: 502, retryable: true },
  bad_response: { kind: 'communication', status: 502, retryable: true },
};

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
