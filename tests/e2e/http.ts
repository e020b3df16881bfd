import { isObject, parseJson, type Json, type JsonObject } from '@baton/core';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, the text otherwise. */
  readonly body: Json;
  /** The body's member, or undefined. */
  field(name: string): Json | undefined;
  text(name: string): string;
}

/** What a call may say besides method and path. */
export interface CallOptions {
  /** Sent as JSON. */
  readonly json?: Json;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** A local principal; null sends no token. Default `alice`. */
  readonly as?: string | null;
}

/** Calls the API with `METHOD /path`. */
export type Call = (route: string, options?: CallOptions) => Promise<Answer>;

/** Makes the caller of one API. */
export function createCall(apiUrl: string): Call {
  return async (route, options = {}) => {
    const [method = 'GET', path = '/'] = route.split(' ');
    const { as = 'alice' } = options;
    const body = options.json === undefined ? options.raw : JSON.stringify(options.json);
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer dev:${as}` }),
        ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return toAnswer(response);
  };
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  const body = json && text !== '' ? parseJson(text) : text;
  const fields: JsonObject = isObject(body) ? body : {};
  return {
    status: response.status,
    headers: response.headers,
    body,
    field: (name) => fields[name],
    text: (name) => textOf(fields, name),
  };
}

/** A member that must be text. */
export function textOf(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value === 'string') return value;
  throw new Error(`"${name}" is no text: ${JSON.stringify(object).slice(0, 500)}`);
}

/** Asks again until the condition holds; fails with the last answer when it does not in time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  { withinMs = 20_000, everyMs = 50 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > until)
      throw new Error(`It did not come true within ${withinMs} ms: ${JSON.stringify(value).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
