// cspell:ignore sett strin
import { describe, expect, it } from '@jest/globals';
import { isObject, type JsonObject } from '@baton/core';
import type { Answer } from './http.ts';
import { createScenario, defineWorkflow, itemsOf, objectOf } from './scenario.ts';
import { verifies } from './verifies.ts';

const { call, name, publish, start, run, ended, reaches } = createScenario();

const YAML = { 'content-type': 'application/yaml' };

/** What is wrong: where, in which line and column, and what the sentence must say. */
const MISTAKES = [
  ['/document/dsl', 2, 3, 'write 1.0.3'],
  ['/document/name', 4, 3, 'use 1 to 63 letters, digits and hyphens'],
  ['/document/version', 5, 3, 'write a semantic version'],
  ['/input/schema/document/type', 9, 17, 'did you mean "string"'],
  ['/do/0/first/sett', 12, 7, 'did you mean "set"'],
  ['/do/1/second/set/n', 15, 9, 'Not valid jq at line 1, column 7'],
  ['/do/1/second/then', 16, 7, 'known: first, second'],
  ['/do/2/third/wait', 18, 7, 'write an ISO 8601 duration'],
  ['/do/3/fourth/with/agent', 22, 9, 'register it first'],
  ['/do/3/fourth/with/inputs', 23, 9, 'did you mean "input"'],
  ['/do/4/fifth/set/key', 25, 14, '$secrets is not available'],
  ['/do/5/sixth/run/shell', 27, 14, 'available: run workflow'],
  ['/do/6/seventh/with/policy', 32, 9, 'say how many people must approve'],
  ['/do/7/first', 33, 5, 'rename one'],
  ['/do/7/first/raise/error/status', 34, 59, 'a whole number from 100 to 599'],
] as const;

const MISTAKEN = `document:
  dsl: 2.0.0
  namespace: e2e
  name: Many Mistakes
  version: one
input:
  schema:
    format: json
    document: { type: strin }
do:
  - first:
      sett: { a: 1 }
  - second:
      set:
        n: '\${ .a + }'
      then: nowhere
  - third:
      wait: 5 minutes
  - fourth:
      call: agent
      with:
        agent: nobody-registered
        inputs: {}
  - fifth:
      set: { key: '\${ $secrets.key }' }
  - sixth:
      run: { shell: { command: ls } }
  - seventh:
      call: human
      with:
        title: May it?
        policy: { mode: quorum, candidates: { roles: [editor] } }
  - first:
      raise: { error: { type: 'https://errors.example/x', status: 42 } }
`;

const expectedProblems = MISTAKES.map(([pointer, line, column]) => [pointer, line, column]);

function problemsIn(answer: Answer, field: 'problems' | 'errors'): readonly JsonObject[] {
  const list = answer.field(field);
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function placesOf(problems: readonly JsonObject[]): readonly unknown[] {
  return problems.map(({ pointer, line, column }) => [pointer, line, column]);
}

describe('a definition', () => {
  it(verifies('FLOW-1', 'is told all its mistakes at once, each with its place and the fix'), async () => {
    const checked = await call('POST /v1/workflows:validate', { raw: MISTAKEN, headers: YAML });
    expect([checked.status, checked.field('valid')]).toEqual([200, false]);
    const problems = problemsIn(checked, 'problems');
    expect(placesOf(problems)).toEqual(expectedProblems);
    expect(problems.map(({ message }) => message)).toEqual(
      MISTAKES.map(([, , , fix]) => expect.stringContaining(fix)),
    );
    const published = await call(`PUT /v1/workflows/${name('flow')}/versions/1.0.0`, {
      raw: MISTAKEN,
      headers: YAML,
    });
    expect([published.status, published.headers.get('content-type')]).toEqual([
      422,
      'application/problem+json; charset=utf-8',
    ]);
    expect(placesOf(problemsIn(published, 'errors'))).toEqual(expectedProblems);
  });

  it(verifies('FLOW-1', 'that cannot be read names line and column'), async () => {
    const yaml = await call('POST /v1/workflows:validate', { raw: 'document: {\ndo: [', headers: YAML });
    expect([yaml.field('valid'), placesOf(problemsIn(yaml, 'problems'))]).toEqual([
      false,
      expect.arrayContaining([['', 2, 6]]),
    ]);
    const json = await call('POST /v1/workflows:validate', {
      raw: '{"document": {\n  "dsl": }}',
      headers: { 'content-type': 'application/json' },
    });
    expect([json.status, problemsIn(json, 'errors')]).toMatchObject([400, [{ pointer: '', line: 2 }]]);
    const twice = await call('POST /v1/workflows:validate', {
      raw: 'document: { dsl: 1.0.3 }\ndocument: {}\ndo: []\n',
      headers: YAML,
    });
    expect(placesOf(problemsIn(twice, 'problems'))).toContainEqual(['/document', 2, 1]);
    const right = await call('POST /v1/workflows:validate', {
      json: defineWorkflow('fine', [{ a: { set: { n: 1 } } }]),
    });
    expect(right.body).toEqual({ valid: true, problems: [] });
  });

  it(verifies('FLOW-2', 'is published once, with its author'), async () => {
    const flow = name('flow');
    const path = `/v1/workflows/${flow}/versions/1.0.0`;
    const definition = defineWorkflow(flow, [{ a: { set: { n: 1 } } }]);
    const first = await call(`PUT ${path}`, { json: definition, as: 'ann:author' });
    expect([first.status, first.headers.get('location')]).toEqual([201, path]);
    expect(first.body).toEqual({
      name: flow,
      namespace: 'e2e',
      version: '1.0.0',
      title: null,
      author: 'dev|ann',
      publishedAt: expect.any(String),
      archivedAt: null,
    });
    // The same content: keys in another order, as YAML, by somebody else.
    const raw = `do: [{ a: { set: { n: 1 } } }]\ndocument: { version: 1.0.0, name: ${flow}, namespace: e2e, dsl: 1.0.3 }`;
    const again = await call(`PUT ${path}`, { raw, headers: YAML, as: 'ben:author' });
    expect([again.status, again.field('author')]).toEqual([200, 'dev|ann']);
    const other = await call(`PUT ${path}`, { json: defineWorkflow(flow, [{ a: { set: { n: 2 } } }]) });
    expect([other.status, other.text('detail')]).toEqual([409, expect.stringContaining('other content')]);
    const elsewhere = await call(`PUT /v1/workflows/${flow}/versions/2.0.0`, {
      json: {
        document: { dsl: '1.0.3', namespace: 'elsewhere', name: flow, version: '2.0.0' },
        do: [{ a: { set: { n: 1 } } }],
      },
    });
    expect([elsewhere.status, elsewhere.text('detail')]).toEqual([409, expect.stringContaining('"e2e"')]);
    const misnamed = await call(`PUT /v1/workflows/${name('flow')}/versions/1.2.0`, { json: definition });
    expect([misnamed.status, problemsIn(misnamed, 'errors').map(({ pointer }) => pointer)]).toEqual([
      422,
      ['/document/name', '/document/version'],
    ]);
    expect((await call(`GET /v1/workflows/${flow}`)).body).toMatchObject({
      name: flow,
      namespace: 'e2e',
      latest: { version: '1.0.0', author: 'dev|ann' },
      channels: [{ channel: 'default', versions: [{ version: '1.0.0', weight: 100 }] }],
    });
    expect(itemsOf(await call(`GET /v1/workflows?q=${flow}`)).map((item) => item['name'])).toEqual([flow]);
  });
});

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
