import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createApiFixture, type ApiFixture, type CallOptions } from '../api-fixture.ts';

let fixture: ApiFixture;
beforeAll(async () => {
  fixture = await createApiFixture();
  const definition = {
    document: { dsl: '1.0.3', namespace: 'tests', name: 'greet', version: '1.0.0' },
    input: {
      schema: {
        format: 'json',
        document: { type: 'object', required: ['who'], properties: { who: { type: 'string' } } },
      },
    },
    do: [{ hello: { set: { text: '${ "Hello " + .who }' } } }],
  };
  await fixture.call('PUT', '/v1/workflows/greet/versions/1.0.0', { body: definition });
});
beforeEach(() => {
  fixture.gateway.state = 'there';
});
afterAll(() => fixture.stop());

const USAGE = { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 0, toolCalls: 0 };
const start = (body: unknown = { input: { who: 'Bo' } }, options: CallOptions = {}) =>
  fixture.call('POST', '/v1/workflows/greet/runs', { body, ...options });
const started = async (body?: unknown): Promise<string> => (await start(body)).id;
const complete = (id: string, output: string) =>
  fixture.tell(id, [
    { type: 'run.started', input: { who: 'Bo' } },
    { type: 'run.completed', output, usage: USAGE },
  ]);

describe('starting a run', () => {
  it('accepts it, starts it in Temporal and says where it is', async () => {
    const reply = await start({ input: { who: 'Bo' }, tags: { team: 'a' }, priority: 2 });
    expect(reply.status).toBe(202);
    const id = reply.id;
    expect(reply.headers.get('location')).toBe(`/v1/runs/${id}`);
    expect(reply.json).toEqual({
      id,
      workflow: 'greet',
      version: '1.0.0',
      status: 'pending',
      stalled: false,
      input: { who: 'Bo' },
      output: null,
      error: null,
      startedAt: null,
      endedAt: null,
      createdAt: expect.any(String),
      requester: 'dev|ann',
      tags: { team: 'a' },
      priority: 2,
      parent: null,
      forkedFrom: null,
      waitingFor: [],
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 0, byAgent: {} },
      budget: null,
      links: {
        self: `/v1/runs/${id}`,
        events: `/v1/runs/${id}/events`,
        steps: `/v1/runs/${id}/steps`,
        temporal: `http://127.0.0.1:8233/namespaces/default/workflows/${fixture.scope.workspaceId}.${id}`,
      },
    });
    expect(fixture.gateway.started.at(-1)).toMatchObject({ runId: id, requester: 'dev|ann', priority: 2 });
  });

  it('refuses what cannot run, with pointers', async () => {
    const wrong = await start({ input: { who: 1 } });
    expect([wrong.status, wrong.json['errors']]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/input/who' })],
    ]);
    expect((await start({ input: {}, version: '9.9.9' })).json['errors']).toEqual([
      expect.objectContaining({ pointer: '/version' }),
    ]);
    expect((await start({ input: {}, channel: 'canary' })).status).toBe(422);
    const unknown = await start({ input: { who: 'a' }, budget: { costUsd: 1 } });
    expect([unknown.status, unknown.json['errors']]).toEqual([
      400,
      [expect.objectContaining({ pointer: '/budget' })],
    ]);
    expect(
      (
        await fixture.call('POST', '/v1/workflows/nobody/runs', {
          raw: '{',
          headers: { 'Content-Type': 'application/json' },
        })
      ).status,
    ).toBe(404);
    expect((await start(undefined, { as: 'vic:viewer' })).status).toBe(403);
    expect((await start({ input: { who: 'x'.repeat(1024 * 1024) } })).status).toBe(413);
  });

  it('happens once for one Idempotency-Key, however many ask', async () => {
    const before = fixture.gateway.started.length;
    const headers = { 'Idempotency-Key': '"one"' };
    const replies = await Promise.all(Array.from({ length: 20 }, () => start(undefined, { headers })));
    expect(replies.filter(({ status }) => status !== 202 && status !== 409)).toEqual([]);
    expect(fixture.gateway.started.length).toBe(before + 1);
    const again = await start(undefined, { headers });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect(again.headers.get('location')).toBe(`/v1/runs/${again.id}`);
    expect((await start({ input: { who: 'Cy' } }, { headers })).status).toBe(422);
    expect((await start(undefined, { headers: { 'Idempotency-Key': 'two words' } })).status).toBe(400);
  });

  it('answers 503 before the insert while Temporal is known to be away, and 202 when a start fails after it', async () => {
    fixture.gateway.state = 'open';
    const refused = await start();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    fixture.gateway.state = 'failing';
    const accepted = await start();
    expect([accepted.status, accepted.json['status']]).toEqual([202, 'pending']);
    expect((await fixture.call('GET', `/v1/runs/${accepted.id}`)).status).toBe(200);
  });

  it('holds the answer for a client that prefers to wait, and gives the finished run', async () => {
    const waiting = start(undefined, {
      headers: { Prefer: 'respond-async, wait=20', 'Idempotency-Key': 'wait-1' },
    });
    const id = await new Promise<string>((resolve) => {
      const look = (): void => {
        const last = fixture.gateway.started.at(-1);
        if (last !== undefined && last.input !== null && fixture.gateway.started.length > known)
          resolve(last.runId);
        else setTimeout(look, 5);
      };
      const known = fixture.gateway.started.length;
      look();
    });
    await complete(id, 'Hello Bo');
    const reply = await waiting;
    expect([reply.status, reply.json['status'], reply.json['output']]).toEqual([
      200,
      'completed',
      'Hello Bo',
    ]);
    expect(reply.headers.get('preference-applied')).toBe('wait=20');
  });
});

describe('reading runs', () => {
  it('lists them by filters', async () => {
    const id = await started({ input: { who: 'Dee' }, tags: { team: 'blue', kind: 'x:y' } });
    const list = async (query: string) => {
      const reply = await fixture.call('GET', `/v1/runs?${query}`);
      return { status: reply.status, ids: reply.ids };
    };
    expect((await list('tag=team:blue&tag=kind:x:y')).ids).toEqual([id]);
    expect((await list('tag=team:red')).ids).toEqual([]);
    expect((await list(`q=${id.slice(0, 20)}&status=pending,running`)).ids).toContain(id);
    expect((await list('status=completed&tag=team:blue')).ids).toEqual([]);
    expect((await list('status=finished')).status).toBe(400);
    expect((await list('tag=team')).status).toBe(400);
    expect((await list('q=%00')).status).toBe(400);
    expect((await list('startedAfter=yesterday')).status).toBe(400);
  });

  it('gives 404 for malformed and unknown ids and other workspaces', async () => {
    const id = await started();
    for (const path of ['/v1/runs/nonsense', '/v1/runs/0190a000-0000-7000-8000-000000000000', '/v1/runs/%ff'])
      expect((await fixture.call('GET', path)).status).toBe(404);
    expect(
      (await fixture.call('GET', `/v1/runs/${id}`, { headers: { 'Baton-Workspace': 'other' } })).status,
    ).toBe(404);
  });

  it('gives the tree of steps and the coloured graph', async () => {
    const id = await started();
    const step = { id: 1, parent: 0, path: '/do/0/hello', name: 'hello', kind: 'set', attempt: 1 };
    await fixture.tell(id, [
      { type: 'run.started', input: null },
      { type: 'step.started', step, input: { who: 'Bo' } },
      { type: 'step.completed', step, output: { text: 'Hello Bo' } },
    ]);
    const steps = await fixture.call('GET', `/v1/runs/${id}/steps`);
    expect(steps.json).toMatchObject({
      steps: [{ id: 1, path: '/do/0/hello', status: 'completed', output: { text: 'Hello Bo' }, steps: [] }],
    });
    const graph = await fixture.call('GET', `/v1/runs/${id}/graph`);
    expect(graph.json).toMatchObject({
      nodes: expect.arrayContaining([expect.objectContaining({ id: '/do/0/hello', status: 'completed' })]),
    });
  });
});

describe('controlling runs', () => {
  const post = (id: string, verb: string, options: CallOptions = {}) =>
    fixture.call('POST', `/v1/runs/${id}/${verb}`, options);

  it('sends cancel, suspend, resume and signals to Temporal', async () => {
    const id = await started();
    expect((await post(id, 'suspend')).status).toBe(202);
    expect((await post(id, 'resume')).status).toBe(409);
    expect((await post(id, 'cancel', { body: { reason: 'enough' } })).status).toBe(202);
    const signal = await post(id, 'signals/order.paid', { body: { total: 3 } });
    expect([signal.status, signal.json['event']]).toEqual([
      202,
      expect.objectContaining({ type: 'order.paid', data: { total: 3 }, specversion: '1.0' }),
    ]);
    expect(fixture.gateway.messages.filter((message) => message.endsWith(id))).toEqual([
      `suspend ${id}`,
      `cancel enough ${id}`,
      `signal "order.paid" ${id}`,
    ]);
  });

  it('keeps messages in the outbox while Temporal is away', async () => {
    const id = await started();
    fixture.gateway.state = 'open';
    expect((await post(id, 'cancel')).status).toBe(202);
    fixture.gateway.state = 'failing';
    expect((await post(id, 'signals/go', { body: 1 })).status).toBe(202);
    const due = await fixture.store.outbox.takeDue({ limit: 50 });
    expect(due.map(({ kind }) => kind)).toEqual(['cancel', 'signal']);
  });

  it('ends a terminated run at once, and refuses everything afterwards', async () => {
    const id = await started();
    const reply = await post(id, 'terminate', { body: { reason: 'stuck' } });
    expect([reply.status, reply.json['status'], reply.json['error']]).toEqual([
      202,
      'canceled',
      expect.objectContaining({ type: 'urn:baton:problem:terminated' }),
    ]);
    for (const verb of ['cancel', 'terminate', 'suspend', 'resume', 'signals/go'])
      expect((await post(id, verb)).status).toBe(409);
  });
});

describe('rehearsing', () => {
  it('gives steps and result without any effect', async () => {
    const before = fixture.gateway.started.length;
    const reply = await fixture.call('POST', '/v1/workflows/greet/dry-runs', {
      body: { input: { who: 'Eve' }, mocks: {} },
    });
    expect(reply.json).toMatchObject({
      status: 'completed',
      output: { text: 'Hello Eve' },
      error: null,
      steps: [{ name: 'hello', status: 'completed' }],
    });
    expect(fixture.gateway.started.length).toBe(before);
  });
});
