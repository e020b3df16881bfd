import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { createEgress, parseJsonBounded, type Egress } from '@baton/egress';
import type { AgentEvent, AgentRequest } from '../../adapter.ts';
import { contextOf } from '../../invoke-context-fixture.ts';
import { failureOf } from '../../vendor-stand.ts';
import { at, listAt, textAt } from '../../wire/fields.ts';
import { createOpenaiAdapter } from '../adapter.ts';
import { startStubModel, type StubModel } from './stub-model.ts';

const adapter = createOpenaiAdapter();
let model: StubModel;
let egress: Egress;

beforeAll(async () => {
  model = await startStubModel();
  egress = createEgress({ policy: { allowLoopback: true } });
});
afterAll(async () => {
  await egress.close();
  await model.stop();
});

async function post(path: string, body: Json): Promise<{ status: number; headers: Headers; body: Json }> {
  const response = await fetch(`${model.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parseJsonBounded(text) };
}

const TOOLS = ['brew', 'pour'].map((name) => ({
  type: 'function',
  function: {
    name,
    parameters: { type: 'object', properties: { cups: { type: 'integer', minimum: 1 } }, required: ['cups'] },
  },
}));

const user = (content: string): JsonObject => ({ role: 'user', content });

/** The message that answers a conversation. */
async function chat(messages: readonly Json[], more: JsonObject = {}): Promise<Json> {
  const { body } = await post('/chat/completions', { model: 'm', messages, ...more });
  return at(body, 'choices', 0, 'message') ?? body;
}

describe('chat completions', () => {
  it('repeat what was said, with counted words as usage', async () => {
    const messages = [{ role: 'system', content: 'Be kind.' }, user('Is the tea ready?')];
    const { body } = await post('/chat/completions', { model: 'm', messages });
    expect(body).toMatchObject({
      object: 'chat.completion',
      model: 'm',
      choices: [{ finish_reason: 'stop', message: { content: 'You said: Is the tea ready?' } }],
      usage: { prompt_tokens: 6, completion_tokens: 6, total_tokens: 12 },
    });
  });

  it('say and think what they are told, in lines or in brackets', async () => {
    expect(await chat([user('think Hm.\nsay Tea it is.')])).toMatchObject({
      content: 'Tea it is.',
      reasoning_content: 'Hm.',
    });
    expect(await chat([user('Current task: [[say {"list": [1]}]] and more')])).toMatchObject({
      content: '{"list": [1]}',
    });
  });

  it('cut an answer off at its limit', async () => {
    const { body } = await post('/chat/completions', { messages: [user('say a b c d')], max_tokens: 2 });
    expect(body).toMatchObject({ choices: [{ finish_reason: 'length', message: { content: 'a b' } }] });
  });

  it('fail as they are told', async () => {
    const late = await post('/chat/completions', { messages: [user('fail 429 2')] });
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '2']);
    expect(late.body).toMatchObject({ error: { type: 'rate_limit_error' } });
    expect((await post('/chat/completions', { messages: [user('fail 503')] })).status).toBe(503);
    expect((await post('/chat/completions', {})).status).toBe(400);
  });

  it('see no directive in other words', async () => {
    expect(await chat([user('fail me')])).toMatchObject({ content: 'You said: fail me' });
    expect(await chat([user('call brew {}')])).toMatchObject({ content: 'You said: call brew {}' });
  });
});

describe('tools', () => {
  const asked = user('call brew {"cups": 2}\ncall pour\nthen call pour {"cups": 1}\nthen say Enjoy.');

  it('are called at once and one after the other, and then it is said', async () => {
    const conversation: Json[] = [asked];
    const names: Json[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const message = await chat(conversation, { tools: TOOLS });
      conversation.push(message);
      names.push(listAt(message, 'tool_calls').map((call) => textAt(call, 'function', 'name') ?? ''));
      for (const call of listAt(message, 'tool_calls'))
        conversation.push({ role: 'tool', tool_call_id: textAt(call, 'id') ?? '', content: 'ok' });
    }
    expect(names).toEqual([['brew', 'pour'], ['pour'], []]);
    expect(conversation.at(-1)).toMatchObject({ content: 'Enjoy.' });
    expect(at(conversation[1], 'tool_calls', 0, 'function', 'arguments')).toBe('{"cups":2}');
  });

  it('have their results repeated', async () => {
    const first = await chat([user('call brew {"cups": 2}')], { tools: TOOLS });
    const result = {
      role: 'tool',
      tool_call_id: textAt(first, 'tool_calls', 0, 'id') ?? '',
      content: '2 cups',
    };
    const conversation = [user('call brew {"cups": 2}'), first, result];
    const second = await chat(conversation, { tools: TOOLS });
    expect(second).toMatchObject({ content: 'brew said: 2 cups' });
    // A question after that is one of its own.
    expect(await chat([...conversation, second, user('Thanks.')], { tools: TOOLS })).toMatchObject({
      content: 'You said: Thanks.',
    });
  });

  it('may be called for ever', async () => {
    const conversation: Json[] = [user('always call brew {"cups": 1}')];
    for (let turn = 0; turn < 4; turn += 1) {
      const message = await chat(conversation, { tools: TOOLS });
      expect(listAt(message, 'tool_calls')).toHaveLength(1);
      conversation.push(message, {
        role: 'tool',
        tool_call_id: textAt(message, 'tool_calls', 0, 'id') ?? '',
        content: 'ok',
      });
    }
  });

  it('are called when they must be, with what their schema asks', async () => {
    const wishes = ['required', { type: 'function', function: { name: 'pour' } }];
    const called = await Promise.all(
      wishes.map((wish) => chat([user('Tea?')], { tools: TOOLS, tool_choice: wish })),
    );
    expect(called.map((message) => at(message, 'tool_calls', 0, 'function'))).toEqual([
      { name: 'brew', arguments: '{"cups":1}' },
      { name: 'pour', arguments: '{"cups":1}' },
    ]);
  });
});

describe('an answer in JSON', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 7 },
      kind: { enum: ['green', 'black'] },
      cups: { type: 'array', minItems: 1, items: { $ref: '#/$defs/cup' } },
      note: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      madeAt: { type: ['string', 'null'], format: 'date' },
      left: { type: 'number', exclusiveMinimum: 2 },
      extra: { type: 'string' },
      both: { allOf: [{ properties: { a: { const: 1 } }, required: ['a'] }, { required: ['b'] }] },
    },
    required: ['name', 'kind', 'cups', 'note', 'madeAt', 'left', 'both'],
    $defs: { cup: { type: 'object', properties: { full: { type: 'boolean' } }, required: ['full'] } },
  };
  const instance = {
    name: 'text   ',
    kind: 'green',
    cups: [{ full: false }],
    note: null,
    madeAt: '2026-01-01',
    left: 3,
    both: { a: 1, b: 'text' },
  };

  it('is the smallest that fits the schema, by either API', async () => {
    const format = { type: 'json_schema', json_schema: { name: 'tea', schema } };
    const message = await chat([user('json')], { response_format: format });
    expect(parseJsonBounded(textAt(message, 'content') ?? '')).toEqual(instance);
    const { body } = await post('/responses', {
      input: 'json',
      text: { format: { type: 'json_schema', name: 'tea', schema } },
    });
    expect(parseJsonBounded(textAt(body, 'output', 0, 'content', 0, 'text') ?? '')).toEqual(instance);
  });

  it('is any where there is no schema, and what it is told to be', async () => {
    const any = await chat([user('tea')], { response_format: { type: 'json_object' } });
    expect(any).toMatchObject({ content: '{"text":"You said: tea"}' });
    const format = { type: 'json_schema', json_schema: { name: 'tea', schema } };
    const told = await chat([user('say {"a": 1}')], { response_format: format });
    expect(told).toMatchObject({ content: '{"a": 1}' });
  });
});

describe('responses', () => {
  it('continue a conversation, tools and all, and are kept', async () => {
    const tools = [{ type: 'function', name: 'brew', parameters: {} }];
    const first = await post('/responses', {
      input: 'call brew {"cups": 3}',
      tools,
      instructions: 'Be kind.',
    });
    expect(first.body).toMatchObject({
      status: 'completed',
      output: [{ type: 'function_call', name: 'brew', arguments: '{"cups":3}' }],
      usage: { input_tokens: 6, output_tokens: 1 },
    });
    const id = textAt(first.body, 'id') ?? '';
    const callId = textAt(first.body, 'output', 0, 'call_id') ?? '';
    const second = await post('/responses', {
      previous_response_id: id,
      input: [{ type: 'function_call_output', call_id: callId, output: 'done' }],
    });
    expect(at(second.body, 'output', 0, 'content', 0)).toMatchObject({ text: 'brew said: done' });
    const kept = await fetch(`${model.url}/responses/${id}`);
    expect(await kept.json()).toEqual(first.body);
    expect((await fetch(`${model.url}/responses/none`)).status).toBe(404);
  });
});

describe('embeddings', () => {
  const vectors = async (input: Json, more: JsonObject = {}): Promise<readonly Json[]> =>
    listAt((await post('/embeddings', { input, ...more })).body, 'data').map(
      (one) => at(one, 'embedding') ?? null,
    );

  it('are the same for the same words, of length 1', async () => {
    const [tea, again, coffee] = await vectors(['Green tea', 'green, tea', 'coffee']);
    expect(tea).toEqual(again);
    expect(tea).not.toEqual(coffee);
    expect(Math.hypot(...listAt(tea).map(Number))).toBeCloseTo(1);
  });

  it('come packed, and of the length that is asked for', async () => {
    const [packed] = await vectors('tea', { encoding_format: 'base64', dimensions: 8 });
    expect(Buffer.from(typeof packed === 'string' ? packed : '', 'base64')).toHaveLength(32);
    expect(await vectors([1, 2, 3])).toHaveLength(1);
  });
});

describe('what tests ask of it', () => {
  afterEach(() => fetch(model.url.replace('/v1', '/stub/requests')));

  it('lists its models', async () => {
    expect(await (await fetch(`${model.url}/models`)).json()).toMatchObject({ object: 'list' });
    expect(await (await fetch(`${model.url}/models/gpt-9`)).json()).toMatchObject({ id: 'gpt-9' });
  });

  it('plays turns that were laid out, and then goes by the rules', async () => {
    model.play({ fail: { status: 500 } }, { say: 'One.' });
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push(await chat([user('tea')]));
    expect(answers).toMatchObject([{ error: {} }, { content: 'One.' }, { content: 'You said: tea' }]);
  });

  it('takes turns from other processes, and shows its calls', async () => {
    const turns = [
      { fail: { status: 429, retryAfter: '1' }, waitMs: 1 },
      { calls: [{ name: 'brew', arguments: { cups: 1 } }, { name: 'pour' }], think: 'Hm.', ending: 'lost' },
    ];
    const control = model.url.replace('/v1', '/stub');
    await fetch(`${control}/turns`, { method: 'POST', body: JSON.stringify(turns) });
    expect((await post('/chat/completions', { messages: [user('tea')] })).status).toBe(429);
    expect(listAt(await chat([user('tea')]), 'tool_calls')).toHaveLength(2);
    const shown = await (await fetch(`${control}/requests`)).json();
    expect(Array.isArray(shown) ? shown.at(-1) : shown).toMatchObject({
      path: '/v1/chat/completions',
      body: { messages: [user('tea')] },
    });
  });

  it('sees who leaves before the answer is whole', async () => {
    for (const told of ['slow 60000', 'pace 60000']) {
      const caller = new AbortController();
      const body = JSON.stringify({ messages: [user(told)], stream: true });
      const before = model.requests().length;
      const asked = fetch(`${model.url}/chat/completions`, { method: 'POST', body, signal: caller.signal });
      asked.catch(() => undefined);
      while (model.requests().length === before) await new Promise((settle) => setImmediate(settle));
      caller.abort();
      expect(await model.requests().at(-1)?.left).toBe(true);
    }
  });
});

describe('the openai adapter, which asks it', () => {
  async function ask(
    api: string,
    input: string,
    more: Partial<AgentRequest> & { readonly parameters?: JsonObject } = {},
  ) {
    const { parameters = {}, ...request } = more;
    const parsed = adapter.parseConfig({ endpoint: model.url, model: 'm', api, parameters });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const events: AgentEvent[] = [];
    const agent = { name: 'stub', version: '1.0.0' };
    const context = contextOf(egress, { emit: (event) => void events.push(event) });
    const reply = adapter.invoke({ agent, ...request, config: parsed.config, input }, context);
    return { reply, events };
  }

  it('gets text, thoughts and usage in a stream, by either API', async () => {
    for (const api of ['chat', 'responses']) {
      const { reply, events } = await ask(api, 'think Let me see.\nsay The tea is ready.');
      expect(await reply).toMatchObject({
        output: 'The tea is ready.',
        usage: { inputTokens: 9, outputTokens: 7, calls: 1 },
      });
      const textOf = (kind: string): string =>
        events
          .flatMap(({ type, data }) => (type === kind && typeof data === 'string' ? [data] : []))
          .join('');
      expect([textOf('agent.thinking'), textOf('agent.chunk')]).toEqual(['Let me see.', 'The tea is ready.']);
    }
  });

  it('fails as it should when the stream does', async () => {
    const codes = await Promise.all(
      ['stop midway', 'error midway', 'no end', 'fail 422'].map(async (told) => {
        const { code, retryable } = await failureOf(await ask('chat', told));
        return [told, code, retryable];
      }),
    );
    expect(codes).toEqual([
      ['stop midway', 'connection_lost', true],
      ['error midway', 'http_500', true],
      ['no end', 'lost_end', true],
      ['fail 422', 'http_422', false],
    ]);
  });

  it('looks a response up whose end was lost', async () => {
    const { reply } = await ask('responses', 'no end\nsay Tea.');
    expect((await reply).output).toBe('Tea.');
  });

  it('continues a session', async () => {
    const first = await (await ask('responses', 'Hello.')).reply;
    const session = first.sessionId ?? '';
    const second = await (await ask('responses', 'Tea?', { session })).reply;
    // Hello. You said: Hello. Tea?
    expect([isObject(second), second.usage.inputTokens]).toEqual([true, 5]);
  });
});
