import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@baton/core';
import type { Answer } from './http.ts';
import { createScenario, defineWorkflow, itemsOf, objectOf } from './scenario.ts';
import { verifies } from './verifies.ts';

const { call, name, publish, start, run, ended, reaches } = createScenario();

const YAML = { 'content-type': 'application/yaml' };

describe('channels', () => {
  async function publishAs(flow: string, version: string): Promise<void> {
    const json = {
      document: { dsl: '1.0.3', namespace: 'e2e', name: flow, version },
      do: [{ say: { set: { v: Number(version[0]) } } }],
    };
    expect((await call(`PUT /v1/workflows/${flow}/versions/${version}`, { json })).status).toBe(201);
  }

  it(verifies('FLOW-3', 'point at versions, and starts take them'), async () => {
    const flow = await publish([{ say: { set: { v: 1 } } }]);
    await publishAs(flow, '2.0.0');
    const versions = itemsOf(await call(`GET /v1/workflows/${flow}/versions?limit=1`));
    expect(versions.map(({ version }) => version)).toEqual(['2.0.0']);
    const says = async (body: JsonObject): Promise<unknown> =>
      objectOf(await start(flow, null, { body, headers: { prefer: 'wait=20' } }))['output'];
    // Until somebody points it, `default` follows what is published.
    expect(await says({})).toEqual({ v: 2 });
    const path = `/v1/workflows/${flow}/channels/default`;
    const pointed = await call(`PUT ${path}`, {
      json: { version: '1.0.0' },
      headers: { 'if-match': (await call(`GET ${path}`)).headers.get('etag') ?? '' },
    });
    expect([pointed.status, pointed.body]).toEqual([
      200,
      {
        channel: 'default',
        versions: [{ version: '1.0.0', weight: 100 }],
        updatedAt: expect.any(String),
      },
    ]);
    expect(await says({})).toEqual({ v: 1 });
    await publishAs(flow, '3.0.0');
    expect(await says({})).toEqual({ v: 1 });
    expect(await says({ version: '2.0.0' })).toEqual({ v: 2 });
    const canary = await call(`PUT /v1/workflows/${flow}/channels/canary`, {
      json: { versions: [{ version: '2.0.0' }] },
      headers: { 'if-none-match': '*' },
    });
    expect([canary.status, canary.headers.get('location')]).toEqual([
      201,
      `/v1/workflows/${flow}/channels/canary`,
    ]);
    expect(await says({ channel: 'canary' })).toEqual({ v: 2 });
    for (const body of [
      { channel: 'nowhere' },
      { version: '9.0.0' },
      { channel: 'canary', version: '1.0.0' },
    ])
      expect((await start(flow, null, { body })).status).toBe(422);
  });

  it(verifies('FLOW-3', 'move only from where they were seen'), async () => {
    const flow = await publish([{ say: { set: { v: 1 } } }]);
    const path = `/v1/workflows/${flow}/channels/beta`;
    const move = (headers: Record<string, string>, version = '1.0.0'): Promise<Answer> =>
      call(`PUT ${path}`, { json: { version }, headers });
    expect((await call(`GET ${path}`)).status).toBe(404);
    expect((await move({ 'if-match': '"1"' })).status).toBe(412);
    const made = await move({});
    const etag = made.headers.get('etag') ?? '';
    expect([made.status, etag]).toEqual([201, expect.stringMatching(/^".+"$/)]);
    expect((await move({})).status).toBe(428);
    expect((await move({ 'if-none-match': '*' })).status).toBe(412);
    const moved = await move({ 'if-match': etag });
    expect(moved.status).toBe(200);
    expect((await move({ 'if-match': etag })).status).toBe(412);
    expect((await move({ 'if-match': moved.headers.get('etag') ?? '' }, '7.0.0')).status).toBe(422);
    const read = await call(`GET ${path}`);
    expect([read.status, read.headers.get('etag')]).toEqual([200, moved.headers.get('etag')]);
    const unchanged = await call(`GET ${path}`, {
      headers: { 'if-none-match': moved.headers.get('etag') ?? '' },
    });
    expect([unchanged.status, unchanged.body]).toEqual([304, '']);
  });
});

describe('a published definition', () => {
  const source = (flow: string): string => `# kept as it was written
document: { dsl: 1.0.3, namespace: e2e, name: ${flow}, version: 1.0.0, title: 'Pictured' }
do:
  - check: { switch: [{ big: { when: '.n > 5', then: shout } }, { small: { then: end } }] }
  - shout: { set: { loud: true } }
`;

  async function published(): Promise<string> {
    const flow = name('flow');
    const raw = source(flow);
    const put = await call(`PUT /v1/workflows/${flow}/versions/1.0.0`, { raw, headers: YAML });
    expect([put.status, put.field('title')]).toEqual([201, 'Pictured']);
    return flow;
  }

  it(verifies('FLOW-4', 'is read as the YAML that was sent, or as JSON'), async () => {
    const flow = await published();
    const route = `GET /v1/workflows/${flow}/versions/1.0.0`;
    const yaml = await call(route, { headers: { accept: 'application/yaml' } });
    expect([yaml.status, yaml.body]).toEqual([200, source(flow)]);
    const json = await call(route);
    expect([json.headers.get('content-type'), json.headers.get('vary')]).toEqual([
      'application/json; charset=utf-8',
      'Accept',
    ]);
    expect(json.body).toMatchObject({ document: { name: flow, title: 'Pictured' }, do: [{}, {}] });
    expect(json.headers.get('etag')).not.toBe(yaml.headers.get('etag'));
    const known = await call(route, { headers: { 'if-none-match': json.headers.get('etag') ?? '' } });
    expect(known.status).toBe(304);
    expect((await call(route, { headers: { accept: 'image/png' } })).status).toBe(406);
  });

  it(verifies('FLOW-4', 'is drawn as JSON and as Mermaid, a run with its state'), async () => {
    const flow = await published();
    const graph = objectOf(await call(`GET /v1/workflows/${flow}/versions/1.0.0/graph`));
    expect(graph['nodes']).toEqual([
      { id: 'start', name: 'start', kind: 'start', parent: null },
      { id: '/do/0/check', name: 'check', kind: 'switch', parent: null },
      { id: '/do/1/shout', name: 'shout', kind: 'set', parent: null },
      { id: 'end', name: 'end', kind: 'end', parent: null },
    ]);
    expect(graph['edges']).toEqual(
      expect.arrayContaining([
        { from: 'start', to: '/do/0/check' },
        { from: '/do/0/check', to: '/do/1/shout', label: 'big' },
        { from: '/do/0/check', to: 'end', label: 'small' },
        { from: '/do/1/shout', to: 'end' },
      ]),
    );
    const drawn = await call(`GET /v1/workflows/${flow}/versions/1.0.0/graph?format=mermaid`);
    expect([drawn.headers.get('content-type'), drawn.body]).toEqual([
      'text/vnd.mermaid; charset=utf-8',
      expect.stringMatching(/^flowchart[^]*check[^]*shout/),
    ]);
    const runId = (await start(flow, { n: 9 }, { headers: { prefer: 'wait=20' } })).text('id');
    const state = objectOf(await call(`GET /v1/runs/${runId}/graph?format=json`));
    expect(state['nodes']).toEqual(
      expect.arrayContaining([
        { id: '/do/1/shout', name: 'shout', kind: 'set', parent: null, status: 'completed' },
      ]),
    );
    const colored = await call(`GET /v1/runs/${runId}/graph?format=mermaid`);
    expect(colored.body).toEqual(expect.stringContaining('completed'));
    expect((await call(`GET /v1/runs/${runId}/graph?format=svg`)).status).toBe(400);
  });
});

describe('an archived version', () => {
  it(verifies('FLOW-5', 'starts no run, and running ones go on'), async () => {
    const flow = await publish([{ go: { listen: { to: { one: { with: { type: 'go' } } } } } }]);
    const runId = (await start(flow)).text('id');
    await reaches(runId, 'waiting');
    const path = `/v1/workflows/${flow}/versions/1.0.0`;
    expect((await call(`DELETE ${path}`, { as: 'vera:viewer' })).status).toBe(403);
    expect((await call(`DELETE ${path}`)).status).toBe(204);
    expect((await call(`DELETE ${path}`)).status).toBe(204);
    for (const body of [{}, { version: '1.0.0' }])
      expect((await start(flow, null, { body })).status).toBe(422);
    expect((await call(`GET /v1/workflows/${flow}`)).field('latest')).toBeNull();
    expect((await call(`GET ${path}`)).status).toBe(200);
    expect((await call(`POST /v1/runs/${runId}/signals/go`, { json: { n: 1 } })).status).toBe(202);
    expect(await ended(runId)).toMatchObject({ status: 'completed', output: [{ n: 1 }] });
    const parent = await call(`POST /v1/workflows:validate`, {
      json: defineWorkflow('parent', [
        { child: { run: { workflow: { namespace: 'e2e', name: flow, version: '1.0.0' } } } },
      ]),
    });
    expect(parent.body).toMatchObject({ valid: false, problems: [{ pointer: '/do/0/child/run/workflow' }] });
    expect((await run([{ a: { set: { n: 1 } } }]))['status']).toBe('completed');
  });
});
