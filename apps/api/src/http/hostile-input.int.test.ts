import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeList, type Route } from '@baton/contracts';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';

let fixture: ApiFixture;
const things = { name: 'plain', version: '1.0.0', channel: 'default', id: '' };
beforeAll(async () => {
  fixture = await createApiFixture({ requestsPerMinute: 100_000, pingMs: 20 });
  const definition = {
    document: { dsl: '1.0.3', namespace: 'tests', name: 'plain', version: '1.0.0' },
    do: [{ a: { set: { b: 1 } } }],
  };
  await fixture.call('PUT', '/v1/workflows/plain/versions/1.0.0', { body: definition });
  await fixture.call('PUT', '/v1/agents/plain/versions/1.0.0', {
    body: { adapter: 'http', config: { endpoint: 'http://127.0.0.1:1/' } },
  });
  things.id = (await fixture.call('POST', '/v1/workflows/plain/runs', { body: {} })).id;
});
afterAll(() => fixture.stop());

const WORDS = [
  '%00',
  '%ff',
  '..%2f..',
  '%2F',
  "'%20or%201=1--",
  '0',
  '-1',
  '9'.repeat(400),
  'é',
  '__proto__',
  '%F0%9F%98%80',
  '*',
  ':',
  '.',
];
const BODIES = [
  '',
  'null',
  '0',
  '""',
  '[]',
  '{}',
  '{',
  '{"":{}}',
  '{"__proto__":{"a":1}}',
  '{"constructor":null}',
  '{"input":{}}',
  '{"input":"\\u0000"}',
  '{"action":"approve"}',
  '{"action":1}',
  '{"version":"1.0.0"}',
  '{"version":"*"}',
  '{"versions":[]}',
  '{"tags":{"\\ud800":"x"}}',
  '{"mocks":{"__proto__":1,"a":{"error":{"status":1e999}}}}',
  '{"mocks":{"a":{"error":null}}}',
  '{"input":{},"mocks":{"/do/0/a":[]}}',
  '{"adapter":"http","config":null}',
  '{"adapter":"http","config":{"endpoint":"${ . }"}}',
  '{"adapter":"http","config":{"endpoint":"http://127.0.0.1:1/"},"input":{"schema":{"$ref":"#"}}}',
  '{"specversion":"1.0","type":null}',
  '[[[[[[[[[[[[[[[[',
  `{"a":${'{"a":'.repeat(70)}1${'}'.repeat(70)}}`,
  '{"document":{}}',
  '{"document":{"dsl":"1.0.3"},"do":[{"a":{"set":"${ 1 "}}]}',
  '"\\',
  'NaN',
  '1e999',
  '\u2028',
  'a: &a [*a]',
  'a: !!js/function x',
  '- ? [a]',
  '%YAML 9.9\n---\n',
  '\t',
];

const pathOf = (route: Route, replaced?: { readonly name: string; readonly word: string }): string =>
  route.path.replace(/\{(\w+)\}/g, (_match, name: string) =>
    replaced?.name === name
      ? replaced.word
      : name === 'name' && route.path.includes('signals')
        ? 'go'
        : (Object.entries(things).find(([key]) => key === name)?.[1] ?? ''),
  );

/** Status by request, for those that must not be. */
async function failures(
  requests: readonly {
    readonly line: string;
    readonly raw?: string;
    readonly headers?: Record<string, string>;
  }[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { line, raw, headers = {} } of requests) {
    const [method = '', path = ''] = line.split(' ');
    const options = { headers, ...(raw === undefined ? {} : { raw }) };
    const reply = await fixture.call(method, path, { ...options, as: 'root:admin' });
    if (reply.status >= 500)
      found.push(`${reply.status} ${line} ${raw ?? ''} ${JSON.stringify(headers)} ${reply.text}`);
  }
  return found;
}

const closed = routeList.filter(
  ({ action, operationId }) => action !== null && operationId !== 'streamEvents',
);

describe('no 5xx for anything a client sends', () => {
  it('in paths', async () => {
    const requests = closed.flatMap((route) =>
      [...route.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) =>
        WORDS.map((word) => ({
          line: `${route.method.toUpperCase()} ${pathOf(route, { name, word })}`,
          headers: { 'Content-Type': 'application/json' },
        })),
      ),
    );
    expect(await failures(requests)).toEqual([]);
  });

  it('in queries', async () => {
    const queries = [
      ...WORDS.map((word) => `q=${word}&limit=${word}`),
      'cursor=eyJ9',
      'cursor=%00',
      'limit=1&limit=2',
      'tag=%00:a',
      'tag=a:%ED%A0%80',
      'due<=x',
      'startedAfter=0000-01-01T00:00:00Z',
      'startedBefore=9999-12-31T23:59:59.999999999%2B23:59',
      'after=-1',
      'format=svg',
      '&&&=',
      'a'.repeat(5_000),
    ];
    const cursors = [
      `cursor=${Buffer.from('["x","y"]').toString('base64url')}`,
      `cursor=${Buffer.from('{"at":"x","key":"y"}').toString('base64url')}`,
    ];
    const requests = closed
      .filter(({ method }) => method === 'get')
      .flatMap((route) =>
        [...queries, ...cursors].map((query) => ({ line: `GET ${pathOf(route)}?${query}` })),
      );
    expect(await failures(requests)).toEqual([]);
  });

  it('in bodies', async () => {
    const requests = closed
      .filter(({ body }) => body !== null)
      .flatMap((route) =>
        (route.body?.mediaTypes ?? []).flatMap((type) =>
          BODIES.map((raw) => ({
            line: `${route.method.toUpperCase()} ${pathOf(route)}`,
            raw,
            headers: { 'Content-Type': type, 'If-Match': '*' },
          })),
        ),
      );
    expect(await failures(requests)).toEqual([]);
  });

  it('in headers', async () => {
    const headers = [
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Prefer',
      'Last-Event-ID',
      'Baton-Workspace',
      'Accept',
      'Content-Type',
      'Content-Encoding',
      'traceparent',
      'X-Request-Id',
      'Authorization',
    ].flatMap((header) =>
      [
        '',
        '"',
        '\\',
        ',,,',
        'x'.repeat(4_000),
        '{}',
        '*',
        '-1',
        'wait=-1',
        'wait=99999999999999999999',
        '\u00e9',
      ].map((value) => ({ [header]: value })),
    );
    const requests = closed
      .filter(({ operationId }) =>
        ['startRun', 'setChannel', 'getWorkflowVersion', 'signalRun', 'listRuns'].includes(operationId),
      )
      .flatMap((route) =>
        headers.map((given) => ({
          line: `${route.method.toUpperCase()} ${pathOf(route)}`,
          headers: given,
          ...(route.body === null ? {} : { raw: '{}' }),
        })),
      );
    expect(await failures(requests)).toEqual([]);
  });
});
