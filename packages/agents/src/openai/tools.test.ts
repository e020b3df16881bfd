import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '@baton/core';
import { sendJson, type LoopbackCall } from '../loopback-counterpart.ts';
import { startVendorStand, type VendorStand } from '../vendor-stand.ts';
import { createOpenaiAdapter } from './adapter.ts';
import { parseOpenaiConfig } from './config.ts';

const adapter = createOpenaiAdapter();
let stand: VendorStand;

const PARAMETERS = { type: 'object', properties: { q: { type: 'string' } } };
const TOOLS = [
  { name: 'search', description: 'Finds pages.', parameters: PARAMETERS, agent: 'finder' },
  { name: 'send', agent: 'mailer', version: '^2' },
];

beforeAll(async () => {
  stand = await startVendorStand(adapter, (url) => ({
    endpoint: `${url}/v1`,
    model: 'tea-1',
    stream: false,
    tools: TOOLS,
  }));
});
afterAll(() => stand.stop());

const body = (): Json => stand.calls().at(-1)?.body ?? null;

const says =
  (answer: Json) =>
  ({ response }: LoopbackCall): void =>
    sendJson(response, answer);

const chatCall = (id: string, name: string, written: string): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: written },
});

const CHAT_ASKS = {
  role: 'assistant',
  content: null,
  tool_calls: [chatCall('t-1', 'search', '{"q":"tea"}'), chatCall('t-2', 'send', 'no JSON')],
};
const completion = (message: JsonObject): JsonObject => ({
  id: 'chat-1',
  choices: [{ finish_reason: 'stop', message }],
  usage: { prompt_tokens: 7, completion_tokens: 3 },
});

const RESPONSE_ASKS = { type: 'function_call', call_id: 't-1', name: 'search', arguments: '{"q":"tea"}' };
const response = (id: string, output: readonly Json[]): JsonObject => ({ id, status: 'completed', output });
const TEA = [{ type: 'message', content: [{ type: 'output_text', text: 'Tea.' }] }];

/** What the run answers to the two calls of chat completions. */
const ANSWER = {
  items: [
    { id: 't-1', name: 'search', result: { found: 3 } },
    { id: 't-2', name: 'send', error: { title: 'Bad', detail: 'It needs JSON.' } },
  ],
};

describe('tools that are agents', () => {
  it('are offered to the model, whose calls of them pause the agent', async () => {
    stand.answers(says(completion(CHAT_ASKS)));
    const { reply, events } = await stand.ask();
    expect(body()).toMatchObject({
      tools: [
        {
          type: 'function',
          function: { name: 'search', description: 'Finds pages.', parameters: PARAMETERS },
        },
        { type: 'function', function: { name: 'send', parameters: { type: 'object' } } },
      ],
    });
    expect(reply).toEqual({
      output: null,
      text: '',
      usage: { inputTokens: 7, outputTokens: 3, costUsd: 0, calls: 1, toolCalls: 2 },
      finish: 'pause',
      pause: {
        kind: 'tools',
        title: 'Calls search, send',
        items: [
          { id: 't-1', name: 'search', arguments: { q: 'tea' } },
          { id: 't-2', name: 'send', arguments: 'no JSON' },
        ],
        resume: { turns: [CHAT_ASKS], responseId: 'chat-1' },
      },
    });
    expect(events.map(({ type }) => type)).toEqual(['agent.tool_call', 'agent.tool_call']);
  });

  it('go back to the model with all that was said before, however often it asks', async () => {
    stand.answers(says(completion(CHAT_ASKS)));
    const first = await stand.ask({ config: { system: 'Be brief.' } });
    const state = first.reply.pause?.resume ?? null;
    const { reply, events } = await stand.ask({
      config: { system: 'Be brief.' },
      resume: { state, answer: ANSWER },
    });
    const said = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Tell me of tea.' },
      CHAT_ASKS,
      { role: 'tool', tool_call_id: 't-1', content: '{"found":3}' },
      { role: 'tool', tool_call_id: 't-2', content: 'Error: It needs JSON.' },
    ];
    expect(body()).toMatchObject({ messages: said });
    expect(events.slice(0, 2)).toEqual([
      { type: 'agent.tool_result', data: { id: 't-1', name: 'search', result: { found: 3 } } },
      {
        type: 'agent.tool_result',
        data: { id: 't-2', name: 'send', result: 'Error: It needs JSON.', isError: true },
      },
    ]);
    stand.answers(says(completion({ role: 'assistant', content: 'Tea.' })));
    const again = { state: reply.pause?.resume ?? null, answer: { items: [{ id: 't-1', result: 'milk' }] } };
    const last = await stand.ask({ config: { system: 'Be brief.' }, resume: again });
    expect(last.reply).toMatchObject({ output: 'Tea.', finish: 'stop' });
    expect(body()).toMatchObject({
      messages: [...said, CHAT_ASKS, { role: 'tool', tool_call_id: 't-1', content: 'milk' }],
    });
  });

  it('are told to a server of responses that keeps what was said, and one that does not', async () => {
    const config = { api: 'responses' };
    stand.answers(says(response('resp-1', [RESPONSE_ASKS])));
    const { reply } = await stand.ask({ config, session: 'resp-0' });
    expect(body()).toMatchObject({ previous_response_id: 'resp-0', input: 'Tell me of tea.' });
    const state = reply.pause?.resume ?? null;
    const resume = { state, answer: { items: [{ id: 't-1', error: { title: 'Away' } }] } };
    const output = { type: 'function_call_output', call_id: 't-1', output: 'Error: Away' };
    stand.answers(says(response('resp-2', TEA)));
    const kept = await stand.ask({ config, session: 'resp-0', resume });
    expect(kept.reply).toMatchObject({ output: 'Tea.', sessionId: 'resp-2' });
    expect(body()).toMatchObject({ previous_response_id: 'resp-1', input: [output] });
    expect(body()).toMatchObject({
      tools: [{ type: 'function', name: 'search', strict: false }, { name: 'send' }],
    });
    await stand.ask({ config: { ...config, parameters: { store: false } }, resume });
    expect(body()).toMatchObject({
      input: [{ role: 'user', content: 'Tell me of tea.' }, RESPONSE_ASKS, output],
    });
    expect(body()).not.toHaveProperty('previous_response_id');
  });

  it('of models that name neither call nor tool can be answered all the same', async () => {
    stand.answers(says(completion({ tool_calls: [{ function: {} }] })));
    const { reply } = await stand.ask();
    expect(reply.pause?.items).toEqual([{ id: 'call_0', name: 'unnamed', arguments: {} }]);
    const answer = { items: [{ error: {} }, {}] };
    stand.answers(says(completion({ content: 'So be it.' })));
    await stand.ask({ resume: { state: null, answer } });
    expect(body()).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'tool', tool_call_id: '', content: 'Error: the tool failed' },
        { role: 'tool', content: 'null' },
      ],
    });
  });

  it('are not forgotten when the answer after them is to be mended', async () => {
    const repair = { output: { ready: 'soon' }, problems: ['/ready: It must be a boolean.'] };
    const wrong = [
      { role: 'assistant', content: '{"ready":"soon"}' },
      {
        role: 'user',
        content:
          'Your answer does not match the schema it must match:\n- /ready: It must be a boolean.\nGive the whole answer again, mended, and nothing else.',
      },
    ];
    stand.answers(says(completion({ content: 'Tea.' })));
    await stand.ask({ repair });
    expect(body()).toMatchObject({ messages: [{ role: 'user', content: 'Tell me of tea.' }, ...wrong] });
    stand.answers(says(response('resp-2', TEA)));
    const resume = { state: { turns: [RESPONSE_ASKS], responseId: 'resp-1' }, answer: { items: [] } };
    await stand.ask({
      config: { api: 'responses' },
      resume,
      repair: { ...repair, output: '{"ready":"soon"}' },
    });
    expect(body()).toMatchObject({ previous_response_id: 'resp-1', input: wrong });
    await stand.ask({ config: { api: 'responses' }, repair: { ...repair, output: '{"ready":"soon"}' } });
    expect(body()).toMatchObject({ input: [{ role: 'user', content: 'Tell me of tea.' }, ...wrong] });
  });

  it('leave the model no more tokens than the agent has', async () => {
    stand.answers(says(completion({ content: 'Tea.' })));
    const context = { budget: { steps: 1, toolCalls: 1, tokens: 50 } };
    await stand.ask({ context });
    expect(body()).toMatchObject({ max_completion_tokens: 50 });
    await stand.ask({ context, config: { parameters: { max_completion_tokens: 20 } } });
    expect(body()).toMatchObject({ max_completion_tokens: 20 });
    await stand.ask({ context, config: { parameters: { max_tokens: 20 } } });
    expect(body()).not.toHaveProperty('max_completion_tokens');
    stand.answers(says(response('resp-1', TEA)));
    await stand.ask({ context, config: { api: 'responses', parameters: { max_output_tokens: 90 } } });
    expect(body()).toMatchObject({ max_output_tokens: 50 });
  });

  it('are refused with a pointer when they are wrong', () => {
    const parsed = parseOpenaiConfig({
      endpoint: 'https://api.example/v1',
      model: 'tea-1',
      tools: [
        { name: 'search it', agent: 'finder' },
        { name: 'twice', agent: 'finder' },
        { name: 'twice', agent: '', parameters: { type: 'nothing' } },
      ],
      parameters: { tools: [] },
    });
    if (parsed.ok) throw new Error('It should be refused.');
    expect(parsed.problems.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/parameters/tools',
      '/tools/0/name',
      '/tools/2/agent',
      '/tools/2/name',
      '/tools/2/parameters/type',
    ]);
  });
});
