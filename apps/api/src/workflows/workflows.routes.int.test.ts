import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';

let fixture: ApiFixture;
beforeAll(async () => {
  fixture = await createApiFixture();
});
afterAll(() => fixture.stop());

const yaml = (name: string, version: string, extra = ''): string => `document:
  dsl: '1.0.3'
  namespace: tests
  name: ${name}
  version: ${version}
do:
  - greet:
      set:
        hello: world
${extra}`;

const put = (name: string, version: string, raw: string) =>
  fixture.call('PUT', `/v1/workflows/${name}/versions/${version}`, {
    raw,
    headers: { 'Content-Type': raw.startsWith('{') ? 'application/json' : 'application/yaml' },
  });

describe('publishing', () => {
  it('creates a version, gives 200 for the same again and 409 for other content', async () => {
    const first = await put('hello', '1.0.0', yaml('hello', '1.0.0'));
    expect([first.status, first.headers.get('location')]).toEqual([
      201,
      '/v1/workflows/hello/versions/1.0.0',
    ]);
    expect(first.json).toMatchObject({
      name: 'hello',
      namespace: 'tests',
      author: 'dev|ann',
      archivedAt: null,
    });
    expect((await put('hello', '1.0.0', yaml('hello', '1.0.0'))).status).toBe(200);
    expect((await put('hello', '1.0.0', yaml('hello', '1.0.0', '  - more: { set: { a: 1 } }'))).status).toBe(
      409,
    );
  });

  it('refuses a definition with every problem in its place', async () => {
    const broken = await put(
      'broken',
      '1.0.0',
      yaml('other', '1.0.0', '  - call:\n      call: agent\n      with: { agent: nobody, input: 1 }\n'),
    );
    expect(broken.status).toBe(422);
    const errors = broken.json['errors'];
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/document/name', line: 4, column: expect.any(Number) }),
        expect.objectContaining({
          pointer: expect.stringMatching(/^\/do\/1\/call/),
          detail: expect.stringContaining('nobody'),
        }),
      ]),
    );
  });

  it('refuses authors of nothing, other media types and too much', async () => {
    const as = (who: string | null, headers: Record<string, string>, raw: string) =>
      fixture.call('PUT', '/v1/workflows/hello/versions/1.0.0', { as: who, headers, raw });
    const type = { 'Content-Type': 'application/yaml' };
    expect((await as(null, type, 'x')).status).toBe(401);
    expect((await as('bob:viewer', type, 'x')).status).toBe(403);
    expect((await as('ann', { 'Content-Type': 'text/plain' }, 'x')).status).toBe(415);
    expect((await as('ann', type, `# ${'x'.repeat(256 * 1024)}`)).status).toBe(413);
    expect((await put('hello', 'one', yaml('hello', 'one'))).status).toBe(404);
  });

  it('refuses text that no database keeps', async () => {
    const nul = JSON.stringify({
      document: { dsl: '1.0.3', namespace: 'tests', name: 'nul', version: '1.0.0', title: 'a\0b' },
      do: [],
    });
    const reply = await put('nul', '1.0.0', nul);
    expect([reply.status, reply.json['errors']]).toEqual([
      400,
      [expect.objectContaining({ pointer: '/document/title' })],
    ]);
  });
});

describe('validating', () => {
  it('tells what is wrong without publishing', async () => {
    const validate = (raw: string, type = 'application/yaml') =>
      fixture.call('POST', '/v1/workflows:validate', { raw, headers: { 'Content-Type': type } });
    expect((await validate(yaml('fine', '1.0.0'))).json).toEqual({ valid: true, problems: [] });
    expect((await validate('document: [')).json).toMatchObject({ valid: false, problems: [{ line: 1 }] });
    expect((await validate('{"a":', 'application/json')).status).toBe(400);
  });
});

describe('reading', () => {
  it('gives a definition as JSON and as the YAML that was sent, with an ETag', async () => {
    await put('readable', '2.0.0', yaml('readable', '2.0.0'));
    const path = '/v1/workflows/readable/versions/2.0.0';
    const asJson = await fixture.call('GET', path);
    expect(asJson.json).toMatchObject({ document: { name: 'readable', version: '2.0.0' } });
    const asYaml = await fixture.call('GET', path, { headers: { Accept: 'application/yaml' } });
    expect(asYaml.text).toBe(yaml('readable', '2.0.0'));
    const tag = asJson.headers.get('etag') ?? '';
    expect((await fixture.call('GET', path, { headers: { 'If-None-Match': tag } })).status).toBe(304);
    expect((await fixture.call('GET', path, { headers: { Accept: 'image/png' } })).status).toBe(406);
  });

  it('draws a definition', async () => {
    await put('drawn', '1.0.0', yaml('drawn', '1.0.0'));
    const path = '/v1/workflows/drawn/versions/1.0.0/graph';
    expect((await fixture.call('GET', path)).json).toMatchObject({
      nodes: expect.arrayContaining([
        expect.objectContaining({ id: '/do/0/greet', kind: 'set', parent: null }),
      ]),
    });
    const picture = await fixture.call('GET', `${path}?format=mermaid`);
    expect([picture.headers.get('content-type'), picture.text]).toEqual([
      'text/vnd.mermaid; charset=utf-8',
      expect.stringContaining('flowchart'),
    ]);
    expect((await fixture.call('GET', `${path}?format=svg`)).status).toBe(400);
  });

  it('lists workflows and versions by pages', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await put('paged', version, yaml('paged', version));
    const first = await fixture.call('GET', '/v1/workflows/paged/versions?limit=2');
    expect(first.json).toMatchObject({
      items: [{ version: '1.2.0' }, { version: '1.1.0' }],
      nextCursor: expect.any(String),
    });
    const cursor = first.cursor;
    const second = await fixture.call(
      'GET',
      `/v1/workflows/paged/versions?limit=2&cursor=${encodeURIComponent(cursor)}`,
    );
    expect(second.json).toMatchObject({ items: [{ version: '1.0.0' }], nextCursor: null });
    expect((await fixture.call('GET', '/v1/workflows?cursor=nonsense')).status).toBe(400);
    expect((await fixture.call('GET', '/v1/workflows?limit=201')).status).toBe(400);
    expect((await fixture.call('GET', '/v1/workflows?unknown=1')).status).toBe(400);
    expect((await fixture.call('GET', '/v1/workflows?q=paged')).json).toMatchObject({
      items: [{ name: 'paged' }],
    });
  });
});

describe('channels', () => {
  const channel = (name: string, body: unknown, headers: Record<string, string> = {}) =>
    fixture.call('PUT', `/v1/workflows/channeled/channels/${name}`, { body, headers });

  it('are made, moved with If-Match, and archived versions cannot be pointed at', async () => {
    for (const version of ['1.0.0', '2.0.0']) await put('channeled', version, yaml('channeled', version));
    const made = await channel('canary', { version: '1.0.0' });
    expect([made.status, made.json]).toEqual([
      201,
      expect.objectContaining({ versions: [{ version: '1.0.0', weight: 100 }] }),
    ]);
    expect((await channel('canary', { version: '2.0.0' })).status).toBe(428);
    expect((await channel('canary', { version: '2.0.0' }, { 'If-Match': '"999"' })).status).toBe(412);
    const tag = made.headers.get('etag') ?? '';
    const moved = await channel(
      'canary',
      { versions: [{ version: '2.0.0', weight: 100 }] },
      { 'If-Match': tag },
    );
    expect([moved.status, moved.json]).toEqual([
      200,
      expect.objectContaining({ versions: [{ version: '2.0.0', weight: 100 }] }),
    ]);
    expect(
      (await channel('canary', { version: '9.9.9' }, { 'If-Match': moved.headers.get('etag') ?? '' })).status,
    ).toBe(422);
    const weights = {
      versions: [
        { version: '1.0.0', weight: 50 },
        { version: '2.0.0', weight: 50 },
      ],
    };
    expect((await channel('other', weights)).status).toBe(422);
    expect((await channel('other', { version: '1.0.0' }, { 'If-Match': '"1"' })).status).toBe(412);
    expect((await fixture.call('DELETE', '/v1/workflows/channeled/versions/1.0.0')).status).toBe(204);
    expect((await channel('other', { version: '1.0.0' })).status).toBe(422);
  });
});
