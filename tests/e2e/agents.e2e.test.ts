// cspell:ignore strin
import { describe, expect, it, jest } from '@jest/globals';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { startAgent } from './agent-stand-in.ts';
import { eventually, type Answer } from './http.ts';
import { createScenario, itemsOf, objectOf, textOf } from './scenario.ts';
import { readStream } from './sse.ts';
import { startStack } from './stack.ts';
import { historyOf } from './temporal.ts';
import { verifies } from './verifies.ts';

jest.setTimeout(60_000);

const { apiUrl, call, name, publish, register, run, start, ended, reaches, steps, events } = createScenario();

const ERRORS = 'https://open-workflow-specification.org/spec/1.0.0/errors';

function callAgent(agent: string, more: JsonObject = {}): JsonObject {
  return { call: 'agent', with: { agent, input: { q: 1 }, ...more } };
}

function pointersOf(answer: Answer): readonly Json[] {
  const errors = answer.field('errors');
  return Array.isArray(errors) ? errors.filter(isObject).map(({ pointer }) => pointer ?? null) : [];
}

describe('the registry of agents', () => {
  it(verifies('AGENT-1', 'registers a version once'), async () => {
    const agent = name('agent');
    const path = `/v1/agents/${agent}/versions/1.0.0`;
    const json = {
      adapter: 'http',
      title: 'Writer',
      config: { endpoint: 'https://agents.example/write', authentication: { bearer: { token: 'hush' } } },
      input: { schema: { type: 'object' } },
    };
    const first = await call(`PUT ${path}`, { json });
    expect([first.status, first.headers.get('location')]).toEqual([201, path]);
    expect(first.body).toMatchObject({
      name: agent,
      version: '1.0.0',
      adapter: 'http',
      config: { endpoint: 'https://agents.example/write', authentication: { bearer: { token: '***' } } },
      timeout: 'PT5M',
      retry: { maxAttempts: 5, initialInterval: 'PT1S', backoff: 2, maxInterval: 'PT1M', nonRetryable: [] },
      effects: 'unknown',
      owner: 'dev|alice',
      capabilities: { streaming: false },
      archivedAt: null,
    });
    const again = await call(`PUT ${path}`, {
      json: { ...json, name: agent, effects: 'unknown' },
      as: 'bob',
    });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = await call(`PUT ${path}`, { json: { ...json, title: 'Editor' } });
    expect([other.status, other.text('detail')]).toEqual([409, expect.stringContaining('other content')]);
    expect((await call(`GET ${path}`)).body).toEqual(first.body);
  });

  it(verifies('AGENT-1', 'tells everything that is wrong with a registration at once'), async () => {
    const put = (json: Json, as = 'alice'): Promise<Answer> =>
      call(`PUT /v1/agents/${name('agent')}/versions/1.0.0`, { json, as });
    const config = await put({
      adapter: 'http',
      version: '2.0.0',
      config: {
        endpoint: 'ftp://agents.example',
        colour: 'red',
        headers: { Host: 'elsewhere', 'x-who': '${ .user + }' },
        method: 'BREW',
        response: { output: '${ .result', usage: { inputTokens: 'many' } },
        authentication: { bearer: { token: '$secrets.token' } },
      },
      output: { schema: { type: 'strin' } },
    });
    expect(config.status).toBe(422);
    expect(new Set(pointersOf(config))).toEqual(
      new Set([
        '/config/authentication/bearer/token',
        '/config/colour',
        '/config/endpoint',
        '/config/headers/Host',
        '/config/headers/x-who',
        '/config/method',
        '/config/response/output',
        '/config/response/usage/inputTokens',
        '/output/schema/type',
        '/version',
      ]),
    );
    const adapter = await put({ adapter: 'fax', config: {} });
    expect([adapter.status, pointersOf(adapter)]).toEqual([422, ['/adapter']]);
    expect(JSON.stringify(adapter.body)).toContain('http');
    const shape = await put({ adapter: 'http', timeout: 'soon', retry: { maxAttempts: 0 }, speed: 9 });
    expect([shape.status, new Set(pointersOf(shape))]).toEqual([
      400,
      new Set(['/config', '/retry/maxAttempts', '/speed', '/timeout']),
    ]);
    expect((await put({ adapter: 'http', config: {} }, 'carl:operator')).status).toBe(403);
  });

  it(verifies('AGENT-2', 'lists, reads and archives'), async () => {
    const agent = await startAgent();
    const first = await register(`${agent.url}/one`, { title: 'Poet of the house' });
    const path = `/v1/agents/${first}`;
    const version = { adapter: 'http', config: { endpoint: `${agent.url}/two` } };
    expect((await call(`PUT ${path}/versions/1.10.0`, { json: version })).status).toBe(201);
    expect((await call(`PUT ${path}/versions/1.2.0`, { json: version })).status).toBe(201);
    const found = itemsOf(await call(`GET /v1/agents?adapter=http&q=${first}`));
    expect(found).toMatchObject([{ name: first, latest: { version: '1.10.0' } }]);
    expect(itemsOf(await call(`GET /v1/agents?adapter=fax`))).toEqual([]);
    const versions = itemsOf(await call(`GET ${path}/versions`));
    expect(versions.map((item) => item['version'])).toEqual(['1.10.0', '1.2.0', '1.0.0']);
    expect((await call(`DELETE ${path}/versions/1.10.0`)).status).toBe(204);
    expect((await call(`DELETE ${path}/versions/1.10.0`)).status).toBe(204);
    expect((await call(`GET ${path}`)).body).toMatchObject({ latest: { version: '1.2.0' } });
    expect((await call(`GET ${path}/versions/1.10.0`)).field('archivedAt')).toEqual(expect.any(String));
    expect((await call(`GET /v1/agents/${name('none')}`)).status).toBe(404);
    expect((await call(`GET ${path}/versions/9.0.0`)).status).toBe(404);
    await agent.stop();
  });

  it(verifies('AGENT-2', 'gives an archived version no new runs, and lets running ones go on'), async () => {
    const agent = await startAgent();
    const archived = await register(`${agent.url}/work`);
    const path = `/v1/agents/${archived}`;
    const tasks = [
      { go: { listen: { to: { one: { with: { type: 'go' } } } } } },
      { work: callAgent(archived) },
    ];
    const workflow = await publish(tasks);
    const runId = (await start(workflow)).text('id');
    await reaches(runId, 'waiting');
    expect((await call(`DELETE ${path}/versions/1.0.0`)).status).toBe(204);
    const refused = await start(workflow);
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([422, expect.stringContaining(archived)]);
    const invoked = await call(`POST ${path}/invocations`, { json: { input: {}, version: '1.0.0' } });
    expect([invoked.status, pointersOf(invoked)]).toEqual([422, ['/version']]);
    expect((await call(`GET ${path}/health`)).status).toBe(404);
    expect(agent.calls).toHaveLength(0);
    expect((await call(`POST /v1/runs/${runId}/signals/go`, { json: {} })).status).toBe(202);
    expect(await ended(runId)).toMatchObject({ status: 'completed', output: { q: 1 } });
    expect(agent.calls).toHaveLength(1);
    await agent.stop();
  });
});

describe('an agent by itself', () => {
  it(verifies('AGENT-3', 'is probed'), async () => {
    const agent = await startAgent();
    const probed = await register(`${agent.url}/ping`);
    const well = await call(`GET /v1/agents/${probed}/health`);
    expect([well.status, well.body]).toEqual([
      200,
      {
        agent: probed,
        version: '1.0.0',
        healthy: true,
        detail: null,
        latencyMs: expect.any(Number),
        checkedAt: expect.any(String),
      },
    ]);
    expect(agent.calls.map(({ method }) => method)).toEqual(['GET']);
    await agent.stop();
    const away = await call(`GET /v1/agents/${probed}/health`);
    expect([away.status, away.field('healthy'), away.field('detail')]).toEqual([
      200,
      false,
      expect.stringContaining('endpoint'),
    ]);
  });

  it(verifies('AGENT-3', 'is called as a run of its own'), async () => {
    const agent = await startAgent(({ body }) => ({ body: { heard: isObject(body) ? body : null } }));
    const invoked = await register(`${agent.url}/talk`, {
      input: { schema: { type: 'object', required: ['say'] } },
    });
    const path = `/v1/agents/${invoked}/invocations`;
    const answer = await call(`POST ${path}`, {
      json: { input: { say: 'hi' }, session: 'talk-7', version: '1' },
      headers: { prefer: 'wait=20' },
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([200, `/v1/runs/${answer.text('id')}`]);
    expect(answer.body).toMatchObject({
      workflow: invoked,
      version: '1.0.0',
      status: 'completed',
      output: { heard: { say: 'hi' } },
      usage: { calls: 1 },
    });
    expect(agent.calls[0]?.runId).toBe(answer.text('id'));
    const wrong = await call(`POST ${path}`, { json: { input: {} } });
    expect([wrong.status, pointersOf(wrong)]).toEqual([422, ['/input']]);
    expect((await call(`POST ${path}`, { json: { input: {} }, as: 'vera:viewer' })).status).toBe(403);
    await agent.stop();
  });

  it(verifies('AGENT-3', 'streams the events of its invocation'), async () => {
    const agent = await startAgent();
    const invoked = await register(`${agent.url}/talk`);
    const key = { 'idempotency-key': name('key') };
    const invoke = (): Promise<Answer> =>
      call(`POST /v1/agents/${invoked}/invocations`, { json: { input: [1] }, headers: key });
    const accepted = await invoke();
    expect(accepted.status).toBe(202);
    const frames = await readStream(`${apiUrl}/v1/runs/${accepted.text('id')}/events`, {});
    const types = frames.map(({ event }) => event);
    expect([types[0], types.at(-1)]).toEqual(['run.started', 'run.completed']);
    expect(types).toContain('agent.usage');
    const again = await invoke();
    expect([again.text('id'), again.headers.get('idempotency-replayed')]).toEqual([
      accepted.text('id'),
      'true',
    ]);
    expect(agent.effects).toHaveLength(1);
    await agent.stop();
  });
});

describe('deliveries to agents', () => {
  it(verifies('AGENT-4', 'end in the problem of the agent when the attempts are used up'), async () => {
    const agent = await startAgent(() => ({ status: 503, body: { sorry: 'overloaded' } }));
    const busy = await register(`${agent.url}/busy`, {
      retry: { maxAttempts: 3, initialInterval: 'PT0.02S' },
    });
    const faulted = await run([{ think: callAgent(busy) }]);
    expect(faulted).toMatchObject({
      status: 'faulted',
      error: { type: `${ERRORS}/communication`, status: 503, instance: '/do/0/think' },
    });
    expect(JSON.stringify(faulted['error'])).toContain('overloaded');
    expect(agent.calls).toHaveLength(3);
    expect(new Set(agent.calls.map(({ key }) => key)).size).toBe(1);
    const [step] = await steps(textOf(faulted, 'id'));
    expect(step).toMatchObject({ status: 'faulted', attempt: 3, attempts: [{}, {}, { attempt: 3 }] });
    await agent.stop();
  });

  it(verifies('AGENT-4', 'are not tried again where that is said or useless'), async () => {
    const agent = await startAgent(({ path }) => ({ status: path === '/never' ? 503 : 400, body: 'no' }));
    const never = await register(`${agent.url}/never`, {
      retry: { nonRetryable: [`${ERRORS}/communication`], initialInterval: 'PT0.02S' },
    });
    expect(await run([{ think: callAgent(never) }])).toMatchObject({
      status: 'faulted',
      error: { status: 503 },
    });
    const wrong = await register(`${agent.url}/wrong`, { retry: { initialInterval: 'PT0.02S' } });
    expect(await run([{ think: callAgent(wrong) }])).toMatchObject({
      status: 'faulted',
      error: { status: 400, instance: '/do/0/think' },
    });
    expect(agent.callsTo('/never')).toHaveLength(1);
    expect(agent.callsTo('/wrong')).toHaveLength(1);
    await agent.stop();
  });

  it(
    verifies('AGENT-4', 'wait as long as Retry-After says, and have a key of their own for each visit'),
    async () => {
      const agent = await startAgent((_call, earlier) =>
        earlier === 0 ? { status: 429, body: {}, headers: { 'retry-after': '1' } } : { body: { ok: true } },
      );
      const limited = await register(`${agent.url}/limited`, { retry: { initialInterval: 'PT0.02S' } });
      const twice = await run([
        { first: { set: { n: 0 } } },
        { ask: callAgent(limited, { input: { n: '${ .n }' } }) },
        { more: { set: '${ { n: ($context + 1) } }', export: { as: '($context // 0) + 1' } } },
        { back: { switch: [{ again: { when: '$context < 2', then: 'ask' } }] } },
      ]);
      expect(twice['status']).toBe('completed');
      const asked = agent.calls.map(({ key }) => key);
      expect(asked).toHaveLength(3);
      expect([asked[0] === asked[1], asked[1] === asked[2]]).toEqual([true, false]);
      const list = await events(textOf(twice, 'id'));
      const retrying = list.find(({ type }) => type === 'step.retrying');
      const [at, nextAttemptAt] = ['at', 'nextAttemptAt'].map((key) =>
        Date.parse(textOf(retrying ?? {}, key)),
      );
      const waited = (nextAttemptAt ?? 0) - (at ?? 0);
      expect(waited).toBeGreaterThan(900);
      await agent.stop();
    },
  );

  it(verifies('AGENT-4', 'are local activities only where repeating is harmless'), async () => {
    const agent = await startAgent();
    const timeout = 'PT5S';
    const pure = await register(`${agent.url}/pure`, { effects: 'none', timeout });
    const careful = await register(`${agent.url}/careful`, { effects: 'unknown', timeout });
    const both = await run([{ pure: callAgent(pure) }]);
    const local = (await historyOf(both)).filter((event) => event.activityTaskScheduledEventAttributes);
    expect(local).toEqual([]);
    expect(
      (await historyOf(both)).filter((event) => event.markerRecordedEventAttributes).length,
    ).toBeGreaterThan(0);
    const scheduled = (await historyOf(await run([{ careful: callAgent(careful) }]))).filter(
      (event) => event.activityTaskScheduledEventAttributes,
    );
    expect(scheduled.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name)).toEqual([
      'invokeAgent',
    ]);
    await agent.stop();
  });
});

describe('egress', () => {
  const DENIED = [
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fe80::1]/',
    'http://192.168.1.1/',
    'http://0.0.0.0/',
    'http://2852039166/',
  ];

  it(verifies('AGENT-5', 'reaches no link-local and no private address'), async () => {
    const denied = await Promise.all(
      DENIED.map(async (endpoint) => {
        const agent = await register(endpoint, { retry: { maxAttempts: 5, initialInterval: 'PT1M' } });
        const called = await run([{ reach: callAgent(agent) }]);
        const fetched = await run([{ reach: { call: 'http', with: { method: 'get', endpoint } } }]);
        const { healthy } = objectOf(await call(`GET /v1/agents/${agent}/health`));
        return { called, fetched, healthy };
      }),
    );
    const error = { type: `${ERRORS}/authorization`, status: 403, instance: '/do/0/reach' };
    const refused = { status: 'faulted', error };
    const expected = DENIED.map(() => ({ called: refused, fetched: refused, healthy: false }));
    expect(denied).toMatchObject(expected);
  });

  it(verifies('AGENT-5', 'follows no agent to another address'), async () => {
    const agent = await startAgent(() => ({ status: 302, body: {}, headers: { location: DENIED[0] ?? '' } }));
    const sly = await register(`${agent.url}/sly`);
    expect(await run([{ reach: callAgent(sly) }])).toMatchObject({
      status: 'faulted',
      error: { status: 302, instance: '/do/0/reach' },
    });
    const fetched = await run([
      { reach: { call: 'http', with: { method: 'get', endpoint: `${agent.url}/sly`, redirect: true } } },
    ]);
    expect(fetched['status']).toBe('faulted');
    expect(agent.calls).toHaveLength(2);
    await agent.stop();
  });

  it(verifies('AGENT-5', 'reaches loopback in the local profile only'), async () => {
    const stack = await startStack({ env: { BATON_EGRESS_LOOPBACK: 'false' } });
    const own = createScenario(stack.apiUrl);
    const agent = await startAgent();
    const near = await own.register(`${agent.url}/near`);
    expect(await own.run([{ reach: callAgent(near) }])).toMatchObject({
      status: 'faulted',
      error: { type: `${ERRORS}/authorization`, instance: '/do/0/reach' },
    });
    await eventually(
      async () => objectOf(await own.call(`GET /v1/agents/${near}/health`)),
      ({ healthy }) => healthy === false,
    );
    expect(agent.calls).toHaveLength(0);
    await agent.stop();
    await stack.stop();
  });
});
