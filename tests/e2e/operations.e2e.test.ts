import { beforeAll, describe, expect, it } from '@jest/globals';
import { isObject, own, type Json, type JsonObject } from '@baton/core';
import { eventually, textOf, type Answer } from './http.ts';
import { createTargets, pathTo, type Targets } from './refusal.ts';
import { createScenario, objectOf } from './scenario.ts';
import { startApi } from './stack.ts';
import { verifies } from './verifies.ts';

const scenario = createScenario();
const { apiUrl, call, run } = scenario;

let to: Targets;
let document: JsonObject;

beforeAll(async () => {
  to = await createTargets(scenario);
  document = objectOf(await call('GET /openapi.json', { as: null }));
});

/** The member at a path of keys; `{}` where there is none. */
function at(value: Json, ...path: readonly string[]): JsonObject {
  const found = path.reduce<Json>((inner, key) => (isObject(inner) ? (own(inner, key) ?? {}) : {}), value);
  return isObject(found) ? found : {};
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly spec: JsonObject;
}

function operations(): readonly Operation[] {
  return Object.entries(at(document, 'paths')).flatMap(([path, item]) =>
    Object.entries(at(item)).map(([method, spec]) => ({ path, method, spec: at(spec) })),
  );
}

function every(value: Json, key: string): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => every(item, key));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => (name === key ? [member] : every(member, key)));
}

/** Every text in a list; nothing of anything else. */
function textsIn(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? list.filter((item: Json) => typeof item === 'string') : [];
}

/** What a body lacks or has too much, by what the document says about the members of objects. */
function strange(schema: JsonObject, body: Json, where = ''): readonly string[] {
  const { $ref: reference } = schema;
  if (typeof reference === 'string')
    return strange(at(document, ...reference.slice(2).split('/')), body, where);
  if (Array.isArray(body))
    return body.flatMap((item: Json, index) => strange(at(schema, 'items'), item, `${where}/${index}`));
  if (!isObject(body) || !isObject(schema['properties'] ?? null)) return [];
  const properties = at(schema, 'properties');
  const missing = textsIn(schema['required']).filter((name) => !(name in body));
  const unknown =
    schema['additionalProperties'] === false ? Object.keys(body).filter((name) => !(name in properties)) : [];
  return [
    ...[...missing, ...unknown].map((name) => `${where}/${name}`),
    ...Object.entries(body).flatMap(([name, member]) =>
      strange(at(properties, name), member, `${where}/${name}`),
    ),
  ];
}

function ask({ method, path }: Operation): Promise<Answer> {
  return call(`${method.toUpperCase()} ${pathTo(to, path)}`, {
    as: 'root:admin',
    headers: method === 'get' ? { accept: '*/*' } : { 'content-type': 'application/json' },
  });
}

/** A body that is no JSON. */
function plain({ body }: Answer): string {
  if (typeof body === 'string') return body;
  throw new Error('The body is no text.');
}

describe('the OpenAPI document', () => {
  it(verifies('HTTP-3', 'is sound'), () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Baton', version: expect.any(String) },
    });
    const all = operations();
    expect(all.length).toBeGreaterThan(35);
    const ids = all.map(({ spec }) => spec['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, method, spec } of all) {
      const parameters = spec['parameters'] ?? [];
      const inPath = Array.isArray(parameters)
        ? parameters.filter(isObject).filter((parameter) => parameter['in'] === 'path')
        : [];
      expect([path, inPath.map(({ name, required }) => [name, required])]).toEqual([
        path,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, true]),
      ]);
      expect(Object.keys(at(spec, 'responses')).every((status) => /^[2-5]\d\d$/.test(status))).toBe(true);
      expect([path, method, typeof spec['summary']]).toEqual([path, method, 'string']);
    }
    const lost = textsIn([...every(document, '$ref')]).filter(
      (reference) => Object.keys(at(document, ...reference.slice(2).split('/'))).length === 0,
    );
    expect(lost).toEqual([]);
    const schemes = every(document, 'security').flatMap((list) =>
      Array.isArray(list) ? list.filter(isObject).flatMap((one) => Object.keys(one)) : [],
    );
    expect([...new Set(schemes)]).toEqual(Object.keys(at(document, 'components', 'securitySchemes')));
  });

  it(verifies('HTTP-3', 'documents operations that are there, and what they answer'), async () => {
    const removing = (operation: Operation): number => Number(operation.method === 'delete');
    const asked = operations()
      .filter(({ path }) => path !== '/v1/runs/{id}/events')
      .toSorted((one, other) => removing(one) - removing(other));
    const found = [];
    for (const operation of asked) {
      const answer = await ask(operation);
      const documented = at(operation.spec, 'responses', String(answer.status));
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      const schema = at(documented, 'content', type, 'schema');
      const spoken = answer.status === 204 ? '' : type;
      found.push([
        operation.spec['operationId'],
        answer.status,
        Object.keys(documented).length > 0,
        spoken in at(documented, 'content') || spoken === '',
        strange(schema, answer.body),
      ]);
    }
    expect(found).toEqual(found.map(([id, status]) => [id, status, true, true, []]));
    // Without a body what changes something is refused for what it lacks, and never because it is not there.
    const statuses = found.map(([, status]) => status);
    expect(statuses.filter((status) => status === 404 || status === 405)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(20);
  });
});

describe('operations', () => {
  it(verifies('HTTP-3', 'have a page of the document that needs nobody else'), async () => {
    const page = await call('GET /docs', { as: null });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const html = plain(page);
    for (const { path, spec } of operations()) {
      expect(html).toContain(path.replaceAll('&', '&amp;'));
      expect(html).toContain(`id="${textOf(spec, 'operationId')}"`);
    }
    expect(html).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b|@import|url\(|\bon\w+=/i);
    const addresses = [...html.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map(([, address]) => address);
    expect([...new Set(addresses)]).toEqual(['/openapi.json']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it(verifies('HTTP-3', 'turn readiness red where no worker polls'), async () => {
    const alone = await startApi({ BATON_TASK_QUEUE: scenario.name('nobody') }, { ready: false });
    const own = createScenario(alone.url);
    const healthy = (): Promise<number> =>
      own.call('GET /healthz').then(
        ({ status }) => status,
        () => 0,
      );
    await eventually(healthy, (status) => status === 200);
    const red = await own.call('GET /readyz', { as: null });
    expect([red.status, red.headers.get('retry-after'), red.body]).toEqual([
      503,
      '5',
      { ready: false, missing: ['No worker of ours was seen polling Temporal within 2 minutes.'] },
    ]);
    await alone.stop();
  });

  it(verifies('HTTP-3', 'tell health, readiness and metrics to whoever asks'), async () => {
    const open = (path: string): Promise<Answer> => call(`GET ${path}`, { as: null });
    expect((await open('/healthz')).body).toEqual({ status: 'ok' });
    expect((await open('/readyz')).body).toEqual({ ready: true, missing: [] });
    await run([{ a: { set: { n: 1 } } }]);
    const metrics = await open('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = plain(metrics);
    const lines = text.split('\n').filter((line) => line !== '');
    const sample = /^[a-z_][a-z0-9_]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (NaN|[+-]?(Inf|[0-9.e+-]+))$/i;
    expect(lines.filter((line) => !/^# (HELP|TYPE) \S+ \S/.test(line) && !sample.test(line))).toEqual([]);
    const typed = (name: string, kind: string): string => `# TYPE baton_${name} ${kind}\n`;
    for (const [name, kind] of METRICS) expect(text).toContain(typed(name, kind));
    expect(text).toMatch(/^baton_runs_accepted_total\{kind="workflow"\} [1-9]/m);
    expect(text).toMatch(
      /^baton_http_request_duration_seconds_count\{method="GET",route="getHealth",status="200"\} /m,
    );
    // Labels never hold ids: a route is its operation.
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });
});

/** As docs/architecture.md and the package @baton/telemetry name them. */
const METRICS = [
  ['http_request_duration_seconds', 'histogram'],
  ['event_streams', 'gauge'],
  ['event_streams_stalled_total', 'counter'],
  ['runs_accepted_total', 'counter'],
  ['runs_ended_total', 'counter'],
  ['run_starts_deferred_total', 'counter'],
  ['human_task_decisions_total', 'counter'],
  ['process_cpu_seconds_total', 'counter'],
] as const;
