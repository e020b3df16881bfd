import { failure, type Json } from '@baton/core';
import { EgressError, parseJsonBounded, type EgressRequest, type EgressStream } from '@baton/egress';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import { answerToFailure, type FailedAnswer } from '../answer-failure.ts';
import { toAgentFailure } from '../failure.ts';
import { redactor } from '../secrets.ts';

/** One call of a vendor's API. */
export interface VendorCall {
  /** Default POST. */
  readonly method?: string;
  readonly url: string;
  /** Beside those that every call has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: Json;
  /** Longest time of this call, in milliseconds; it never lasts longer than the delivery. */
  readonly timeoutMs?: number;
}

/** A successful answer in JSON. */
export interface VendorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for an empty body. */
  readonly body: Json;
}

/** The vendor's side of one delivery. Everything throws {@link AgentFailureError} and nothing else. */
export interface Exchange {
  /** Calls, and reads an answer that must be JSON. */
  ask(call: VendorCall): Promise<VendorAnswer>;
  /** Calls, and gives the answer while it arrives, whose media type must be one of `types`; any answer else is refused. */
  stream(call: VendorCall, types: readonly string[]): Promise<EgressStream>;
  /** Tells the vendor something after the delivery was given up (a stop): for five seconds, whatever comes of it. */
  tell(call: VendorCall): Promise<void>;
  /** The failure of what went wrong while a stream was read. */
  failureOf(error: unknown): AgentFailureError;
  /** A failure that the vendor reports inside a successful answer. */
  refuse(status: number, words: string, headers?: Readonly<Record<string, string>>): AgentFailureError;
}

/** What an exchange needs. */
export interface ExchangeParams {
  /** The name the agent is called by in failures. */
  readonly agent: string;
  readonly context: InvokeContext;
  /** Headers of every call: the vendor's authentication. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The vendor's key, where it goes out as a bearer token; it is kept out of failures. */
  readonly bearer?: string | undefined;
  /** The vendor's own words in the JSON of a refusal; undefined: the refusal is quoted as it is. */
  readonly words?: (refusal: Json) => string | undefined;
  /** Header values of single calls that must never be shown; those of `headers`, and secrets, are hidden anyway. */
  readonly hidden?: readonly string[];
  /** Words of refusals that last, whatever their status says: a quota that is spent. They are not tried again. */
  readonly lasting?: RegExp;
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number;
}

/** Deepest nesting of an answer. */
const MAX_DEPTH = 200;

/** Most bytes of a stream, which tells everything in small pieces and much of it twice. */
const MAX_STREAM_BYTES = 32 * 1024 * 1024;

/** How long a vendor is told that its work is not wanted any more. */
const TELL_MS = 5_000;

/** Creates the vendor's side of one delivery. */
export function createExchange(params: ExchangeParams): Exchange {
  const { context, now = Date.now } = params;
  const label = `Agent "${params.agent}"`;
  const redact = redactor({ ...context.secrets, ...credentialsOf(params) });
  const failureOf = (error: unknown): AgentFailureError => {
    if (error instanceof AgentFailureError) return redacted(error, redact);
    const failed = toAgentFailure(error, label);
    const clean = failed.detail === undefined ? failed : { ...failed, detail: redact(failed.detail) };
    return new AgentFailureError(clean, error);
  };
  const inTime = (call: VendorCall): Pick<EgressRequest, 'timeoutMs' | 'signal'> => {
    const timeoutMs = Math.min(call.timeoutMs ?? Infinity, context.deadlineAt - now());
    if (timeoutMs <= 0) throw new EgressError('timeout', 'The deadline had passed before the call went out.');
    return { timeoutMs, signal: context.signal };
  };
  const refused = (answer: FailedAnswer): AgentFailureError => {
    const failed = answerToFailure(inWords(answer, params), { label, redact, now: now() });
    const lasts = params.lasting?.test(failed.detail ?? '') === true;
    return new AgentFailureError(lasts ? { ...failed, retryable: false } : failed);
  };
  const failing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw failureOf(error);
    }
  };
  return {
    ask: (call) =>
      failing(async () => {
        const request = { ...requestOf(params, call, 'application/json'), ...inTime(call) };
        const answer = await context.egress.request(request);
        if (!isSuccess(answer.status)) throw refused(answer);
        const text = new TextDecoder().decode(answer.body);
        if (text.trim() !== '' && !isJson(answer.headers)) throw wrongType(label, answer.headers);
        const body = text.trim() === '' ? null : parseJsonBounded(text, { maxDepth: MAX_DEPTH });
        return { status: answer.status, headers: answer.headers, body };
      }),
    stream: (call, types) =>
      failing(async () => {
        const request = { ...requestOf(params, call, types.join(', ')), ...inTime(call) };
        const answer = await context.egress.stream({ ...request, maxResponseBytes: MAX_STREAM_BYTES });
        if (!isSuccess(answer.status)) throw refused({ ...answer, body: await firstOf(answer.chunks) });
        if (types.includes(mediaTypeOf(answer.headers))) return answer;
        answer.cancel();
        throw wrongType(label, answer.headers);
      }),
    async tell(call) {
      const request = requestOf(params, call, 'application/json');
      await context.egress
        .request({ ...request, timeoutMs: TELL_MS, readBody: false })
        .catch(() => undefined);
    },
    failureOf,
    refuse: (status, words, headers = {}) =>
      refused({ status, headers, body: new TextEncoder().encode(words) }),
  };
}

/** Credentials as they stand in headers, and without the word in front of them. */
function credentialsOf({
  headers = {},
  hidden = [],
  bearer = '',
}: ExchangeParams): Readonly<Record<string, string>> {
  const values = [...Object.values(headers), ...hidden, bearer];
  const bare = values.map((value) => value.replace(/^(?:Basic|Bearer) /, ''));
  return Object.fromEntries([...values, ...bare].map((value, n) => [String(n), value]));
}

/** A failure may quote what the vendor has said. */
function redacted(error: AgentFailureError, redact: (text: string) => string): AgentFailureError {
  const { detail } = error.failure;
  if (detail === undefined || redact(detail) === detail) return error;
  return new AgentFailureError({ ...error.failure, detail: redact(detail) }, error.cause);
}

function requestOf(
  { context, headers = {}, bearer }: ExchangeParams,
  call: VendorCall,
  accept: string,
): EgressRequest {
  return {
    method: call.method ?? 'POST',
    url: call.url,
    headers: {
      accept,
      ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
      ...call.headers,
      'idempotency-key': context.idempotencyKey,
      'baton-run-id': context.runId,
      ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
    },
    ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
  };
}

function inWords(answer: FailedAnswer, { words }: ExchangeParams): FailedAnswer {
  const said = words?.(jsonOrNull(answer.body));
  return said === undefined ? answer : { ...answer, body: new TextEncoder().encode(said) };
}

function jsonOrNull(body: Uint8Array): Json {
  try {
    return parseJsonBounded(new TextDecoder().decode(body), { maxDepth: MAX_DEPTH });
  } catch {
    // A refusal need not be JSON: a proxy's is a page.
    return null;
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** What a refusal says is short: the rest of it is not waited for. */
const MOST_WORDS = 64 * 1024;

/** The beginning of an answer, which is then closed. */
export async function firstOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= MOST_WORDS) break;
  }
  return Buffer.concat(read);
}

function mediaTypeOf(headers: Readonly<Record<string, string>>): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function isJson(headers: Readonly<Record<string, string>>): boolean {
  const type = mediaTypeOf(headers);
  return type === '' || /[/+]json$/.test(type);
}

/** A login page, the page of a proxy: whatever answers there, it is not the vendor's API. */
function wrongType(label: string, headers: Readonly<Record<string, string>>): AgentFailureError {
  const type = mediaTypeOf(headers);
  const detail = `${label} answered with ${type === '' ? 'no media type' : type.slice(0, 100)}, which its API never does; look at the endpoint.`;
  return new AgentFailureError(
    failure('communication', detail, { status: 502, code: 'wrong_media_type', retryable: false }),
  );
}
