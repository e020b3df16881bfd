import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { isObject } from '@baton/core';
import type { CallOptions } from './http.ts';
import { createTargets, expectProblem, pathTo, type Targets } from './refusal.ts';
import { askHuman, createScenario, objectOf } from './scenario.ts';
import { verifies } from './verifies.ts';

const scenario = createScenario();
const { apiUrl, call, publish, start, humanTask, decide, ended } = scenario;

let to: Targets;

beforeAll(async () => {
  to = await createTargets(scenario);
});

const GARBAGE = [
  '',
  'null',
  '""',
  '[]',
  '{}',
  '{',
  '{"":{}}',
  '{"__proto__":{"a":1},"constructor":null}',
  '{"input":"\\u0000"}',
  '{"input":{"a":1e999}}',
  '{"tags":{"\\ud800":"x"},"priority":1e99}',
  '{"mocks":{"__proto__":1,"a":{"error":{"status":1e9}}}}',
  '{"version":"*","channel":"\\u202e"}',
  '{"versions":[{"version":"1.0.0","weight":-1}]}',
  '{"adapter":"http","config":{"endpoint":"http://[::1"}}',
  '{"adapter":"http","config":{"endpoint":"http://127.0.0.1:1/"},"input":{"schema":{"$ref":"#/$defs/a"}}}',
  '{"adapter":"http","config":{"endpoint":"http://127.0.0.1:1/"},"input":{"schema":{"pattern":"(a+)+$"}}}',
  '{"document":{"dsl":"1.0.3"},"do":[{"a":{"set":"${ 1 "}}]}',
  '{"specversion":"1.0","type":null,"id":[]}',
  `{"input":${'['.repeat(60)}${']'.repeat(60)}}`,
  'a: &a [*a, *a]\nb: !!js/function x',
  '%YAML 9.9\n---\n\t- ? [a]',
  '\u2028NaN',
];

/** `METHOD /path` of every operation of the document that needs a token, with ids of things that are there. */
async function operations(): Promise<readonly string[]> {
  const paths = objectOf(await call('GET /openapi.json'))['paths'];
  if (paths === undefined || !isObject(paths)) throw new Error('The document has no paths.');
  return Object.entries(paths).flatMap(([path, item]) =>
    isObject(item) && path.startsWith('/v1/')
      ? Object.keys(item).map((method) => `${method.toUpperCase()} ${pathTo(to, path)}`)
      : [],
  );
}

/** The first line of what is answered to bytes that may be no HTTP. */
async function answerTo(bytes: string): Promise<string> {
  const { hostname, port } = new URL(apiUrl);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (data) => (text += data.toString('latin1')));
  // The server may hang up before it has read all.
  socket.on('error', () => undefined);
  socket.end(bytes, 'latin1');
  await new Promise((resolve) => socket.once('close', resolve));
  return text.split('\r\n', 1)[0] ?? '';
}

const TYPES = ['application/json', 'application/yaml', 'application/cloudevents+json'];
const QUERIES = ['', '?q=%00', '?limit=1e1', '?cursor=%ff', '?__proto__=1', '?after=-1&format=%F0', '?&=&;'];
const HEADERS = [
  { 'if-match': '"\\"', 'if-none-match': ',', 'last-event-id': '1e3', prefer: 'wait=\u00ff' },
  {
    'idempotency-key': '"',
    'baton-workspace': '../default',
    traceparent: '00-0-0-ff',
    'accept-language': '*;q=9',
  },
];

/** Everything that is sent to one operation. */
function garbageFor(route: string): readonly (readonly [string, CallOptions])[] {
  const common = { as: 'root:admin' };
  const plain = { ...common, headers: { accept: 'application/json' } };
  if (route.startsWith('GET'))
    return [
      ...QUERIES.map((query) => [`${route}${query}`, plain] as const),
      ...HEADERS.map(
        (headers) => [route, { ...common, headers: { accept: 'application/json', ...headers } }] as const,
      ),
    ];
  const typed = (raw: string, type: string, headers: Record<string, string> = {}): CallOptions => ({
    ...common,
    raw,
    headers: { 'content-type': type, ...headers },
  });
  return [
    ...TYPES.flatMap((type) => GARBAGE.map((raw) => [route, typed(raw, type)] as const)),
    ...HEADERS.flatMap((headers) =>
      GARBAGE.map((raw) => [route, typed(raw, 'application/json', headers)] as const),
    ),
  ];
}

describe('garbage', () => {
  it(verifies('HTTP-1', 'is answered by every operation without a 5xx, and breaks nothing'), async () => {
    const routes = (await operations()).filter((route) => !route.startsWith('DELETE'));
    expect(routes.length).toBeGreaterThan(30);
    const statuses = new Set<number>();
    for (const route of routes)
      await Promise.all(
        garbageFor(route).map(async ([line, options]) => {
          const answer = await call(line, options);
          statuses.add(answer.status);
          if (answer.status >= 400) expectProblem(`${line} ${JSON.stringify(options)}`, answer);
        }),
      );
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 409, 415, 422]));
    await expectWell();
  });

  it(verifies('HTTP-1', 'that is no HTTP is refused, and breaks nothing'), async () => {
    const host = `Host: ${new URL(apiUrl).host}\r\n`;
    const refused = await Promise.all(
      [
        '\0\x01\x02\xff\r\n\r\n',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        'GET /healthz\r\n\r\n',
        'GET /healthz HTTP/1.1\r\n\r\n',
        `GET /healthz HTTP/9.9\r\n${host}\r\n`,
        `BREW /healthz HTTP/1.1\r\n${host}\r\n`,
        `GET /healthz HTTP/1.1\r\n${host}X: \0\r\n\r\n`,
        `GET /healthz HTTP/1.1\r\n${host}X: ${'x'.repeat(100_000)}\r\n\r\n`,
        `POST /v1/runs HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`,
        `POST /v1/runs HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        `POST /v1/runs HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      ].map(answerTo),
    );
    expect(refused).toEqual(refused.map(() => expect.stringMatching(/^HTTP\/1\.1 (400|403|431) /)));
    await expectWell();
  });
});

/** A whole run with a decision still works, and all parts are there. */
async function expectWell(): Promise<void> {
  const workflow = await publish([{ ask: askHuman({ candidates: { roles: ['editor'] } }) }]);
  const runId = (await start(workflow)).text('id');
  const { id, etag } = await humanTask(runId);
  expect((await decide(id, { action: 'approve' }, { as: 'eve:editor', etag })).status).toBe(200);
  expect(await ended(runId)).toMatchObject({ status: 'completed', output: { outcome: 'approve' } });
  expect((await call('GET /readyz')).body).toEqual({ ready: true, missing: [] });
}
