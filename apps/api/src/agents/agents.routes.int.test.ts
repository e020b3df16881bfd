import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';

let fixture: ApiFixture;
let endpoint = '';
const outside = createServer((_request, response) => {
  response.setHeader('Content-Type', 'application/json').end('{"ok":true}');
});
beforeAll(async () => {
  fixture = await createApiFixture();
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  const address = outside.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
});
afterAll(async () => {
  outside.close();
  outside.closeAllConnections();
  await fixture.stop();
});

const register = (name: string, version: string, body: object = {}) =>
  fixture.call('PUT', `/v1/agents/${name}/versions/${version}`, {
    body: { adapter: 'http', config: { endpoint }, ...body },
  });

describe('registering an agent', () => {
  it('fills in the defaults, gives 200 for the same again and 409 for other content', async () => {
    const first = await register('writer', '1.0.0', { title: 'Writer' });
    expect([first.status, first.headers.get('location')]).toEqual([201, '/v1/agents/writer/versions/1.0.0']);
    expect(first.json).toMatchObject({
      name: 'writer',
      version: '1.0.0',
      adapter: 'http',
      timeout: 'PT5M',
      retry: { maxAttempts: 5, initialInterval: 'PT1S', backoff: 2, maxInterval: 'PT1M', nonRetryable: [] },
      effects: 'unknown',
      owner: 'dev|ann',
      archivedAt: null,
      capabilities: expect.objectContaining({ cancel: expect.any(Boolean) }),
    });
    expect((await register('writer', '1.0.0', { title: 'Writer', timeout: 'PT5M' })).status).toBe(200);
    expect((await register('writer', '1.0.0', { title: 'Other' })).status).toBe(409);
  });

  it('refuses what cannot work, all at once', async () => {
    const reply = await register('bad', '1.0.0', {
      name: 'good',
      config: { endpoint: 'not a url', surprise: 1 },
      input: { schema: { type: 'objekt' } },
    });
    expect(reply.status).toBe(422);
    expect(reply.pointers).toEqual(
      expect.arrayContaining(['/name', '/config/endpoint', '/config/surprise', '/input/schema/type']),
    );
    const shapeless = await fixture.call('PUT', '/v1/agents/bad/versions/1.0.0', {
      body: { adapter: 'grpc' },
    });
    expect([shapeless.status, shapeless.json['errors']]).toEqual([
      400,
      [
        { pointer: '/config', detail: 'This field is missing.' },
        { pointer: '/adapter', detail: expect.stringContaining('no adapter "grpc"; known adapters: dify') },
      ],
    ]);
    expect((await register('bad', '1.0.0', { adapter: '' })).json['errors']).toEqual([
      { pointer: '/adapter', detail: 'This must not be empty.' },
    ]);
    const unknown = await register('bad', '1.0.0', { adapter: 'telepathy' });
    expect([unknown.status, unknown.json['errors']]).toEqual([
      422,
      [{ pointer: '/adapter', detail: expect.stringContaining('known adapters: dify') }],
    ]);
    expect((await register('bad', '1.0.0', { timeout: 'soon' })).status).toBe(400);
    expect((await register('bad', '1.0.0', { owner: 'me' })).status).toBe(400);
    expect((await register('bad', '1', {})).status).toBe(404);
  });

  it('wants the agents of tools to be there, but for the agent itself and what is registered already', async () => {
    const model = (name: string, tools: readonly object[], more: object = {}) =>
      register(name, '1.0.0', {
        adapter: 'openai',
        config: { endpoint: `${endpoint}v1`, model: 'tea-1', tools },
        ...more,
      });
    await register('tool-of-models', '1.2.0');
    const tools = [
      { name: 'found', agent: 'tool-of-models', version: '^1.0.0' },
      { name: 'self', agent: 'chief-of-tools' },
    ];
    const limits = { maxSteps: 3 };
    const first = await model('chief-of-tools', tools, { limits });
    expect([first.status, first.json['limits']]).toEqual([201, limits]);
    const missing = await model('lost-in-tools', [
      { name: 'gone', agent: 'nobody-is-there' },
      { name: 'old', agent: 'tool-of-models', version: '^9.0.0' },
    ]);
    expect([missing.status, missing.pointers]).toEqual([
      422,
      ['/config/tools/0/agent', '/config/tools/1/version'],
    ]);
    await fixture.call('DELETE', '/v1/agents/tool-of-models/versions/1.2.0');
    expect((await model('chief-of-tools', tools, { limits })).status).toBe(200);
  });

  it('sends answers back to be mended only where an adapter can', async () => {
    const output = { schema: { type: 'object' }, repair: true };
    const refused = await register('mended', '1.0.0', { output });
    expect([refused.status, refused.pointers]).toEqual([422, ['/output/repair']]);
    const config = { endpoint: `${endpoint}v1`, model: 'tea-1' };
    expect((await register('mended', '1.0.0', { adapter: 'openai', config, output })).status).toBe(201);
  });

  it('never shows a credential again', async () => {
    const authentication = { bearer: { token: 'very-secret' } };
    const reply = await register('guarded', '1.0.0', { config: { endpoint, authentication } });
    expect([reply.status, reply.text.includes('very-secret')]).toEqual([201, false]);
  });
});

describe('reading agents', () => {
  it('lists agents and versions, and hides archived ones from calls', async () => {
    await register('many', '1.0.0');
    await register('many', '2.0.0');
    expect((await fixture.call('GET', '/v1/agents?q=many&adapter=http')).json).toMatchObject({
      items: [{ name: 'many', latest: { version: '2.0.0' } }],
    });
    expect((await fixture.call('GET', '/v1/agents/many/versions')).json).toMatchObject({
      items: [{ version: '2.0.0' }, { version: '1.0.0' }],
    });
    expect((await fixture.call('DELETE', '/v1/agents/many/versions/2.0.0')).status).toBe(204);
    expect((await fixture.call('GET', '/v1/agents/many')).json).toMatchObject({
      latest: { version: '1.0.0' },
    });
    const reply = await fixture.call('POST', '/v1/agents/many/invocations', {
      body: { input: 1, version: '2.0.0' },
    });
    expect(reply.status).toBe(422);
  });

  it('probes the newest version', async () => {
    await register('alive', '1.0.0');
    expect((await fixture.call('GET', '/v1/agents/alive/health')).json).toMatchObject({
      agent: 'alive',
      version: '1.0.0',
      healthy: true,
    });
    await register('dead', '1.0.0', { config: { endpoint: 'http://127.0.0.1:1/' } });
    expect((await fixture.call('GET', '/v1/agents/dead/health')).json).toMatchObject({
      healthy: false,
      detail: expect.any(String),
    });
  });
});

describe('invoking an agent', () => {
  it('is a run of a definition with that one call', async () => {
    await register('called', '1.2.0', { input: { schema: { type: 'object', required: ['q'] } } });
    const reply = await fixture.call('POST', '/v1/agents/called/invocations', {
      body: { input: { q: '${ .x }' }, session: 'chat-1' },
    });
    expect([reply.status, reply.json]).toEqual([
      202,
      expect.objectContaining({ workflow: 'called', version: '1.2.0', status: 'pending' }),
    ]);
    expect(fixture.gateway.started.at(-1)).toMatchObject({
      pins: { '/do/0/invoke': 'called@1.2.0' },
      definition: { document: { namespace: 'baton', name: 'invoke-called' } },
      input: { q: '${ .x }' },
    });
    const graph = await fixture.call('GET', `/v1/runs/${reply.id}/graph`);
    expect(graph.status).toBe(200);
    const wrong = await fixture.call('POST', '/v1/agents/called/invocations', { body: { input: {} } });
    expect([wrong.status, wrong.json['errors']]).toEqual([
      422,
      [expect.objectContaining({ pointer: expect.stringMatching(/^\/input/) })],
    ]);
    expect(
      (await fixture.call('POST', '/v1/agents/called/invocations', { body: { input: {} }, as: 'vic:viewer' }))
        .status,
    ).toBe(403);
  });
});
