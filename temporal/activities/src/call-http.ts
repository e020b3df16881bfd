import { failure, type HttpRequest, type Json } from '@baton/core';
import { AgentFailureError, answerToFailure } from '@baton/agents';
import { parseJsonBounded, type Egress, type EgressResponse } from '@baton/egress';
import type { Activities, CallHttpParams } from './activities.ts';
import type { LocalCalls } from './local-calls.ts';
import { createEffects, type Effect, type EffectContext, type Work } from './effects.ts';

/** Most redirects that `redirect: true` follows. */
const MOST_REDIRECTS = 5;

/** Deepest JSON answer, in objects and lists. */
const DEEPEST_ANSWER = 64;

/** Makes the activity behind `call: http`. */
export function createCallHttp(ports: {
  readonly egress: Egress;
  readonly localCalls: LocalCalls;
}): Pick<Activities, 'callHttp' | 'callHttpLocally'> {
  const effects = createEffects<Json>(ports.localCalls);
  return {
    callHttp: (params) => effects.run(effectOf(params), call(ports.egress, params)),
    callHttpLocally: (params) => effects.runLocally(effectOf(params), call(ports.egress, params)),
  };
}

function effectOf({ request, idempotencyKey, timeoutMs, goesOn }: CallHttpParams): Effect {
  const label = `${request.method} ${request.uri}`;
  return { label, timeoutMs, key: idempotencyKey, goesOn };
}

function call(egress: Egress, params: CallHttpParams): Work<Json> {
  const { request, idempotencyKey, timeoutMs } = params;
  const { label } = effectOf(params);
  return async (context) => {
    const url = urlOf(request);
    const headers = headersOf(request, { idempotencyKey, context });
    const answer = await egress.request({
      method: request.method,
      url,
      headers,
      ...(request.body === undefined ? {} : { body: bodyOf(request.body) }),
      signal: context.signal,
      timeoutMs,
      redirect: request.redirect ? MOST_REDIRECTS : false,
    });
    if (answer.status < 200 || answer.status > 299) {
      throw new AgentFailureError(answerToFailure(answer, { label, now: Date.now() }));
    }
    return outputOf(request, { url, headers, answer });
  };
}

function urlOf(request: HttpRequest): string {
  const url = URL.parse(request.uri);
  // Whether and why a URL is none is for the egress to say: another try would not help.
  if (url === null) return request.uri;
  for (const [name, value] of Object.entries(request.query)) url.searchParams.set(name, value);
  return url.href;
}

function headersOf(
  request: HttpRequest,
  sent: { readonly idempotencyKey: string; readonly context: EffectContext },
): Readonly<Record<string, string>> {
  const given = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { authentication } = request;
  const type = typeof request.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  return {
    accept: 'application/json, text/*;q=0.9, */*;q=0.5',
    ...(request.body === undefined ? {} : { 'content-type': type }),
    'idempotency-key': sent.idempotencyKey,
    'baton-run-id': sent.context.runId,
    ...(authentication === undefined ? {} : { authorization: credentials(authentication) }),
    ...given,
  };
}

function credentials(authentication: NonNullable<HttpRequest['authentication']>): string {
  if (authentication.kind === 'bearer') return `Bearer ${credential('token', authentication.token)}`;
  const { username, password } = authentication;
  const pair = `${credential('username', username)}:${credential('password', password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function credential(name: string, value: Json): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const detail = `The authentication's "${name}" must be a text; its expression gave something else.`;
  throw new AgentFailureError(failure('expression', detail, { code: 'expression_result' }));
}

function bodyOf(body: Json): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

interface Exchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: EgressResponse;
}

function outputOf(request: HttpRequest, { url, headers, answer }: Exchange): Json {
  if (request.output === 'raw') return Buffer.from(answer.body).toString('base64');
  const content = contentOf(answer);
  if (request.output === 'content') return content;
  const { authorization: _hidden, ...shown } = headers;
  return {
    request: { method: request.method, uri: url, headers: shown },
    statusCode: answer.status,
    headers: answer.headers,
    content,
  };
}

/** The body as JSON when it says it is, as text otherwise; null when there is none. */
function contentOf(answer: EgressResponse): Json {
  if (answer.body.length === 0) return null;
  const text = new TextDecoder().decode(answer.body);
  const json = /[/+]json\b/i.test(answer.headers['content-type'] ?? '');
  return json ? parseJsonBounded(text, { maxDepth: DEEPEST_ANSWER }) : text;
}
