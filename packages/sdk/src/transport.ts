import type { Run } from '@baton/contracts';
import { readProblem } from './answer-codec.ts';

/** Any JSON value. */
export type Json = Run['input'];

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What calls take that create or decide. */
export interface OnceOptions extends CallOptions {
  /** The same key with the same body gives the first answer again, for a day at least. */
  readonly idempotencyKey?: string | undefined;
}

/** One request to the API. */
export interface ApiRequest extends OnceOptions {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Made with {@link path}. */
  readonly path: string;
  readonly query?: Query | undefined;
  readonly body?: RequestBody | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Parameters of a URL; those that are undefined are left out, lists are repeated. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A body and what it is written in. */
export interface RequestBody {
  readonly text: string;
  readonly mediaType: string;
}

/** Sends requests with address, token and workspace filled in. */
export interface Transport {
  /** The answer below 400. Rejects with a `BatonError` from 400 up, and with what `fetch` says when there is none. */
  readonly send: (request: ApiRequest) => Promise<Response>;
}

/** What {@link createTransport} needs. */
export interface TransportParams {
  readonly baseUrl: string;
  readonly token: string;
  readonly workspace?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Sends over `fetch`. */
export function createTransport(params: TransportParams): Transport {
  const base = params.baseUrl.replace(/\/+$/, '');
  // Called as a plain function: browsers refuse a `fetch` that is called as a method of something else.
  const { fetch = (input, init) => globalThis.fetch(input, init) } = params;
  const own: Record<string, string> = { Authorization: `Bearer ${params.token}` };
  if (params.workspace !== undefined) own['Baton-Workspace'] = params.workspace;
  return {
    send: async ({ method, path: at, query, body, headers, idempotencyKey, signal }) => {
      const response = await fetch(`${base}${at}${searchOf(query)}`, {
        method,
        headers: {
          Accept: 'application/json',
          ...own,
          ...(body === undefined ? {} : { 'Content-Type': body.mediaType }),
          ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: body.text }),
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.status >= 400) throw await readProblem(response);
      return response;
    },
  };
}

/** A JSON body. */
export function jsonBody(value: unknown): RequestBody {
  return { text: JSON.stringify(value), mediaType: 'application/json' };
}

/** A path with its names and ids escaped. Throws for one that would lead to another path: '', '.' and '..'. */
export function path(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return texts.reduce((made, text, index) => {
    const value = values[index - 1] ?? '';
    if (/^\.{0,2}$/.test(value)) throw new Error(`"${value}" is neither a name nor an id.`);
    return `${made}${encodeURIComponent(value)}${text}`;
  });
}

function searchOf(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const all = typeof value === 'object' ? value : value === undefined ? [] : [String(value)];
    for (const one of all) search.append(name, one);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
