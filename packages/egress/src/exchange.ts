import { EgressError } from './errors.ts';
import type { Guard } from './guard.ts';

/** One outbound call. */
export interface EgressRequest {
  readonly method: string;
  /** Absolute http or https URL without credentials. */
  readonly url: string;
  /** Names in any case. Host, Content-Length and the headers of the connection are refused. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Gives the call up and closes its socket; the call then throws `aborted`. */
  readonly signal?: AbortSignal;
  /** Longest time for the whole call, from the name look-up to the last byte. Default 30,000 ms. */
  readonly timeoutMs?: number;
  /** Most bytes of the answer, after decompression. Default 4 MiB. */
  readonly maxResponseBytes?: number;
  /** How many redirects to follow, each judged like a first call. Default false: a 3xx is an answer like any other. */
  readonly redirect?: false | number;
}

/** One hop of a call: what goes over the wire. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** What {@link nextHop} needs to know of an answer. */
export interface HopAnswer {
  readonly status: number;
  readonly location: string | undefined;
}

/** Headers that frame the message or the connection are the client's to write; `Host` picks another virtual server. */
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set(
  (
    'host content-length transfer-encoding connection keep-alive upgrade te trailer ' +
    'expect proxy-authorization proxy-connection'
  ).split(' '),
);

/** All that follows a redirect to another origin: any other header may be a credential by a name we do not know. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(
  'accept accept-encoding accept-language content-type user-agent'.split(' '),
);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Judges a call before anything is opened. Throws {@link EgressError} `bad_request` and those of the guard. */
export function firstHop(guard: Guard, request: EgressRequest): Hop {
  const method = request.method.toUpperCase();
  if (!TOKEN.test(method) || method === 'CONNECT' || method === 'TRACE') {
    throw new EgressError('bad_request', `The method "${request.method.slice(0, 40)}" cannot be sent.`);
  }
  return {
    url: guard.checkUrl(request.url),
    method,
    headers: lowerCased(request.headers ?? {}),
    body: request.body ?? null,
  };
}

/** The hop an answer asks for; null when the answer is not a redirect. Throws those of the guard, `redirect_blocked`. */
export function nextHop(guard: Guard, hop: Hop, answer: HopAnswer): Hop | null {
  if (!REDIRECTS.has(answer.status) || answer.location === undefined) return null;
  const url = guard.checkUrl(answer.location, hop.url);
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new EgressError('redirect_blocked', `${hop.url.host} redirects from https to http.`);
  }
  const sameOrigin = url.origin === hop.url.origin;
  const kept = Object.entries(hop.headers).filter(([name]) => sameOrigin || HARMLESS_HEADERS.has(name));
  const becomesGet =
    hop.method !== 'HEAD' && (answer.status === 303 || (answer.status < 303 && hop.method === 'POST'));
  if (!becomesGet) return { ...hop, url, headers: Object.fromEntries(kept) };
  const bare = kept.filter(([name]) => !name.startsWith('content-'));
  return { url, method: 'GET', headers: Object.fromEntries(bare), body: null };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  for (const [name] of entries) {
    if (!TOKEN.test(name) || FORBIDDEN_HEADERS.has(name)) {
      throw new EgressError('bad_request', `The header "${name.slice(0, 60)}" cannot be set by a caller.`);
    }
  }
  return Object.fromEntries(entries);
}
