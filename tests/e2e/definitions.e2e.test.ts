// cspell:ignore sett strin
import { describe, expect, it } from '@jest/globals';
import { isObject, type JsonObject } from '@baton/core';
import type { Answer } from './http.ts';
import { createScenario, defineWorkflow, itemsOf } from './scenario.ts';
import { verifies } from './verifies.ts';

const { call, name } = createScenario();

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
