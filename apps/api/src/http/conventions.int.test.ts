import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeList } from '@baton/contracts';
import { isObject } from '@baton/core';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';

let fixture: ApiFixture;
beforeAll(async () => {
  fixture = await createApiFixture({ requestsPerMinute: 500 });
  await fixture.call('PUT', '/v1/workflows/plain/versions/1.0.0', {
    body: {
      document: { dsl: '1.0.3', namespace: 'tests', name: 'plain', version: '1.0.0' },
      do: [{ a: { set: { b: 1 } } }],
    },
  });
});
afterAll(() => fixture.stop());

const RUNS = '/v1/workflows/plain/runs';
const post = (raw: string | Uint8Array, headers: Record<string, string> = {}) =>
  fixture.call('POST', RUNS, { raw, headers: { 'Content-Type': 'application/json', ...headers } });

/** The status for headers that `fetch` would not send. */
function statusFor(headers: Record<string, string>, path = '/healthz'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: fixture.port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });
}

describe('the document', () => {
  it('has exactly the routes that are served', async () => {
    const reply = await fixture.call('GET', '/openapi.json', { as: null });
    const paths = reply.json['paths'];
    const documented = Object.entries(isObject(paths) ? paths : {})
      .flatMap(([path, operations]) =>
        Object.keys(isObject(operations) ? operations : {}).map((method) => `${method} ${path}`),
      )
      .toSorted();
    const served = fixture.api.endpoints.map(({ route }) => `${route.method} ${route.path}`).toSorted();
    expect(documented).toEqual(served);
    expect(served).toEqual(routeList.map(({ method, path }) => `${method} ${path}`).toSorted());
    expect(reply.text).not.toContain('$defs');
  });

  it('is a page without scripts, too', async () => {
    const page = await fixture.call('GET', '/docs', { as: null });
    expect([page.status, page.text.includes('<script'), page.text.includes('startRun')]).toEqual([
      200,
      false,
      true,
    ]);
  });
});

describe('order of checks', () => {
  it('asks who calls first, then whether the thing is there, then permission, then the body', async () => {
    const at = async (line: string, as: string | null, raw?: string) => {
      const [method = '', path = ''] = line.split(' ');
      const body = raw === undefined ? {} : { raw, headers: { 'Content-Type': 'text/csv' } };
      return (await fixture.call(method, path, { as, ...body })).status;
    };
    expect(await at('GET /v1/nothing', null)).toBe(401);
    expect(await at('PATCH /v1/runs', null)).toBe(401);
    expect(await at('GET /v1/nothing', 'ann')).toBe(404);
    expect(await at('POST /v1/workflows/nobody/runs', 'vic:viewer', '{')).toBe(404);
    expect(await at(`POST ${RUNS}`, 'vic:viewer', '{')).toBe(403);
    expect(await at(`POST ${RUNS}`, 'ann', '{')).toBe(415);
    expect(await at('GET /v1/runs/', 'ann')).toBe(404);
    expect(await at('GET /V1/runs', 'ann')).toBe(404);
  });

  it('names the methods that are possible', async () => {
    const reply = await fixture.call('DELETE', RUNS);
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fixture.call('POST', '/v1/runs')).headers.get('allow')).toBe('GET, HEAD');
  });

  it('challenges every token it does not know', async () => {
    for (const token of [
      'Basic YTpi',
      'Bearer ',
      'Bearer dev:',
      'Bearer dev:a b',
      'Bearer dev:ann:',
      'Bearer eyJhbGciOiJub25lIn0.e30.',
      'Bearer dev:ann:a:b',
    ]) {
      const reply = await fixture.call('GET', '/v1/runs', { as: null, headers: { Authorization: token } });
      expect([token, reply.status, reply.headers.get('www-authenticate')]).toEqual([
        token,
        401,
        'Bearer realm="baton"',
      ]);
    }
  });
});

describe('problem documents', () => {
  it('say what, where and under which request id', async () => {
    const reply = await fixture.call('GET', '/v1/runs/x', {
      headers: { 'X-Request-Id': 'abc-1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(reply.json).toEqual({
      type: 'urn:baton:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      instance: '/v1/runs/x',
      requestId: 'abc-1',
    });
    expect(reply.headers.get('traceparent')).toBe(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    expect(reply.headers.get('ratelimit-policy')).toBe('"default";q=500;w=60');
    expect(reply.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);
  });
});

describe('the local profile', () => {
  it('refuses other hosts and other origins', async () => {
    const host = `localhost:${fixture.port}`;
    expect(await statusFor({ host })).toBe(200);
    expect(await statusFor({ host: `[::1]:${fixture.port}` })).toBe(200);
    expect(await statusFor({ host: 'evil.example' })).toBe(403);
    expect(await statusFor({ host: '127.0.0.1.evil.example:80' })).toBe(403);
    expect(await statusFor({ host, origin: `http://${host}` })).toBe(200);
    expect(await statusFor({ host, origin: 'https://evil.example' })).toBe(403);
    expect(await statusFor({ host, origin: 'null' })).toBe(403);
  });
});

describe('bodies', () => {
  it('refuses malformed JSON, text and encodings with 400 or 415', async () => {
    const status = async (raw: string | Uint8Array, headers?: Record<string, string>) =>
      (await post(raw, headers)).status;
    expect(await status('{"input":')).toBe(400);
    expect(await status('')).toBe(400);
    expect(await status('null')).toBe(400);
    expect(await status(new Uint8Array([0x7b, 0xff, 0x7d]))).toBe(400);
    expect(await status('{}', { 'Content-Type': 'application/json; charset=latin1' })).toBe(415);
    expect(await status('{}', { 'Content-Encoding': 'br' })).toBe(415);
    expect(await status('{}', { 'Content-Encoding': 'gzip' })).toBe(400);
    expect(await status(gzipSync('{"input":1}'), { 'Content-Encoding': 'gzip' })).toBe(202);
  });

  it('refuses bombs without growing', async () => {
    const deep = `{"input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect((await post(deep)).status).toBe(400);
    const zipped = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    expect((await post(zipped, { 'Content-Encoding': 'gzip' })).status).toBe(413);
    expect((await post(' '.repeat(4 * 1024 * 1024 + 1))).status).toBe(413);
  });

  it('refuses what cannot be stored, with pointers', async () => {
    const pointers = async (raw: string) => {
      const reply = await post(raw);
      return [reply.status, reply.pointers];
    };
    expect(await pointers('{"input":{"a":["\\u0000"]}}')).toEqual([400, ['/input/a/0']]);
    expect(await pointers('{"input":{"\\ud800":1}}')).toEqual([400, [expect.stringContaining('/input/')]]);
    expect(await pointers('{"input":1e999}')).toEqual([400, ['/input']]);
    expect(await pointers('{"input":1,"tags":{"a\\u0000":"b"}}')).toEqual([
      400,
      [expect.stringContaining('/tags/')],
    ]);
    expect(await pointers('{"input":1,"__proto__":1,"tags":[]}')).toEqual([
      400,
      expect.arrayContaining(['/__proto__', '/tags']),
    ]);
  });

  it('tells a wrong type from a missing field, and names limits in bodies and queries', async () => {
    const details = async (raw: string) => (await post(raw)).json['errors'];
    const not = (kind: string) => [{ pointer: '', detail: `This must be an object, not ${kind}.` }];
    expect(await details('{"input":{},"version":7}')).toEqual([
      { pointer: '/version', detail: 'This must be text, not a number.' },
    ]);
    expect(await details('{"priority":6}')).toEqual([
      { pointer: '/priority', detail: 'This must be at most 5.' },
    ]);
    expect(await details('null')).toEqual(not('null'));
    expect(await details('[]')).toEqual(not('a list'));
    expect(await details('"x"')).toEqual(not('text'));
    expect((await fixture.call('GET', '/v1/runs?status=done&more=1')).json['errors']).toEqual([
      {
        pointer: '',
        parameter: 'status',
        detail: expect.stringMatching(/^This must be one of pending, running, /),
      },
      { pointer: '', parameter: 'more', detail: 'The query parameter "more" is unknown here.' },
    ]);
  });

  it('keeps everything else exactly as it was sent', async () => {
    const input = { '': 'é😀\n"\\', constructor: 1, nested: [[], {}, null, 1e-7, -0.5], 'a/b~c': '${ .x }' };
    const reply = await post(JSON.stringify({ input }));
    expect([reply.status, reply.json['input']]).toEqual([202, input]);
    expect((await fixture.call('GET', `/v1/runs/${reply.id}`)).json['input']).toEqual(input);
  });
});

describe('readiness', () => {
  it('names what is missing', async () => {
    expect((await fixture.call('GET', '/readyz', { as: null })).json).toEqual({ ready: true, missing: [] });
    fixture.gateway.workerPollAt = new Date(Date.now() - 180_000);
    const silent = await fixture.call('GET', '/readyz', { as: null });
    expect([silent.status, silent.json['missing']]).toEqual([503, [expect.stringContaining('worker')]]);
    fixture.gateway.state = 'failing';
    expect((await fixture.call('GET', '/readyz', { as: null })).json['missing']).toEqual([
      expect.stringContaining('Temporal'),
    ]);
    fixture.gateway.state = 'there';
  });

  it('shows metrics', async () => {
    const metrics = await fixture.call('GET', '/metrics', { as: null });
    expect(metrics.text).toContain('baton_http_request_duration_seconds_bucket');
  });
});

describe('rate limits', () => {
  it('answer 429 with Retry-After, per principal', async () => {
    const replies = await Promise.all(
      Array.from({ length: 505 }, () => fixture.call('GET', '/v1/nothing', { as: 'greedy' })),
    );
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBe(5);
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await fixture.call('GET', '/v1/runs', { as: 'modest' })).status).toBe(200);
  });
});
