import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { createEgress, type Egress } from '@baton/egress';
import type { AgentReply, Json, JsonObject } from '@baton/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentFailureError, type AgentResume, type InvokeContext } from '../adapter.ts';
import { contextOf } from '../invoke-context-fixture.ts';
import { portOf, stopServer } from '../loopback-counterpart.ts';
import { createHttpAdapter } from './adapter.ts';

const adapter = createHttpAdapter();
const URL_OF_OURS = 'https://baton.example/v1/callbacks/t-1';

let server: Server;
let egress: Egress;
let status: number;
let seen: IncomingMessage | undefined;
let sent: string;

beforeEach(async () => {
  status = 202;
  seen = undefined;
  server = createServer((request, response) => {
    seen = request;
    void textOf(request).then((body) => {
      sent = body;
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  egress = createEgress({ policy: { allowLoopback: true } });
});
afterEach(async () => {
  await egress.close();
  await stopServer(server);
});

interface Asked {
  readonly callback?: JsonObject;
  readonly config?: JsonObject;
  readonly context?: Partial<InvokeContext>;
  readonly resume?: AgentResume;
}

function ask({ callback = {}, config = {}, context = {}, resume }: Asked = {}): Promise<AgentReply> {
  const endpoint = `http://127.0.0.1:${portOf(server)}/jobs`;
  const parsed = adapter.parseConfig({ endpoint, callback, ...config });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return adapter.invoke(
    {
      agent: { name: 'writer', version: '1.0.0' },
      config: parsed.config,
      input: { topic: 'tea' },
      ...(resume === undefined ? {} : { resume }),
    },
    contextOf(egress, { openCallback: async () => URL_OF_OURS, ...context }),
  );
}

const later = (body: string, mediaType = 'application/json'): AgentResume => ({
  state: null,
  answer: { mediaType, body },
});

const failureOf = async (reply: Promise<unknown>): Promise<JsonObject> => {
  const error = await reply.catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentFailureError)) throw new Error('The call should have failed.');
  const { code = '', retryable, detail = '' } = error.failure;
  return { code, retryable, detail };
};

describe('an agent that answers later', () => {
  it('is told where, in a header and wherever its config says', async () => {
    const reply = await ask({ config: { body: { q: '${ .topic }', to: '${ $callbackUrl }' } } });
    expect(reply).toMatchObject({ finish: 'pause', pause: { kind: 'callback' } });
    expect(seen?.headers['baton-callback-url']).toBe(URL_OF_OURS);
    expect(JSON.parse(sent)).toEqual({ q: 'tea', to: URL_OF_OURS });
  });

  it('is read from what it has sent, without asking it again', async () => {
    const config = { response: { usage: { outputTokens: '${ .tokens }' } } };
    const callback = { output: '${ .result }' };
    const reply = await ask({ config, callback, resume: later('{"result":"tea","tokens":3}') });
    expect(reply).toMatchObject({ output: 'tea', text: 'tea', usage: { outputTokens: 3, calls: 1 } });
    expect((await ask({ resume: later('{"a":1}') })).output).toEqual({ a: 1 });
    expect((await ask({ resume: later('tea', 'text/plain') })).output).toBe('tea');
    expect(seen).toBeUndefined();
  });

  it('fails when it refuses, when what it sends says so, and when that is malformed', async () => {
    status = 503;
    expect(await failureOf(ask())).toMatchObject({ code: 'http_503', retryable: true });
    const callback = { failedWhen: '${ .error }' };
    const failed = await failureOf(ask({ callback, resume: later('{"error":true}') }));
    expect(failed).toEqual({
      code: 'agent_failed',
      retryable: true,
      detail: 'Agent "writer" says that it has failed: {"error":true}',
    });
    expect(await failureOf(ask({ resume: later('{"a":') }))).toMatchObject({ code: 'malformed_json' });
  });

  it('is not asked where nobody could reach us', async () => {
    const failed = await failureOf(ask({ context: { openCallback: async () => null } }));
    expect(failed).toMatchObject({ code: 'no_public_url', retryable: false });
    expect(seen).toBeUndefined();
  });

  it('neither streams nor is looked up', () => {
    const config: Json = { endpoint: 'https://agent.example/', callback: {}, stream: 'sse' };
    const parsed = adapter.parseConfig(config);
    expect(parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer)).toEqual(['/callback']);
  });
});
