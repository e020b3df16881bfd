import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '@baton/core';
import { createEgress, type Egress } from '@baton/egress';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import { contextOf } from '../invoke-context-fixture.ts';
import { createHttpAdapter } from './adapter.ts';
import { parseHttpConfig, type HttpConfig } from './config.ts';
import { startHttpCounterpart, type HttpCounterpart } from './http-counterpart.ts';

const adapter = createHttpAdapter();
let counterpart: HttpCounterpart;
let egress: Egress;

beforeAll(async () => {
  counterpart = await startHttpCounterpart();
});
beforeEach(() => {
  egress = createEgress({ policy: { allowLoopback: true } });
});
afterEach(() => egress.close());
afterAll(() => counterpart.stop());

const parsed = (path: string, more: Record<string, Json> = {}): HttpConfig => {
  const result = parseHttpConfig({ endpoint: counterpart.origin + path, ...more });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
};

const context = (more: Partial<InvokeContext> = {}): InvokeContext => contextOf(egress, more);

const ask = (config: HttpConfig, input: Json, session?: string) =>
  adapter.invoke(
    {
      agent: { name: 'writer', version: '1.0.0' },
      config,
      input,
      ...(session === undefined ? {} : { session }),
    },
    context({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
  );

const failureOf = async (reply: Promise<unknown>) => {
  const error = await reply.catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentFailureError)) throw new Error('the call should have failed');
  return error.failure;
};

describe('invoke()', () => {
  it('sends the input as JSON with key, run, trace and media types', async () => {
    const reply = await ask(parsed('/echo'), { topic: 'tea' });
    const { headers, method } = counterpart.last() ?? {};
    expect(reply.output).toEqual({ topic: 'tea' });
    expect([method, headers?.accept, headers?.['content-type']]).toEqual([
      'POST',
      'application/json',
      'application/json',
    ]);
    expect([headers?.['idempotency-key'], headers?.['baton-run-id']]).toEqual(['k-1', 'run-1']);
    expect(headers?.['traceparent']).toMatch(/^00-/);
  });

  it('fills body, headers and query from the input and the session', async () => {
    const config = parsed('/echo?fixed=1', {
      body: {
        prompt: 'About ${ .topic }',
        n: '${ .n }',
        all: '${ . }',
        plain: 'as it is',
        session: '${ $session }',
      },
      headers: { 'X-Tone': '${ .tone }', 'X-Absent': '${ .absent }', accept: 'text/plain' },
      query: { q: 'tea ${ .n }', tag: '${ .tags }', none: '${ null }' },
    });
    const input = { topic: 'te"a', n: 2, tone: 'dry', tags: ['a', 'b&c'] };
    const reply = await ask(config, input, 's-9');
    const { headers, url } = counterpart.last() ?? {};
    expect(reply.output).toEqual({
      prompt: 'About te"a',
      n: 2,
      all: input,
      plain: 'as it is',
      session: 's-9',
    });
    expect([headers?.['x-tone'], headers?.['x-absent'], headers?.accept]).toEqual([
      'dry',
      undefined,
      'text/plain',
    ]);
    expect(url).toBe('/echo?fixed=1&q=tea+2&tag=a&tag=b%26c');
  });

  it('reads output, usage and session from the answer', async () => {
    const config = parsed('/echo', {
      response: {
        output: { text: '${ .reply }', ok: '${ $status == 200 }', type: '${ $headers["content-type"] }' },
        usage: { inputTokens: '${ .in }', outputTokens: '${ .absent }' },
        sessionId: '${ .session }',
      },
    });
    const reply = await ask(config, { reply: 'hi', in: 3, session: 42 });
    expect(reply).toEqual({
      output: { text: 'hi', ok: true, type: 'application/json' },
      usage: { inputTokens: 3, outputTokens: 0, costUsd: 0, calls: 1, toolCalls: 0 },
      sessionId: '42',
      finish: 'stop',
    });
  });

  it('takes text as a string, and JSON only where it is called JSON', async () => {
    const reply = await ask(parsed('/text'), null);
    expect([reply.output, reply.text]).toEqual(['{"not": "json"}', '{"not": "json"}']);
  });

  it('takes an answer without a media type for what it looks like', async () => {
    const bodies = ['{"a": 1}', '[1', 'plain', '12', ''];
    const paths = bodies.map((body) => `/untyped?body=${encodeURIComponent(body)}`);
    const replies = await Promise.all(paths.map((path) => ask(parsed(path), null)));
    expect(replies.map(({ output }) => output)).toEqual([{ a: 1 }, '[1', 'plain', '12', null]);
  });

  it('sends a string as it is when the config names another media type', async () => {
    const more = { body: 'Tell ${ .topic }', headers: { 'Content-Type': 'text/plain' } };
    await ask(parsed('/text', more), { topic: 'tea' });
    expect(counterpart.last()?.headers['content-length']).toBe(String('Tell tea'.length));
  });

  it('sends no body with GET', async () => {
    const reply = await ask(parsed('/ok', { method: 'get', query: { q: '${ .q }' } }), { q: 1 });
    const { method, url, headers } = counterpart.last() ?? {};
    expect(reply.output).toMatchObject({ ok: true });
    expect([method, url, headers?.['content-length'], headers?.['content-type']]).toEqual([
      'GET',
      '/ok?q=1',
      undefined,
      undefined,
    ]);
  });

  it('sends credentials, and keeps them out of failures that echo them', async () => {
    await ask(parsed('/ok', { authentication: { basic: { username: 'ada', password: 'love' } } }), null);
    expect(counterpart.last()?.headers.authorization).toBe(`Basic ${btoa('ada:love')}`);
    const more = { authentication: { bearer: { token: 'tok-123456' } } };
    const failure = await failureOf(ask(parsed('/status?status=500&words=bad+tok-123456', more), null));
    expect(counterpart.last()?.headers.authorization).toBe('Bearer tok-123456');
    expect(failure.detail).toBe('Agent "writer" answered 500: bad ***');
  });

  it('does not follow redirects', async () => {
    const failure = await failureOf(ask(parsed('/status?status=307'), null));
    expect([failure.status, failure.retryable]).toEqual([307, false]);
    expect(failure.detail).toContain('redirect to /ok');
  });

  it('fails as an expression when the config does not fit the input or the answer', async () => {
    const wrong = [
      ask(parsed('/echo', { body: '${ error("no topic") }' }), {}),
      ask(parsed('/echo', { headers: { 'X-A': '${ {} }' } }), {}),
      ask(parsed('/echo', { response: { usage: { costUsd: '${ "free" }' } } }), {}),
      ask(parsed('/echo', { response: { sessionId: '${ [] }' } }), {}),
      ask(parsed('/echo', { response: { output: '${ .a.b }' } }), { a: 'text' }),
    ];
    const failures = await Promise.all(wrong.map(failureOf));
    expect(failures.map(({ type, retryable }) => [type.split('/').at(-1), retryable])).toEqual(
      Array.from(wrong, () => ['expression', false]),
    );
  });

  it('is refused by the egress policy for good, not for a while', async () => {
    const strict = createEgress({ policy: { allowLoopback: false } });
    const request = { agent: { name: 'writer', version: '1.0.0' }, config: parsed('/ok'), input: null };
    const failure = await failureOf(adapter.invoke(request, context({ egress: strict })));
    await strict.close();
    expect([failure.type.split('/').at(-1), failure.retryable, failure.code]).toEqual([
      'authorization',
      false,
      'blocked_address',
    ]);
  });
});

describe('health()', () => {
  const probe = (config: HttpConfig) =>
    adapter.health?.(config, { egress, signal: new AbortController().signal });

  it('takes any answer below 500 for a sign of life', async () => {
    expect(await probe(parsed('/status?status=404'))).toMatchObject({ healthy: true });
    expect(await probe(parsed('/status?status=501'))).toMatchObject({ healthy: true });
    expect(counterpart.last()?.method).toBe('GET');
  });

  it('says why an agent is not healthy', async () => {
    expect(await probe(parsed('/status?status=503'))).toMatchObject({
      healthy: false,
      detail: 'The endpoint answered 503.',
    });
    expect(await probe(parsed('/drop'))).toMatchObject({ healthy: false });
  });

  it('does not invoke an agent that is invoked by GET', async () => {
    await probe(parsed('/ok', { method: 'GET' }));
    expect(counterpart.last()?.url).toBe('/');
  });
});
