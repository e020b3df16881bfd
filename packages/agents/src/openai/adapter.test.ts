import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEgress } from '@baton/egress';
import type { Json, JsonObject } from '@baton/core';
import { beginEvents, sendJson, type LoopbackCall } from '../loopback-counterpart.ts';
import { sendEvents, startVendorStand, type VendorStand } from '../vendor-stand.ts';
import { createOpenaiAdapter } from './adapter.ts';
import { parseOpenaiConfig } from './config.ts';

const adapter = createOpenaiAdapter();
let stand: VendorStand;

beforeAll(async () => {
  stand = await startVendorStand(adapter, (url) => ({ endpoint: `${url}/v1/`, model: 'tea-1' }));
});
afterAll(() => stand.stop());

const body = (): Json => stand.calls().at(-1)?.body ?? null;

const completion = (message: JsonObject, finish = 'stop'): JsonObject => ({
  id: 'chat-1',
  choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', ...message } }],
});

const chunk = (delta: JsonObject, finish: Json = null): Json => ({
  id: 'chat-1',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

const response = (output: readonly Json[], more: JsonObject = {}): JsonObject => ({
  id: 'resp_1',
  status: 'completed',
  error: null,
  output,
  ...more,
});

const message = (text: string): Json => ({ type: 'message', content: [{ type: 'output_text', text }] });

const says =
  (answer: Json, status = 200) =>
  ({ response: to }: LoopbackCall): void =>
    sendJson(to, answer, status);

const whole = { stream: false };
const wholeResponses = { stream: false, api: 'responses' };
const schema = { type: 'object', properties: { ready: { type: 'boolean' } } };

describe('the request of chat completions', () => {
  it('puts the instructions before the messages and merges the parameters', async () => {
    stand.answers(says(completion({ content: 'Yes.' })));
    await stand.ask({
      config: { system: 'Be brief.', apiKey: 'sk-1234', parameters: { temperature: 0, stop: ['${'] } },
      input: { messages: [{ role: 'user', content: [{ type: 'text', text: 'Tea?' }] }] },
    });
    expect(body()).toEqual({
      model: 'tea-1',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'Tea?' }] },
      ],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0,
      stop: ['${'],
    });
    const call = stand.calls().at(-1);
    expect([call?.path, call?.headers['authorization']]).toEqual(['/v1/chat/completions', 'Bearer sk-1234']);
  });

  it('asks for JSON of a schema, and gives the parsed JSON', async () => {
    stand.answers(says(completion({ content: '{"ready": true}' })));
    const { reply } = await stand.ask({ config: { ...whole, output: { schema } } });
    expect([reply.output, reply.text]).toEqual([{ ready: true }, '{"ready": true}']);
    expect(body()).toEqual({
      model: 'tea-1',
      messages: [{ role: 'user', content: 'Tell me of tea.' }],
      stream: false,
      response_format: { type: 'json_schema', json_schema: { name: 'output', schema, strict: true } },
    });
  });

  it('refuses inputs that are no question, and sessions', async () => {
    const inputs: Json[] = [7, {}, { messages: [] }, { messages: ['hi'] }, { messages: [{}], top: 1 }];
    const failures = await Promise.all(inputs.map((input) => stand.fail({ input })));
    expect(failures.map(({ status, retryable, detail }) => [status, retryable, detail])).toEqual([
      [400, false, 'The input must be a string or an object {messages}.'],
      [400, false, '"messages" of the input must be a list with at least one message.'],
      [400, false, '"messages" of the input must be a list with at least one message.'],
      [400, false, '"messages/0" of the input must be an object, such as {role, content}.'],
      [400, false, '"top" of the input must be left out: the input is a string or {messages}.'],
    ]);
    expect((await stand.fail({ session: 's-1' })).code).toBe('no_sessions');
  });
});

describe('the request of responses', () => {
  it('continues a session and carries instructions and format', async () => {
    stand.answers(says(response([message('{"ready": false}')])));
    const config = {
      ...wholeResponses,
      system: 'Be brief.',
      parameters: { text: { verbosity: 'low' } },
      output: { schema, strict: false },
    };
    const { reply } = await stand.ask({ config, session: 'resp_0' });
    expect(reply).toMatchObject({
      output: { ready: false },
      foreignRef: 'resp_1',
      sessionId: 'resp_1',
      finish: 'stop',
    });
    expect(body()).toEqual({
      model: 'tea-1',
      input: 'Tell me of tea.',
      stream: false,
      instructions: 'Be brief.',
      previous_response_id: 'resp_0',
      text: { verbosity: 'low', format: { type: 'json_schema', name: 'output', schema, strict: false } },
    });
  });

  it('gives no session when the API was told to keep nothing', async () => {
    stand.answers(says(response([message('Yes.')])));
    const { reply } = await stand.ask({ config: { ...wholeResponses, parameters: { store: false } } });
    expect([reply.foreignRef, reply.sessionId]).toEqual(['resp_1', undefined]);
  });
});

describe('the answer of chat completions', () => {
  it('tells thinking, and puts tool calls together from their pieces', async () => {
    const piece = (index: number, written: string, id?: string): JsonObject => ({
      tool_calls: [
        {
          index,
          ...(id === undefined ? {} : { id }),
          function: { ...(id === undefined ? {} : { name: 'kettle' }), arguments: written },
        },
      ],
    });
    const events = [
      chunk({ role: 'assistant', reasoning_content: 'Hm.' }),
      chunk(piece(0, '', 'call_1')),
      chunk(piece(0, '{"on":')),
      chunk(piece(1, 'not json', 'call_2')),
      chunk(piece(0, ' true}')),
      chunk({}, 'tool_calls'),
    ];
    stand.answers((call) => sendEvents(call, events, 'data: [DONE]\n\n'));
    const { reply, events: told } = await stand.ask({ config: { output: { schema } } });
    expect(told).toEqual([
      { type: 'agent.thinking', data: 'Hm.' },
      { type: 'agent.tool_call', data: { id: 'call_1', name: 'kettle', arguments: { on: true } } },
      { type: 'agent.tool_call', data: { id: 'call_2', name: 'kettle', arguments: 'not json' } },
    ]);
    expect([reply.finish, reply.output, reply.usage.toolCalls]).toEqual(['tool', '', 2]);
    expect(reply.messages).toMatchObject([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function' }, { id: 'call_2' }],
      },
    ]);
  });

  it('may come whole although a stream was asked for, and without the last [DONE]', async () => {
    stand.answers(says(completion({ content: [{ type: 'text', text: 'Yes.' }] })));
    expect((await stand.ask()).reply.output).toBe('Yes.');
    stand.answers((call) => sendEvents(call, [chunk({ content: 'Yes.' }), chunk({}, 'stop')]));
    expect((await stand.ask()).reply.output).toBe('Yes.');
  });

  it('says when it was cut off, which JSON does not survive', async () => {
    stand.answers(says(completion({ content: '{"ready": tr' }, 'length')));
    expect((await stand.ask({ config: whole })).reply.finish).toBe('length');
    const failure = await stand.fail({ config: { ...whole, output: { schema } } });
    expect([failure.status, failure.code, failure.retryable]).toEqual([400, 'cut_off', false]);
  });

  it('that should be JSON and is none may be asked for again', async () => {
    stand.answers(says(completion({ content: 'Sure! It is ready.' })));
    const failure = await stand.fail({ config: { ...whole, output: { schema } } });
    expect([failure.status, failure.code, failure.retryable]).toEqual([400, 'not_json', true]);
    expect(failure.detail).toContain('Sure! It is ready.');
  });

  it('counts the costs that some servers tell', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, cost: 0.25 };
    stand.answers(says({ ...completion({ content: 'Yes.' }), usage }));
    const { reply } = await stand.ask({ config: whole });
    expect(reply.usage).toEqual({ inputTokens: 3, outputTokens: 2, costUsd: 0.25, calls: 1, toolCalls: 0 });
  });
});

describe('the answer of responses', () => {
  it('tells thinking and tool calls, and holds them', async () => {
    const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'kettle', arguments: '{}' };
    const events = [
      { type: 'response.created', response: { id: 'resp_1', status: 'in_progress' } },
      { type: 'response.reasoning_summary_text.delta', delta: 'Hm.' },
      { type: 'response.completed', response: response([{ type: 'reasoning', summary: [] }, call]) },
    ];
    stand.answers((asked) => sendEvents(asked, events));
    const { reply, events: told, notes } = await stand.ask({ config: { api: 'responses' } });
    expect(told).toEqual([
      { type: 'agent.thinking', data: 'Hm.' },
      { type: 'agent.tool_call', data: { id: 'call_1', name: 'kettle', arguments: {} } },
    ]);
    expect([reply.finish, reply.messages?.length, notes]).toEqual(['tool', 2, [{ responseId: 'resp_1' }]]);
  });

  it('that is incomplete was cut off or held back', async () => {
    const because = (reason: string): Json =>
      response([message('The')], { status: 'incomplete', incomplete_details: { reason } });
    stand.answers(says(because('max_output_tokens')));
    expect((await stand.ask({ config: wholeResponses })).reply).toMatchObject({
      output: 'The',
      finish: 'length',
    });
    stand.answers(says(because('content_filter')));
    expect((await stand.fail({ config: wholeResponses })).code).toBe('content_filter');
  });

  it('is looked up where an earlier attempt had begun it', async () => {
    const before = stand.calls().length;
    stand.answers(says(response([message('Yes.')])));
    const context = { lastHeartbeat: { responseId: 'resp_1' } };
    const { reply } = await stand.ask({ config: { api: 'responses' }, context });
    expect(reply.output).toBe('Yes.');
    expect(
      stand
        .calls()
        .slice(before)
        .map(({ method, path }) => [method, path]),
    ).toEqual([['GET', '/v1/responses/resp_1']]);
  });

  it('is asked for again where it cannot be looked up or is not whole', async () => {
    const context = { lastHeartbeat: { responseId: 'resp_0' } };
    for (const found of [
      says({ error: { message: 'gone' } }, 404),
      says(response([], { status: 'in_progress' })),
    ]) {
      stand.answers((call) => (call.method === 'GET' ? found : says(response([message('Yes.')])))(call));
      const { reply } = await stand.ask({ config: wholeResponses, context });
      expect(reply.output).toBe('Yes.');
    }
  });

  it('that cannot be used is not looked up by the next attempt', async () => {
    const events = [
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.completed', response: response([message('Sure!')]) },
    ];
    stand.answers((call) => sendEvents(call, events));
    const notes: Json[] = [];
    const context = { heartbeat: (note: Json) => void notes.push(note) };
    const failure = await stand.fail({ config: { api: 'responses', output: { schema } }, context });
    expect([failure.code, notes]).toEqual(['not_json', [{ responseId: 'resp_1' }, {}]]);
  });
});

describe('a failure', () => {
  it('is in the words of the API, without its key', async () => {
    const error = { message: 'Wrong key sk-1234.', type: 'invalid_request_error', code: 'invalid_api_key' };
    stand.answers(says({ error }, 401));
    const failure = await stand.fail({ config: { apiKey: 'sk-1234' } });
    expect([failure.status, failure.detail]).toEqual([
      401,
      'Agent "writer" answered 401: Wrong key ***. (invalid_request_error, invalid_api_key)',
    ]);
  });

  it('of a key whose quota is spent is not tried again', async () => {
    const error = {
      message: 'You exceeded your quota.',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    };
    stand.answers(says({ error }, 429));
    const failure = await stand.fail();
    expect([failure.status, failure.retryable]).toEqual([429, false]);
  });

  it('of a model that refuses is not tried again', async () => {
    stand.answers(says(completion({ content: null, refusal: 'I will not.' })));
    const refused = await stand.fail({ config: { ...whole, output: { schema } } });
    stand.answers(says(response([{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }])));
    const other = await stand.fail({ config: wholeResponses });
    stand.answers(says(completion({ content: '' }, 'content_filter')));
    const filtered = await stand.fail({ config: whole });
    expect([refused, other, filtered].map(({ code, retryable }) => [code, retryable])).toEqual([
      ['refusal', false],
      ['refusal', false],
      ['content_filter', false],
    ]);
    expect(refused.detail).toBe('Agent "writer" refuses: I will not.');
  });

  it('inside a stream is judged as its status would have been', async () => {
    const errors: Json[] = [
      { message: 'Slow down.', type: 'tokens', code: 'rate_limit_exceeded' },
      { message: 'Too long.', type: 'invalid_request_error', code: 'context_length_exceeded' },
      { message: 'Odd.', code: 503 },
      { message: 'Broken.' },
      'just words',
    ];
    const failures = [];
    for (const error of errors) {
      stand.answers((call) => sendEvents(call, [chunk({ content: 'The' }), { error }]));
      failures.push(await stand.fail());
    }
    expect(failures.map(({ status, retryable }) => [status, retryable])).toEqual([
      [429, true],
      [400, false],
      [503, true],
      [500, true],
      [500, true],
    ]);
    expect(failures.at(-1)?.detail).toBe('Agent "writer" answered 500: just words');
  });

  it('of a response is told by its last event, or by an error of its own', async () => {
    const error = { code: 'server_error', message: 'The model failed.' };
    const failed = { type: 'response.failed', response: response([], { status: 'failed', error }) };
    stand.answers((call) => sendEvents(call, [failed]));
    const first = await stand.fail({ config: { api: 'responses' } });
    stand.answers((call) => sendEvents(call, [{ type: 'error', code: 'invalid_prompt', message: 'No.' }]));
    const second = await stand.fail({ config: { api: 'responses' } });
    expect([first, second].map(({ status, retryable, detail }) => [status, retryable, detail])).toEqual([
      [500, true, 'Agent "writer" answered 500: The model failed. (server_error)'],
      [400, false, 'Agent "writer" answered 400: No. (invalid_prompt)'],
    ]);
  });

  it('is an answer that is none', async () => {
    stand.answers(says({ ok: true }));
    const strange = await stand.fail({ config: whole });
    stand.answers(says(response([], { status: 'cancelled' })));
    const stopped = await stand.fail({ config: wholeResponses });
    expect([strange, stopped].map(({ code, retryable }) => [code, retryable])).toEqual([
      ['no_answer', true],
      ['no_answer', true],
    ]);
    expect(stopped.detail).toContain('"cancelled"');
  });

  it('of a response whose end is lost and that is not kept', async () => {
    stand.answers((call) => {
      if (call.method === 'GET') return sendJson(call.response, { error: { message: 'gone' } }, 404);
      beginEvents(call.response);
      call.response.end('data: {"type": "response.created", "response": {"id": "resp_1"}}\n\n');
    });
    const failure = await stand.fail({ config: { api: 'responses' } });
    expect([failure.code, failure.retryable]).toEqual(['lost_end', true]);
  });
});

describe('parseOpenaiConfig()', () => {
  const pointers = (more: JsonObject): string[] => {
    const parsed = parseOpenaiConfig({ endpoint: 'https://api.example/v1', model: 'm', ...more });
    return parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer);
  };

  it('takes the base URLs of compatible servers, and not those of single calls', () => {
    const endpoints = [
      'https://api.example/v1/',
      'http://127.0.0.1:11434/v1',
      'https://g.example/v1beta/openai',
      'https://z.example/api/paas/v4',
      'https://api.example',
      'https://api.example/v1/responses',
    ];
    expect(endpoints.map((endpoint) => pointers({ endpoint }).length)).toEqual([0, 0, 0, 0, 1, 1]);
  });

  it('takes one word about the format of the output', () => {
    const format = { type: 'json_object' };
    expect(pointers({ parameters: { response_format: format, text: { format } } })).toEqual([]);
    expect(
      pointers({ output: { schema }, parameters: { response_format: format, text: { format } } }),
    ).toEqual(['/parameters/response_format', '/parameters/text/format']);
  });
});

describe('health()', () => {
  it('asks for the models without a key, and takes a refusal for a sign of life', async () => {
    stand.answers(says({ error: { message: 'no key' } }, 401));
    const parsed = parseOpenaiConfig({ endpoint: `${stand.url}/v1`, model: 'm', apiKey: 'sk-1234' });
    if (!parsed.ok) throw new Error('The config has problems.');
    const egress = createEgress({ policy: { allowLoopback: true } });
    const health = await adapter.health?.(parsed.config, { egress, signal: new AbortController().signal });
    await egress.close();
    const call = stand.calls().at(-1);
    expect([health?.healthy, call?.method, call?.path]).toEqual([true, 'GET', '/v1/models']);
    expect(call?.headers['authorization']).toBeUndefined();
  });
});
