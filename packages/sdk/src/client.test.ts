import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient, type Client } from './client.ts';
import { BatonError } from './error.ts';
import { json, startLoopback, type Loopback } from './loopback-fixture.ts';

let server: Loopback;
let client: Client;

const ID = '0197a3c2-0000-7000-8000-000000000001';

beforeEach(async () => {
  server = await startLoopback();
  client = createClient({ baseUrl: `${server.url}/`, token: 'dev:ann', workspace: 'press' });
});

afterEach(() => server.stop());

async function refusalOf(work: Promise<unknown>): Promise<BatonError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BatonError)) throw new Error(`Not refused: ${String(error)}`);
  return error;
}

describe('createClient()', () => {
  it('sends token and workspace', async () => {
    server.answer(json(200, { id: ID }));
    await client.runs.get(ID);
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'GET', url: `/v1/runs/${ID}` });
    expect(request?.headers).toMatchObject({ authorization: 'Bearer dev:ann', 'baton-workspace': 'press' });
    expect(request?.headers).not.toHaveProperty('content-type');
  });

  it('starts a run once, and waits when asked to', async () => {
    server.answer(json(200, { id: ID, status: 'completed' }));
    const run = await client.runs.start('a', { input: { n: 1 } }, { idempotencyKey: 'k', waitSeconds: 5 });
    expect(run.status).toBe('completed');
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/workflows/a/runs', body: '{"input":{"n":1}}' });
    expect(request?.headers).toMatchObject({ 'idempotency-key': 'k', prefer: 'wait=5' });
  });

  it('writes filters of lists into the query, lists repeated', async () => {
    server.answer(json(200, { items: [], nextCursor: null }));
    await client.runs.list({ status: ['waiting', 'running'], tag: ['team:a b'], limit: 2 });
    await client.humanTasks.list({ 'due<': '2026-01-31T12:00:00Z' });
    await client.agents.list();
    expect(server.received.map((request) => request.url)).toEqual([
      '/v1/runs?status=waiting&status=running&tag=team%3Aa+b&limit=2',
      '/v1/human-tasks?due%3C=2026-01-31T12%3A00%3A00Z',
      '/v1/agents',
    ]);
  });

  it('publishes text as YAML and a tree as JSON', async () => {
    server.answer(json(201, {}));
    await client.workflows.publish({ name: 'a', version: '1.0.0' }, 'document: {}');
    await client.workflows.publish({ name: 'a', version: '1.0.0' }, { document: {} });
    expect(server.received.map(({ url, headers, body }) => [url, headers['content-type'], body])).toEqual([
      ['/v1/workflows/a/versions/1.0.0', 'application/yaml', 'document: {}'],
      ['/v1/workflows/a/versions/1.0.0', 'application/json', '{"document":{}}'],
    ]);
  });

  it('reads definitions and graphs as text', async () => {
    server.answer((_request, response) => response.end('graph TD'));
    expect(await client.workflows.mermaid({ name: 'a', version: '1.0.0' })).toBe('graph TD');
    expect(await client.workflows.source({ name: 'a', version: '1.0.0' })).toBe('graph TD');
    expect(await client.runs.mermaid(ID)).toBe('graph TD');
    expect(server.received.map(({ url, headers }) => [url, headers.accept])).toEqual([
      ['/v1/workflows/a/versions/1.0.0/graph?format=mermaid', 'text/vnd.mermaid'],
      ['/v1/workflows/a/versions/1.0.0', 'application/yaml'],
      [`/v1/runs/${ID}/graph?format=mermaid`, 'text/vnd.mermaid'],
    ]);
  });

  it('binds the move of a channel to what was read', async () => {
    server.answer(json(200, { channel: 'canary' }, { etag: '"3"' }));
    const channel = await client.workflows.channels.get('a', 'canary');
    await client.workflows.channels.move({ workflow: 'a', channel }, { version: '2.0.0' });
    await client.workflows.channels.create({ workflow: 'a', channel: 'beta' }, { version: '2.0.0' });
    expect(channel.etag).toBe('"3"');
    expect(server.received[1]?.headers).toMatchObject({ 'if-match': '"3"' });
    expect(server.received[1]?.url).toBe('/v1/workflows/a/channels/canary');
    expect(server.received[2]?.headers).toMatchObject({ 'if-none-match': '*' });
  });

  it('binds a decision to the task as it was read', async () => {
    server.answer(
      json(200, { id: ID, subjectHash: 'abc' }, { etag: '"7"' }),
      json(200, { action: 'approve' }),
    );
    const task = await client.humanTasks.get(ID);
    await client.humanTasks.decide(task, { action: 'approve', comment: 'fine' }, { idempotencyKey: 'once' });
    const request = server.received[1];
    expect(request).toMatchObject({ method: 'POST', url: `/v1/human-tasks/${ID}/decisions` });
    expect(request?.headers).toMatchObject({ 'if-match': '"7"', 'idempotency-key': 'once' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      action: 'approve',
      comment: 'fine',
      subjectHash: 'abc',
    });
  });

  it('claims a task of a list without a condition, and one that was read with it', async () => {
    server.answer(json(200, { id: ID }, { etag: '"8"' }));
    const claimed = await client.humanTasks.claim({ id: ID });
    await client.humanTasks.release(claimed);
    expect(server.received[0]?.headers).not.toHaveProperty('if-match');
    expect(server.received[1]).toMatchObject({ url: `/v1/human-tasks/${ID}/release` });
    expect(server.received[1]?.headers).toMatchObject({ 'if-match': '"8"' });
  });

  it('controls runs and signals them', async () => {
    server.answer(json(202, { id: ID }));
    await client.runs.cancel(ID, { reason: 'enough', idempotencyKey: 'k' });
    await client.runs.terminate(ID);
    await client.runs.suspend(ID);
    await client.runs.resume(ID);
    await client.runs.signal(ID, 'paid', { data: { amount: 3 } });
    expect(server.received.map(({ url, body }) => [url, body])).toEqual([
      [`/v1/runs/${ID}/cancel`, '{"reason":"enough"}'],
      [`/v1/runs/${ID}/terminate`, '{}'],
      [`/v1/runs/${ID}/suspend`, '{}'],
      [`/v1/runs/${ID}/resume`, '{}'],
      [`/v1/runs/${ID}/signals/paid`, '{"amount":3}'],
    ]);
    expect(server.received[0]?.headers).toMatchObject({ 'idempotency-key': 'k' });
  });

  it('registers, calls, probes and archives agents', async () => {
    server.answer(json(200, {}), json(202, {}), json(200, {}), (_request, response) =>
      response.writeHead(204).end(),
    );
    await client.agents.register({ name: 'a', version: '1.0.0' }, { adapter: 'http', config: {} });
    await client.agents.invoke('a', { input: 1 }, { waitSeconds: 2 });
    await client.agents.health('a');
    await client.agents.archive({ name: 'a', version: '1.0.0' });
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'PUT /v1/agents/a/versions/1.0.0',
      'POST /v1/agents/a/invocations',
      'GET /v1/agents/a/health',
      'DELETE /v1/agents/a/versions/1.0.0',
    ]);
  });

  it('escapes names and refuses those that would lead elsewhere', async () => {
    server.answer(json(200, {}));
    await client.workflows.get('a/b?c');
    expect(server.received[0]?.url).toBe('/v1/workflows/a%2Fb%3Fc');
    await expect(client.runs.get('..')).rejects.toThrow('".." is neither a name nor an id.');
  });

  it('turns a refusal into an error with problem and request id', async () => {
    const problem = {
      type: 'https://baton.example/problems/invalid',
      title: 'Invalid',
      status: 422,
      detail: 'The input does not fit the schema.',
      instance: '/v1/workflows/a/runs',
      requestId: 'r1',
      errors: [{ pointer: '/input/title', detail: 'The type is wrong.' }],
    };
    server.answer(json(422, problem, { 'x-request-id': 'r1' }));
    const error = await refusalOf(client.runs.start('a'));
    expect(error).toMatchObject({ status: 422, requestId: 'r1', problem, retryAfterSeconds: null });
    expect(error.message).toBe('422: The input does not fit the schema. /input/title: The type is wrong.');
  });

  it('takes an answer of a proxy for what its status says', async () => {
    server.answer((_request, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end('<h1>Away</h1>'),
    );
    const error = await refusalOf(client.runs.get(ID));
    expect(error.problem).toMatchObject({ type: 'about:blank', title: 'Service Unavailable', status: 503 });
    expect(error).toMatchObject({
      message: '503: Service Unavailable',
      requestId: null,
      retryAfterSeconds: 7,
    });
  });

  it('says so when something else than Baton answers', async () => {
    server.answer((_request, response) => response.end('<h1>Hello</h1>'));
    await expect(client.runs.get(ID)).rejects.toThrow('is no JSON: is there a Baton behind it?');
    server.answer(json(200, {}));
    await expect(client.humanTasks.get(ID)).rejects.toThrow('has no ETag');
  });

  it('gives a call up when its signal aborts', async () => {
    server.answer(() => undefined);
    await expect(client.runs.get(ID, { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});
