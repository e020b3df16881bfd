import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../json-codec.ts';
import type { JsonObject } from '../json.ts';
import { problemsOf, taskOf } from './definition.fixture.ts';

const http = (more: object): never | object => ({
  call: 'http',
  with: { method: 'get', endpoint: 'https://x.org/', ...more },
});
const problemsOfCall = (task: object): readonly string[] => problemsOf(parseJson(JSON.stringify(task)));

describe('call', () => {
  it('refuses what is not here by name', () => {
    for (const name of [
      'grpc',
      'openapi',
      'asyncapi',
      'a2a',
      'mcp',
      'https://x.org/f.yaml',
      'agent:2.0.0@default',
    ]) {
      const [problem] = problemsOf({ call: name, with: {} });
      expect(problem).toMatch(
        name.startsWith('agent')
          ? '/call No function is called "agent:2.0.0@default"; did you mean "agent:1.0.0@default"?'
          : `/call call ${name} is not available in this version of Baton; available calls: http, agent, human.`,
      );
    }
  });

  it('needs a function and arguments', () => {
    expect(problemsOf({ call: 'htpp' })).toEqual([
      '/call No function is called "htpp"; did you mean "http"?',
    ]);
    expect(problemsOf({ call: 'toString' })[0]).toMatch(/not available/);
    expect(problemsOf({ call: 1 })).toEqual(['/call "call" must be text, not 1: put it in quotes.']);
    expect(problemsOf({ call: 'human' })).toEqual([' A call of human needs "with": add its arguments.']);
    expect(problemsOf({ call: 'http', with: 'x' })[0]).toMatch(
      /^\/with The arguments of call http must be an object/,
    );
    expect(problemsOf({ call: 'agent', with: 'x' })[0]).toMatch(
      /^\/with The arguments of call agent must be an object/,
    );
    expect(problemsOf({ call: 'human', with: 'x' })[0]).toMatch(
      /^\/with The arguments of call human must be an object/,
    );
  });
});

describe('call http', () => {
  it('reads a request', () => {
    const task = {
      call: 'http',
      with: {
        method: 'post',
        endpoint: {
          uri: 'https://x.org/pets/{petId}?a={b}',
          authentication: { basic: { username: '${ .u }', password: 'p' } },
        },
        headers: { 'X-Trace': '${ $workflow.id }' },
        query: '${ .query }',
        body: { text: 'Hello, ${ .name }!' },
        output: 'response',
        redirect: true,
      },
    };
    expect(taskOf(task)).toMatchObject({
      kind: 'call-http',
      with: {
        method: 'POST',
        endpoint: 'https://x.org/pets/{petId}?a={b}',
        authentication: { kind: 'basic', username: '${ .u }', password: 'p' },
        headers: { 'X-Trace': '${ $workflow.id }' },
        query: '${ .query }',
        body: { text: 'Hello, ${ .name }!' },
        output: 'response',
        redirect: true,
      },
    });
    expect(taskOf({ call: 'http', with: { method: 'GET', endpoint: '${ .uri }' } })).toMatchObject({
      with: { endpoint: '${ .uri }', output: 'content', redirect: false },
    });
  });

  it('checks method and endpoint', () => {
    expect(problemsOfCall(http({ method: 'fetch' }))).toEqual([
      '/with/method "method" cannot be "FETCH"; known: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS.',
    ]);
    expect(problemsOfCall({ call: 'http', with: {} })).toEqual([
      '/with The arguments of call http needs "method": add it.',
      '/with The arguments of call http needs "endpoint": add it.',
    ]);
    expect(problemsOfCall(http({ endpoint: 'https://x.org/${ .id }' }))).toEqual([
      '/with/endpoint An endpoint has {name} for a member of the input, or is one ${ … } expression as a whole.',
    ]);
    expect(problemsOfCall(http({ endpoint: '/pets' }))[0]).toMatch(/must be an absolute http or https URI/);
    expect(problemsOfCall(http({ endpoint: 'https://x.org/{?q}' }))).toEqual([
      '/with/endpoint An endpoint may have variables such as {orderId}, and no other braces or spaces: correct it.',
    ]);
    expect(problemsOfCall(http({ endpoint: 5 }))).toEqual([
      '/with/endpoint "endpoint" must be text, not 5: put it in quotes.',
    ]);
    expect(problemsOfCall(http({ endpoint: {} }))).toEqual([
      '/with/endpoint An endpoint needs "uri": add it.',
    ]);
    expect(problemsOfCall(http({ endpoint: '${ $foo }' }))[0]).toMatch(
      /^\/with\/endpoint \$foo is not defined/,
    );
  });

  it('checks headers, query, output and body', () => {
    expect(
      problemsOfCall(
        http({ headers: { 'a b': 'x', n: 1 }, query: { '': 'x' }, output: 'contents', redirect: 1 }),
      ),
    ).toEqual([
      '/with/headers/a b "a b" cannot be a name in "headers": correct it.',
      '/with/headers/n "n" must be text, not 1: write it in quotes, or as ${ … }.',
      '/with/query/ "" cannot be a name in "query": correct it.',
      '/with/output "output" cannot be "contents"; did you mean "content"?',
      '/with/redirect "redirect" must be true or false, not 1.',
    ]);
    expect(
      problemsOfCall(
        http({ headers: 'x', query: [], output: 1, authentication: {}, body: ['${ .a', '${}'] }),
      ),
    ).toEqual([
      '/with/authentication The authentication of call http stands under "endpoint", beside its "uri": move it.',
      '/with/headers "headers" must be an object of texts or one ${ … } expression.',
      '/with/query "query" must be an object of names and values, not a list.',
      '/with/output "output" must be one of content, response, raw, not 1.',
      '/with/body/0 The expression that begins at character 1 is never closed: add the "}" that ends it.',
      '/with/body/1 The expression is empty: write "." for the whole value.',
    ]);
    expect(problemsOfCall(http({ headers: { a: 'Bearer ${ .t }', b: 'x ${ .t | }' } }))).toEqual([
      '/with/headers/b Not valid jq at line 1, column 7 of the expression: Unexpected end of the program.',
    ]);
  });
});

describe('authentication', () => {
  const withAuthentication = (authentication: unknown): object =>
    http({ endpoint: { uri: 'https://x.org', authentication } });

  it('takes basic, bearer and names', () => {
    const task = parseJson(JSON.stringify(withAuthentication({ use: 'shop' })));
    const use = { authentications: { shop: { bearer: { token: '${ .token }' } } } };
    expect(taskOf(task, { use })).toMatchObject({
      with: { authentication: { kind: 'bearer', token: '${ .token }' } },
    });
  });

  it('says what is wrong with others', () => {
    const at = '/with/endpoint/authentication';
    expect(problemsOfCall(withAuthentication('shop'))).toEqual([
      `${at} An authentication must be an object, not text: write { use: name }, { basic: … } or { bearer: … }.`,
    ]);
    expect(problemsOfCall(withAuthentication({ use: 'shop' }))).toEqual([
      `${at}/use use.authentications has no "shop"; declare it there.`,
    ]);
    expect(problemsOfCall(withAuthentication({ use: 5, basic: {} }))).toEqual([
      `${at}/basic Unknown key "basic" in a reference to an authentication; known: use.`,
      `${at}/use This must be a name declared under use.authentications, not 5.`,
    ]);
    expect(problemsOfCall(withAuthentication({ digest: {}, oauth2: {}, oidc: {} }))).toEqual([
      `${at}/digest authentication digest is not available in this version of Baton; available authentications: basic, bearer.`,
      `${at}/oauth2 authentication oauth2 is not available in this version of Baton; available authentications: basic, bearer.`,
      `${at}/oidc authentication oidc is not available in this version of Baton; available authentications: basic, bearer.`,
    ]);
    expect(problemsOfCall(withAuthentication({}))).toEqual([
      `${at} An authentication needs "basic" or "bearer": add one.`,
    ]);
    expect(problemsOfCall(withAuthentication({ basic: {}, bearer: {} }))).toEqual([
      `${at} An authentication is either basic or bearer: remove one.`,
    ]);
    expect(problemsOfCall(withAuthentication({ basic: { username: 'u' } }))).toEqual([
      `${at}/basic The authentication "basic" needs "password": add it.`,
    ]);
    expect(problemsOfCall(withAuthentication({ bearer: { use: 'secret' } }))).toEqual([
      `${at}/bearer/use authentication bearer from a secret is not available in this version of Baton; write token.`,
      `${at}/bearer The authentication "bearer" needs "token": add it.`,
    ]);
    expect(
      problemsOfCall(http({ endpoint: { uri: 'https://x.org', authentication: { use: 'a' } } })),
    ).toHaveLength(1);
    expect(problemsOf({ set: { x: 1 } }, { use: { authentications: { a: 5 } } })).toEqual([
      '/use/authentications/a An authentication must be an object (basic, bearer), not 5.',
    ]);
  });
});

describe('call agent', () => {
  it('reads the call of a registered agent', () => {
    const call = {
      agent: 'writer',
      version: '2',
      input: { topic: '${ .topic }' },
      session: '${ $workflow.id }',
      output: { schema: { type: 'object' } },
      return: 'reply',
    };
    expect(taskOf({ call: 'agent', with: call })).toMatchObject({
      kind: 'call-agent',
      with: {
        agent: 'writer',
        version: '2',
        input: { topic: '${ .topic }' },
        session: '${ $workflow.id }',
        outputSchema: { type: 'object' },
        return: 'reply',
      },
    });
    expect(
      taskOf({ call: 'agent', with: { agent: 'writer', output: { schema: { document: true } } } }),
    ).toMatchObject({
      with: { input: null, outputSchema: true, return: 'output' },
    });
  });

  it('reads who answers when the agent pauses, by default everyone with the role approver', () => {
    const pausesOf = (more: JsonObject): unknown =>
      taskOf({ call: 'agent', with: { agent: 'writer', ...more } });
    const policy = { mode: 'any', candidates: { users: [], roles: ['approver'] }, excludeRequester: true };
    expect(pausesOf({})).toMatchObject({ with: { pauses: { policy } } });
    const given = { policy: { candidates: { users: ['ada'] } }, priority: 1, due: 'PT1H', expires: 'P1D' };
    expect(pausesOf({ pauses: given })).toMatchObject({
      with: { pauses: { policy: { candidates: { users: ['ada'] } }, priority: 1 } },
    });
    const wrong = [5, { policy: 5 }, { onReject: 'raise' }];
    expect(
      wrong.flatMap((pauses) => problemsOf({ call: 'agent', with: { agent: 'a', pauses } })),
    ).toHaveLength(3);
  });

  it('says what is wrong', () => {
    expect(problemsOf({ call: 'agent', with: { budget: {}, approval: {}, agnet: 'x' } })).toEqual([
      '/with/budget The budget of call agent is not available in this version of Baton.',
      '/with/approval The approval of call agent is not available in this version of Baton; put a call human before it.',
      '/with/agnet Unknown key "agnet" in the arguments of call agent; did you mean "agent"?',
    ]);
    expect(
      problemsOf({ call: 'agent', with: { agent: 'a b', version: 'newest', session: 1, return: 'all' } }),
    ).toEqual([
      '/with/agent "agent" cannot be "a b": write the name of a registered agent.',
      '/with/version "version" cannot be "newest": write a version such as 2.1.0, or a range such as 2, 2.1, ^2.1.0 or ~2.1.',
      '/with/session "session" must be text, not 1: write it in quotes, or as ${ … }.',
      '/with/return "return" cannot be "all"; known: output, reply.',
    ]);
    expect(
      problemsOf({ call: 'agent', with: { agent: 'a', version: 2, input: 'Write on ${ .x }', output: 1 } }),
    ).toEqual([
      '/with/version "version" must be text, not 2: put it in quotes.',
      '/with/input A text with an expression inside it is not evaluated here: make the whole text one expression, such as ${ "Hello, \\(.name)" }.',
      '/with/output The block "output" must be an object (schema), not 1.',
    ]);
  });
});
