import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CallOptions } from './http.ts';
import { createTargets, expectRefusals, type Targets } from './refusal.ts';
import { createScenario } from './scenario.ts';
import { verifies } from './verifies.ts';

const scenario = createScenario();
const { call, name } = scenario;

const JSON_TYPE = { 'content-type': 'application/json' };
const YAML_TYPE = { 'content-type': 'application/yaml' };

let to: Targets;

beforeAll(async () => {
  to = await createTargets(scenario);
});

describe('a request', () => {
  it(verifies('HTTP-1', 'without a valid token is answered 401'), async () => {
    const none = { as: null };
    const with401 = (authorization: string): CallOptions => ({ as: null, headers: { authorization } });
    await expectRefusals(call, [
      ['GET /v1/runs', none, 401],
      ['GET /v1/runs/not-an-id', none, 401],
      ['GET /v1/nothing-here', none, 401],
      ['DELETE /v1/runs', none, 401],
      [`PUT /v1/workflows/${to.flow}/versions/1.0.0`, { ...none, raw: '{', headers: JSON_TYPE }, 401],
      ['GET /v1/runs', with401('Bearer x'), 401],
      ['GET /v1/runs', with401('Basic YWxpY2U6'), 401],
      ['GET /v1/runs', with401('Bearer dev:'), 401],
      ['GET /v1/runs', with401('Bearer dev:ann:no good role'), 401],
    ]);
    const answer = await call('GET /v1/runs', none);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="baton"');
    for (const open of ['/healthz', '/readyz', '/openapi.json'])
      expect((await call(`GET ${open}`, none)).status).toBe(200);
  });

  it(verifies('HTTP-1', 'that its sender may not make is answered 403'), async () => {
    const as = 'vera:viewer';
    const json = {};
    const task = `/v1/human-tasks/${to.task}`;
    await expectRefusals(call, [
      [`PUT /v1/workflows/${name('flow')}/versions/1.0.0`, { as, raw: 'a: [', headers: YAML_TYPE }, 403],
      [`DELETE /v1/workflows/${to.flow}/versions/1.0.0`, { as }, 403],
      [`PUT /v1/workflows/${to.flow}/channels/default`, { as, json }, 403],
      [`PUT /v1/agents/${name('agent')}/versions/1.0.0`, { as, json }, 403],
      [`DELETE /v1/agents/${to.agent}/versions/1.0.0`, { as }, 403],
      [`POST /v1/agents/${to.agent}/invocations`, { as, json }, 403],
      [`POST /v1/workflows/${to.flow}/runs`, { as, json }, 403],
      [`POST /v1/workflows/${to.flow}/runs`, { as: 'arthur:author', raw: '{', headers: JSON_TYPE }, 403],
      [`POST /v1/workflows/${to.flow}/dry-runs`, { as, json }, 403],
      [`POST /v1/runs/${to.waiting}/cancel`, { as }, 403],
      [`POST /v1/runs/${to.waiting}/terminate`, { as }, 403],
      [`POST /v1/runs/${to.waiting}/suspend`, { as }, 403],
      [`POST /v1/runs/${to.ended}/resume`, { as }, 403],
      [`POST /v1/runs/${to.waiting}/signals/go`, { as, json }, 403],
      [
        `POST ${task}/decisions`,
        { as, json: { action: 'approve' }, headers: { 'if-match': to.taskTag } },
        403,
      ],
      [`POST ${task}/claim`, { as }, 403],
    ]);
  });

  it(verifies('HTTP-1', 'for what is not there, or for a malformed id, is answered 404'), async () => {
    const ids = [
      randomUUID(),
      'x',
      '1',
      randomUUID().toUpperCase(),
      '%00',
      '..%2f..',
      '%zz',
      '%ff',
      ' ',
      "'",
    ];
    const paths = ids.flatMap((id) => [
      `GET /v1/runs/${id}`,
      `GET /v1/runs/${id}/steps`,
      `GET /v1/runs/${id}/events`,
      `GET /v1/runs/${id}/graph`,
      `POST /v1/runs/${id}/cancel`,
      `POST /v1/runs/${id}/signals/go`,
      `GET /v1/human-tasks/${id}`,
      `POST /v1/human-tasks/${id}/claim`,
      `POST /v1/human-tasks/${id}/decisions`,
    ]);
    const names = [name('none'), 'a_b', '-a', 'a-', 'a'.repeat(64), '%00', '%F0%9F%92%A9', '%zz'];
    const named = names.flatMap((id) => [
      `GET /v1/workflows/${id}`,
      `GET /v1/workflows/${id}/versions`,
      `GET /v1/workflows/${id}/versions/1.0.0`,
      `GET /v1/workflows/${id}/versions/1.0.0/graph`,
      `GET /v1/workflows/${id}/channels/default`,
      `PUT /v1/workflows/${id}/channels/default`,
      `POST /v1/workflows/${id}/runs`,
      `POST /v1/workflows/${id}/dry-runs`,
      `GET /v1/agents/${id}`,
      `GET /v1/agents/${id}/versions/1.0.0`,
      `DELETE /v1/agents/${id}/versions/1.0.0`,
      `GET /v1/agents/${id}/health`,
      `POST /v1/agents/${id}/invocations`,
    ]);
    const versions = ['1', 'latest', '01.0.0', '1.0.0.0', '%00', '1.0.0-'].flatMap((version) => [
      `PUT /v1/workflows/${to.flow}/versions/${version}`,
      `GET /v1/workflows/${to.flow}/versions/${version}`,
      `PUT /v1/agents/${to.agent}/versions/${version}`,
      `DELETE /v1/agents/${to.agent}/versions/${version}`,
    ]);
    const others = [
      'GET /',
      'GET /v1',
      'GET /v2/runs',
      'GET /v1/runs/',
      'GET /V1/runs',
      'POST /v1/workflows:forget',
      `POST /v1/runs/${to.waiting}/signals/${'x'.repeat(129)}`,
      `POST /v1/runs/${to.waiting}/signals/%00`,
      `POST /v1/runs/${to.waiting}/fork`,
    ];
    const routes = [...paths, ...named, ...versions, ...others];
    await expectRefusals(
      call,
      routes.map((route) => [route, {}, 404]),
    );
    // What is not there is not there for anybody: 404 comes before 403.
    await expectRefusals(
      call,
      [...paths, ...versions].map((route) => [route, { as: 'vera:viewer', headers: YAML_TYPE }, 404]),
    );
  });

  it(verifies('HTTP-1', 'with a wrong method is answered 405 with Allow'), async () => {
    const rows = [
      ['DELETE /v1/runs', 'GET, HEAD'],
      ['POST /v1/workflows', 'GET, HEAD'],
      ['GET /v1/workflows:validate', 'POST'],
      [`PATCH /v1/workflows/${to.flow}/versions/1.0.0`, 'PUT, GET, DELETE, HEAD'],
      [`GET /v1/workflows/${to.flow}/runs`, 'POST'],
      [`PUT /v1/runs/${to.ended}`, 'GET, HEAD'],
      [`GET /v1/runs/${to.ended}/cancel`, 'POST'],
      [`DELETE /v1/human-tasks/${to.task}`, 'GET, HEAD'],
      ['PUT /healthz', 'GET, HEAD'],
      ['DELETE /openapi.json', 'GET, HEAD'],
      ['OPTIONS /v1/runs', 'GET, HEAD'],
    ] as const;
    await expectRefusals(
      call,
      rows.map(([route]) => [route, {}, 405]),
    );
    const allowed = await Promise.all(rows.map(async ([route]) => (await call(route)).headers.get('allow')));
    const sorted = (methods: string | null): ReadonlySet<string> => new Set(methods?.split(', '));
    expect(allowed.map(sorted)).toEqual(rows.map(([, allow]) => sorted(allow)));
  });

  it(verifies('HTTP-1', 'for another media type than there is is answered 406'), async () => {
    const headers = { accept: 'image/png' };
    await expectRefusals(call, [
      [`GET /v1/workflows/${to.flow}/versions/1.0.0`, { headers }, 406],
      [`GET /v1/runs/${to.ended}/events`, { headers }, 406],
    ]);
  });

  it(verifies('HTTP-1', 'that is too large is answered 413'), async () => {
    const mega = 'x'.repeat(1024 * 1024);
    const big = (bytes: number): CallOptions => ({ raw: `"${'x'.repeat(bytes)}"`, headers: JSON_TYPE });
    const bomb = gzipSync(JSON.stringify({ input: 'x'.repeat(5 * 1024 * 1024) }));
    const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    const runs = `POST /v1/workflows/${to.flow}/runs`;
    await expectRefusals(call, [
      [runs, big(4 * 1024 * 1024), 413],
      [runs, { raw: new Uint8Array(bomb), headers: gzip }, 413],
      [runs, { json: { input: mega } }, 413, ['/input']],
      [`POST /v1/workflows/${to.flow}/dry-runs`, { json: { mocks: { a: mega } } }, 413, ['/mocks/a']],
      [`POST /v1/runs/${to.waiting}/signals/go`, { json: mega }, 413, ['']],
      [`POST /v1/agents/${to.agent}/invocations`, { json: { input: mega } }, 413, ['/input']],
      ['POST /v1/workflows:validate', { raw: `# ${'x'.repeat(257 * 1024)}`, headers: YAML_TYPE }, 413],
      [`PUT /v1/workflows/${to.flow}/versions/2.0.0`, big(257 * 1024), 413],
      [`PUT /v1/agents/${to.agent}/versions/2.0.0`, big(257 * 1024), 413],
    ]);
    const small = gzipSync(JSON.stringify({ input: { n: 1 } }));
    expect((await call(runs, { raw: new Uint8Array(small), headers: gzip })).status).toBe(202);
  });

  it(verifies('HTTP-1', 'with a body of another media type is answered 415'), async () => {
    const runs = `POST /v1/workflows/${to.flow}/runs`;
    const typed = (contentType: string): CallOptions => ({
      raw: '{}',
      headers: { 'content-type': contentType },
    });
    await expectRefusals(call, [
      [runs, typed('text/plain'), 415],
      [runs, typed('application/yaml'), 415],
      [runs, typed('application/json; charset=latin1'), 415],
      [runs, typed(';;;'), 415],
      [runs, { raw: new Uint8Array([123, 125]) }, 415],
      [runs, { raw: '{}', headers: { ...JSON_TYPE, 'content-encoding': 'br' } }, 415],
      ['POST /v1/workflows:validate', typed('text/html'), 415],
      [`POST /v1/human-tasks/${to.task}/decisions`, typed('application/xml'), 415],
    ]);
  });

  it(verifies('HTTP-1', 'that is checked in the documented order'), async () => {
    const runs = `POST /v1/workflows/${to.flow}/runs`;
    const wrong = { raw: '{', headers: { 'content-type': 'text/plain' } };
    await expectRefusals(call, [
      ['POST /v1/workflows/no_name/runs', { ...wrong, as: null }, 401],
      ['POST /v1/workflows/no_name/runs', { ...wrong, as: 'vera:viewer' }, 404],
      [runs, { ...wrong, as: 'vera:viewer' }, 403],
      [runs, wrong, 415],
      [`${runs}?x=1`, { raw: '{', headers: JSON_TYPE }, 400],
      [`PUT /v1/workflows/${to.flow}/channels/default`, { json: { version: 'x' } }, 400, ['/version']],
      [`PUT /v1/workflows/${to.flow}/channels/default`, { json: { version: '9.9.9' } }, 428],
    ]);
  });
});
