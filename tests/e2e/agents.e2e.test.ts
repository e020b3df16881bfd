// cspell:ignore strin
import { describe, expect, it } from '@jest/globals';
import { isObject, type Json } from '@baton/core';
import { startAgent } from './agent-stand-in.ts';
import type { Answer } from './http.ts';
import { callAgent, createScenario, itemsOf } from './scenario.ts';
import { readStream } from './sse.ts';
import { verifies } from './verifies.ts';

const { apiUrl, call, name, publish, register, start, ended, reaches } = createScenario();

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
      capabilities: { streaming: true, pauses: false },
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
        circuit: { state: 'closed', since: null, retryAt: null },
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
