import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createEgress, type Egress } from '@baton/egress';
import type { Json } from '@baton/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentFailureError, type InvokeContext } from '../adapter.ts';
import { contextOf } from '../invoke-context-fixture.ts';
import { createHttpAdapter } from './adapter.ts';

const adapter = createHttpAdapter();

let server: Server;
let origin: string;
let egress: Egress;
let seen: IncomingMessage[];
let looks: ((response: ServerResponse) => void)[];
let beats: Json[];

beforeEach(async () => {
  seen = [];
  beats = [];
  looks = [];
  server = createServer((request, response) => {
    seen.push(request);
    if (request.method === 'POST') return json(response, { links: { status: '/jobs/7' }, state: 'queued' });
    return (looks.shift() ?? done)(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  egress = createEgress({ policy: { allowLoopback: true } });
});

afterEach(async () => {
  await egress.close();
  server.closeAllConnections();
  server.close();
});

const json = (response: ServerResponse, body: Json, status = 200): void =>
  void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
const running = (response: ServerResponse): void => json(response, { state: 'running' });
const done = (response: ServerResponse): void =>
  json(response, { state: 'done', result: { text: 'tea' }, tokens: 3 });

const ASYNC = {
  statusUrl: '${ .links.status }',
  doneWhen: '${ .state == "done" }',
  failedWhen: '${ .state == "failed" }',
  output: '${ .result }',
  every: 'PT0.1S',
};

async function ask(
  more: { config?: Record<string, Json>; context?: Partial<InvokeContext> } = {},
): Promise<unknown> {
  const parsed = adapter.parseConfig({
    endpoint: `${origin}/jobs`,
    authentication: { bearer: { token: 'tok-123' } },
    response: { usage: { outputTokens: '${ .tokens }' } },
    async: ASYNC,
    ...more.config,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const request = {
    agent: { name: 'writer', version: '1.0.0' },
    config: parsed.config,
    input: { topic: 'tea' },
  };
  return adapter
    .invoke(request, contextOf(egress, { heartbeat: (details) => void beats.push(details), ...more.context }))
    .catch((error: unknown) => (error instanceof AgentFailureError ? error.failure : error));
}

describe('an agent that answers at once and works on', () => {
  it('is looked up until it is done, with credentials, and where is noted', async () => {
    looks = [running, (response) => json(response, { sorry: true }, 503), (response) => response.destroy()];
    expect(await ask()).toMatchObject({
      output: { text: 'tea' },
      usage: { outputTokens: 3 },
      finish: 'stop',
    });
    expect(beats).toEqual([{ statusUrl: `${origin}/jobs/7` }]);
    expect(seen.at(-1)?.headers).toMatchObject({ authorization: 'Bearer tok-123', 'baton-run-id': 'run-1' });
    expect(seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('is not begun again when its worker was lost', async () => {
    const context = { lastHeartbeat: { statusUrl: `${origin}/jobs/7` } };
    expect(await ask({ context })).toMatchObject({ output: { text: 'tea' } });
    expect(seen.map(({ method }) => method)).toEqual(['GET']);
  });

  it('may be done with its first answer', async () => {
    const config = { async: { ...ASYNC, statusUrl: '${ null }', output: '${ .state }' } };
    expect(await ask({ config })).toMatchObject({ output: 'queued' });
    expect(seen).toHaveLength(1);
  });

  it('fails when it says so, and is another one when it is tried again', async () => {
    looks = [(response) => json(response, { state: 'failed', why: 'no water, tok-123' })];
    expect(await ask()).toMatchObject({
      code: 'agent_failed',
      retryable: true,
      detail: expect.stringContaining('no water, ***'),
    });
    expect(beats.at(-1)).toBeNull();
  });

  it('ends with a refusal that lasts, a deadline, an abort and a place that is none', async () => {
    looks = [(response) => json(response, {}, 404)];
    expect(await ask()).toMatchObject({ status: 404, retryable: false });
    looks = Array.from({ length: 50 }, () => running);
    expect(await ask({ context: { deadlineAt: Date.now() + 250 } })).toMatchObject({ code: 'timeout' });
    const caller = new AbortController();
    const context = { signal: caller.signal, heartbeat: () => setImmediate(() => caller.abort()) };
    expect(await ask({ context })).toMatchObject({ code: 'aborted' });
    expect(await ask({ config: { async: { ...ASYNC, statusUrl: '${ 7 }' } } })).toMatchObject({
      code: 'expression_result',
    });
  });

  it('gives its credentials to nobody else', async () => {
    const other = createServer((request, response) => {
      seen.push(request);
      done(response);
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const config = { async: { ...ASYNC, statusUrl: `\${ "http://127.0.0.1:${port}/x" }` } };
    expect(await ask({ config })).toMatchObject({ output: { text: 'tea' } });
    expect(seen.at(-1)?.headers.authorization).toBeUndefined();
    other.close();
  });
});
