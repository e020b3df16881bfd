/**
 * Why an outbound call gave no answer. `blocked_*`, `bad_*` and `too_*` would fail the same way again;
 * in `connect_failed` nothing was sent; after `connection_lost` and `timeout` the counterpart may have acted.
 */
export type EgressErrorCode =
  | 'bad_policy'
  | 'bad_url'
  | 'bad_request'
  | 'blocked_scheme'
  | 'blocked_port'
  | 'blocked_address'
  | 'redirect_blocked'
  | 'connect_failed'
  | 'connection_lost'
  | 'timeout'
  | 'aborted'
  | 'closed'
  | 'too_large'
  | 'too_deep'
  | 'malformed_json'
  | 'unsupported_encoding'
  | 'bad_response';

/** The one error of this package. `cause` keeps what lies underneath (a socket, DNS, TLS or zlib error). */
export class EgressError extends Error {
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EgressError';
    this.code = code;
  }
}

/** The `code` that Node, undici and zlib put on their errors; '' where there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** The sentence of any thrown value. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

const PLAIN: Readonly<Record<string, EgressErrorCode>> = {
  UND_ERR_INVALID_ARG: 'bad_request',
  UND_ERR_NOT_SUPPORTED: 'bad_request',
  UND_ERR_HEADERS_OVERFLOW: 'too_large',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_CLOSED: 'closed',
  ERR_INVALID_CHAR: 'bad_request',
};

const LOST: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Whether an open connection ended under a request, before its answer began. */
export function isLostConnection(error: unknown): boolean {
  return LOST.has(codeOf(error));
}

/** Codes of the HTTP parser, of zlib and of brotli. */
const UNREADABLE = /^(?:HPE_|Z_|ERR__ERROR)/;

/** Translates what undici or a decoder threw in the middle of an exchange. */
export function toEgressError(error: unknown, target: string): EgressError {
  if (error instanceof EgressError) return error;
  const code = codeOf(error);
  const own = PLAIN[code];
  if (own !== undefined) return new EgressError(own, `${target}: ${messageOf(error)}.`, error);
  if (UNREADABLE.test(code)) {
    return new EgressError(
      'bad_response',
      `${target} sent an answer that cannot be read: ${messageOf(error)}.`,
      error,
    );
  }
  return new EgressError(
    'connection_lost',
    `The connection to ${target} was lost: ${messageOf(error)}.`,
    error,
  );
}
