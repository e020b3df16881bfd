import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createEgress, type Egress } from '@baton/egress';
import type { Json, JsonObject } from '@baton/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentFailureError, type AgentEvent } from '../adapter.ts';
import { contextOf } from '../invoke-context-fixture.ts';
import { portOf, stopServer } from '../loopback-counterpart.ts';
import { createHttpAdapter } from './adapter.ts';

const adapter = createHttpAdapter();

let server: Server;
let egress: Egress;
let accept: string | undefined;
let answer: (response: ServerResponse) => void;
let told: AgentEvent[];

beforeEach(async () => {
  told = [];
  server = createServer((request, response) => {
    accept = request.headers.accept;
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  egress = createEgress({ policy: { allowLoopback: true } });
});

afterEach(async () => {
  await egress.close();
  await stopServer(server);
});

const says = (type: string, body: string): void => {
  answer = (response) => response.writeHead(200, { 'Content-Type': type }).end(body);
};

async function ask(stream: Json, more: JsonObject = {}): Promise<JsonObject> {
  const parsed = adapter.parseConfig({ endpoint: `http://127.0.0.1:${portOf(server)}/`, stream, ...more });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const request = { agent: { name: 'writer', version: '1.0.0' }, config: parsed.config, input: 'tea?' };
  const {
    output,
    text = null,
    usage,
  } = await adapter.invoke(request, contextOf(egress, { emit: (event) => void told.push(event) }));
  return { output, text, tokens: usage.outputTokens };
}

const codeOf = async (reply: Promise<unknown>): Promise<unknown> => {
  const error = await reply.catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentFailureError)) throw new Error('The call should have failed.');
  const { code, retryable, detail } = error.failure;
  return { code, retryable, detail };
};

describe('an answer in lines of JSON', () => {
  it('is told in chunks and thoughts, and read from its last line', async () => {
    const lines = ['{"think":"Hm."}', '{"delta":"Ri"}', '', '{"delta":"ver"}', '{"done":true,"tokens":3}'];
    says('application/x-ndjson', lines.join('\n'));
    const reply = await ask(
      { format: 'ndjson', thinking: '${ .think }' },
      { response: { usage: { outputTokens: '${ .tokens }' } } },
    );
    expect(reply).toEqual({ output: 'River', text: 'River', tokens: 3 });
    expect(accept).toBe('application/x-ndjson, application/json');
    expect(told).toEqual([
      { type: 'agent.thinking', data: 'Hm.' },
      { type: 'agent.chunk', data: 'Ri' },
      { type: 'agent.chunk', data: 'ver' },
    ]);
  });

  it('ends where its config says, and its expressions see all chunks', async () => {
    says('application/json', '{"t":"a"}\n{"t":"b","last":true,"n":2}\n{"t":"c"}\n');
    const stream = { format: 'ndjson', chunk: '${ .t }', doneWhen: '${ .last }' };
    const response = { output: { all: '${ $text }', n: '${ .n }' } };
    expect((await ask(stream, { response })).output).toEqual({ all: 'ab', n: 2 });
  });

  it('may be tried again when a line is malformed, or the last one is lost', async () => {
    says('application/x-ndjson', '{"delta":"a"}\n{"delta":\n');
    expect(await codeOf(ask('ndjson'))).toMatchObject({ code: 'malformed_json', retryable: true });
    says('application/x-ndjson', '{"delta":"a"}\n');
    expect(await codeOf(ask('ndjson'))).toMatchObject({ code: 'lost_end', retryable: true });
  });
});

describe('an answer in server-sent events', () => {
  it('may be texts, and end with the stream', async () => {
    says('text/event-stream', 'data: Ri\n\ndata: ver\n\n');
    const reply = await ask({ format: 'sse', data: 'text', doneWhen: 'end' });
    expect(reply.output).toBe('River');
    expect(accept).toBe('text/event-stream');
  });

  it('ends with [DONE] or with an event called so, whose data is the answer when there were no chunks', async () => {
    says('text/event-stream', 'data: {"text":"tea"}\n\ndata: [DONE]\n\ndata: {"text":"late"}\n\n');
    expect((await ask('sse')).output).toBe('tea');
    says('text/event-stream', 'event: work\ndata: {"n":1}\n\nevent: done\ndata: {"n":2}\n\n');
    expect(await ask('sse')).toMatchObject({ output: { n: 2 }, text: null });
  });

  it('fails when it says so', async () => {
    says('text/event-stream', 'data: {"delta":"a"}\n\nevent: error\ndata: {"why":"no tea"}\n\n');
    expect(await codeOf(ask('sse'))).toEqual({
      code: 'agent_failed',
      retryable: true,
      detail: 'Agent "writer" says that it has failed: {"why":"no tea"}',
    });
    says('text/event-stream', 'data: {"error":{"code":1}}\n\n');
    expect(await codeOf(ask('sse'))).toMatchObject({ code: 'agent_failed' });
    says('text/event-stream', 'data: {"state":"lost"}\n\n');
    const stream = { format: 'sse', failedWhen: '${ .state == "lost" }' };
    expect(await codeOf(ask(stream))).toMatchObject({ code: 'agent_failed' });
  });

  it('is no text where JSON was to come', async () => {
    says('text/event-stream', 'data: tea\n\n');
    expect(await codeOf(ask('sse'))).toMatchObject({ code: 'malformed_json' });
  });

  it('may be an answer at once', async () => {
    says('application/json', '{"answer":"tea"}');
    expect((await ask('sse', { response: { output: '${ .answer }' } })).output).toBe('tea');
    says('application/json', JSON.stringify('x'.repeat(4_200_000)));
    expect(await codeOf(ask('sse'))).toMatchObject({ code: 'too_large', retryable: false });
  });
});

describe('a config with stream', () => {
  it('does not look the answer up as well', () => {
    const parsed = adapter.parseConfig({
      endpoint: 'https://agent.example/',
      stream: 'sse',
      async: { statusUrl: '${ .url }', doneWhen: '${ .done }' },
    });
    expect(parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer)).toEqual(['/stream']);
  });
});
