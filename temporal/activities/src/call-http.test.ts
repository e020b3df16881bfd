import { once } from 'node:events';
import { createServer } from 'node:http';
import { errorType, type HttpRequest } from '@baton/core';
import { createEgress, EgressError, type Egress, type EgressRequest } from '@baton/egress';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { aCaller, STEP, told, type Caller } from './activity-fixture.ts';
import type { CallHttpParams } from './activities.ts';
import { createCallHttp } from './call-http.ts';
import { createLocalCalls } from './local-calls.ts';

/** What the counterpart answers. */
interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

let sent: EgressRequest[];
let caller: Caller;
beforeEach(() => {
  sent = [];
  caller = aCaller();
});

/** The client of outbound calls with a counterpart that answers always the same. */
function answering({ status = 200, type = 'application/json', headers = {}, body = '{}' }: Answer): Egress {
  return {
    request: async (request) => {
      sent.push(request);
      const head = { 'content-type': type, ...headers };
      return { status, headers: head, url: request.url, body: new TextEncoder().encode(body) };
    },
    stream: () => Promise.reject(new Error('Nothing is streamed.')),
    close: async () => undefined,
  };
}

function aCall(request: Partial<HttpRequest> = {}, timeoutMs = 60_000): CallHttpParams {
  return {
    request: {
      method: 'GET',
      uri: 'http://example.com/orders',
      headers: {},
      query: {},
      redirect: false,
      output: 'content',
      ...request,
    },
    idempotencyKey: 'key-1',
    step: STEP,
    timeoutMs,
  };
}

const call = (answer: Answer, request: Partial<HttpRequest> = {}) =>
  caller.run(
    createCallHttp({ egress: answering(answer), localCalls: createLocalCalls() }).callHttp,
    aCall(request),
  );

describe('callHttp() sends', () => {
  it('the idempotency key and the run with every call', async () => {
    await call({});
    expect(sent[0]).toMatchObject({
      method: 'GET',
      url: 'http://example.com/orders',
      timeoutMs: 60_000,
      redirect: false,
      headers: { 'idempotency-key': 'key-1', 'baton-run-id': caller.runId },
    });
    expect(sent[0]).not.toHaveProperty('body');
    expect(sent[0]?.headers).not.toHaveProperty('content-type');
  });

  it('a JSON body as JSON and a text as text', async () => {
    await call({}, { method: 'POST', body: { a: [1] } });
    await call({}, { method: 'POST', body: 'hello' });
    expect(sent.map(({ body, headers }) => [body, headers?.['content-type']])).toEqual([
      ['{"a":[1]}', 'application/json'],
      ['hello', 'text/plain; charset=utf-8'],
    ]);
  });

  it('the query beside the one the URI has', async () => {
    await call({}, { uri: 'http://example.com/?a=1', query: { b: 'x y', a: '2' } });
    expect(sent[0]?.url).toBe('http://example.com/?a=2&b=x+y');
  });

  it("the definition's own headers in place of ours, in whatever case they are written", async () => {
    await call({}, { headers: { Accept: 'text/csv', 'Idempotency-Key': 'mine' } });
    expect(sent[0]?.headers).toMatchObject({ accept: 'text/csv', 'idempotency-key': 'mine' });
    expect(Object.keys(sent[0]?.headers ?? {})).not.toContain('Accept');
  });

  it('bearer and basic credentials', async () => {
    await call({}, { authentication: { kind: 'bearer', token: 't-1' } });
    await call({}, { authentication: { kind: 'basic', username: 'ann', password: 7 } });
    expect(sent.map(({ headers }) => headers?.['authorization'])).toEqual([
      'Bearer t-1',
      `Basic ${Buffer.from('ann:7').toString('base64')}`,
    ]);
  });

  it('nothing when a credential is no text', async () => {
    const failed = await told(call({}, { authentication: { kind: 'bearer', token: null } }));
    expect(failed.failure).toMatchObject({ type: errorType('expression'), retryable: false });
    expect(failed.message).toContain('"token"');
    expect(sent).toEqual([]);
  });

  it('a redirect to be followed five times at most, when it is to be followed', async () => {
    await call({}, { redirect: true });
    expect(sent[0]?.redirect).toBe(5);
  });
});

describe('callHttp() returns', () => {
  it('JSON parsed, whatever kind of JSON it is', async () => {
    const type = 'application/problem+json; charset=utf-8';
    expect(await call({ type, body: '{"a":[1,null]}' })).toEqual({ a: [1, null] });
  });

  it('any other body as text, and none as null', async () => {
    expect(await call({ type: 'text/plain', body: '{"a":1}' })).toBe('{"a":1}');
    expect(await call({ type: 'application/json', body: '' })).toBeNull();
  });

  it('the bytes in Base64 for the output raw', async () => {
    expect(await call({ body: 'ab' }, { output: 'raw' })).toBe('YWI=');
  });

  it('status and headers for the output response, without the credentials that were sent', async () => {
    const request: Partial<HttpRequest> = {
      output: 'response',
      authentication: { kind: 'bearer', token: 'secret-1' },
    };
    const output = await call({ status: 201, headers: { 'x-id': '9' }, body: '[1]' }, request);
    expect(output).toMatchObject({
      request: { method: 'GET', uri: 'http://example.com/orders' },
      statusCode: 201,
      headers: { 'x-id': '9' },
      content: [1],
    });
    expect(JSON.stringify(output)).not.toContain('secret-1');
  });
});

describe('callHttp() fails', () => {
  it('for good with the status of an answer that another try would get again', async () => {
    const failed = await told(call({ status: 404, type: 'text/plain', body: 'no such order' }));
    expect(failed).toMatchObject({
      nonRetryable: true,
      message: 'GET http://example.com/orders answered 404: no such order',
      failure: { status: 404, retryable: false, code: 'http_404' },
    });
  });

  it('for now when the counterpart asks to be left alone for a while', async () => {
    const failed = await told(call({ status: 503, headers: { 'retry-after': '7' }, body: '' }));
    expect(failed).toMatchObject({
      nonRetryable: true,
      failure: { status: 503, retryable: true, retryAfterMs: 7_000 },
    });
  });

  it('when the answer says that it is JSON and is not', async () => {
    const failed = await told(call({ body: '{"a":' }));
    expect(failed.failure).toMatchObject({ type: errorType('communication'), code: 'malformed_json' });
  });

  it('for good when the answer is nested too deep', async () => {
    const failed = await told(call({ body: `${'['.repeat(65)}${']'.repeat(65)}` }));
    expect(failed.failure).toMatchObject({ code: 'too_deep', retryable: false });
  });

  it('as the client of outbound calls says', async () => {
    const refusing: Egress = {
      ...answering({}),
      request: () => Promise.reject(new EgressError('blocked_address', 'The address 10.0.0.1 is private.')),
    };
    const failed = await told(
      caller.run(createCallHttp({ egress: refusing, localCalls: createLocalCalls() }).callHttp, aCall()),
    );
    expect(failed.failure).toMatchObject({ type: errorType('authorization'), retryable: false });
  });

  it('for good on a URI that is none', async () => {
    const egress = createEgress({ policy: { allowLoopback: true } });
    const failed = await told(
      caller.run(
        createCallHttp({ egress, localCalls: createLocalCalls() }).callHttp,
        aCall({ uri: 'not a URI' }),
      ),
    );
    expect(failed.failure).toMatchObject({ type: errorType('configuration'), code: 'bad_url' });
    await egress.close();
  });

  it('with a time-out when a counterpart takes the call and does not answer', async () => {
    const server = createServer(() => undefined)
      .listen(0, '127.0.0.1')
      .unref();
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const egress = createEgress({ policy: { allowLoopback: true } });
    const failed = await told(
      caller.run(
        createCallHttp({ egress, localCalls: createLocalCalls() }).callHttp,
        aCall({ uri: `http://127.0.0.1:${port}/`, query: { q: '1' } }, 20),
      ),
    );
    expect(failed.failure).toMatchObject({ type: errorType('timeout'), status: 408, retryable: true });
    await egress.close();
    server.closeAllConnections();
    server.close();
  });
});
