import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '@baton/core';
import { beginEvents, sendJson, type LoopbackCall } from '../loopback-counterpart.ts';
import { startVendorStand, type VendorStand } from '../vendor-stand.ts';
import { createFlowiseAdapter } from './adapter.ts';
import { ACTION, frameOf } from './flowise-counterpart.ts';

const adapter = createFlowiseAdapter({ newId: () => 'new-chat' });
let stand: VendorStand;

beforeAll(async () => {
  stand = await startVendorStand(adapter, (url) => ({ endpoint: url, chatflow: 'flow-1' }));
});
afterAll(() => stand.stop());

const whole = { stream: false };
const body = (): Json => stand.calls().at(-1)?.body ?? null;

const says =
  (answer: Json, status = 200) =>
  ({ response }: LoopbackCall): void =>
    sendJson(response, answer, status);

const plays =
  (...frames: readonly (readonly [string, Json])[]) =>
  ({ response }: LoopbackCall): void => {
    beginEvents(response);
    response.end(frames.map(([event, data]) => frameOf(event, data)).join(''));
  };

const node = (output: JsonObject, status = 'FINISHED'): JsonObject => ({ status, data: { output } });
const END = ['end', '[DONE]'] as const;

describe('the request', () => {
  it('carries the question, the chat, the settings and the key', async () => {
    stand.answers(says({ text: 'Yes.', chatId: 'new-chat', chatMessageId: 'm-1' }));
    const { reply, notes } = await stand.ask({
      config: { apiKey: 'key-1234', overrideConfig: { temperature: 0 } },
      input: { question: 'Tea?', overrideConfig: { temperature: 1, vars: { cup: 1 } }, uploads: [] },
    });
    expect(body()).toEqual({
      question: 'Tea?',
      uploads: [],
      overrideConfig: { temperature: 0, vars: { cup: 1 } },
      chatId: 'new-chat',
      streaming: true,
    });
    const call = stand.calls().at(-1);
    expect([call?.path, call?.headers['authorization']]).toEqual([
      '/api/v1/prediction/flow-1',
      'Bearer key-1234',
    ]);
    expect(reply).toMatchObject({ output: 'Yes.', sessionId: 'new-chat', foreignRef: 'm-1', finish: 'stop' });
    expect(notes).toEqual([{ chatId: 'new-chat' }]);
  });

  it('continues the chat of a session, and takes forms', async () => {
    stand.answers(says({ text: 'Yes.' }));
    const { reply } = await stand.ask({
      config: whole,
      input: { form: { cups: 2 } },
      session: 'chat-7',
    });
    expect(body()).toEqual({ form: { cups: 2 }, chatId: 'chat-7', streaming: false });
    expect(reply.sessionId).toBe('chat-7');
  });

  it('refuses inputs that are no question', async () => {
    const inputs: Json[] = [
      7,
      {},
      { question: 1 },
      { question: 'a', form: {} },
      { form: [] },
      { question: 'a', chatId: 'x' },
      { question: 'a', overrideConfig: [] },
      { question: 'a', overrideConfig: { sessionId: 'x' } },
    ];
    const failures = await Promise.all(inputs.map((input) => stand.fail({ input })));
    expect(failures.map(({ status, retryable }) => [status, retryable])).toEqual(
      inputs.map(() => [400, false]),
    );
    expect(failures.map(({ detail }) => detail)).toEqual([
      'The input must be a string or an object {question, …}.',
      '"question" of the input must be the text of the question.',
      '"question" of the input must be the text of the question.',
      'The input must be given a question or a form, not both.',
      '"form" of the input must be an object.',
      '"chatId" of the input must be left out: the session of the call says which conversation goes on.',
      '"overrideConfig" of the input must be an object.',
      '"overrideConfig/sessionId" of the input must be left out: the session of the call says which conversation goes on.',
    ]);
  });
});

describe('the answer', () => {
  it('is text or JSON, with its sources and tools as a message', async () => {
    const sourceDocuments = [{ pageContent: 'Leaves.' }];
    stand.answers(says({ json: { ready: true }, sourceDocuments, usedTools: [{ tool: 'kettle' }] }));
    const { reply } = await stand.ask({ config: whole });
    expect(reply).toMatchObject({
      output: { ready: true },
      messages: [{ role: 'assistant', content: { ready: true }, sourceDocuments }],
      usage: { calls: 1, toolCalls: 1 },
    });
    expect(reply.text).toBeUndefined();
  });

  it('tells thinking and each tool once while it comes', async () => {
    const boil = { tool: 'kettle', toolInput: { on: true }, toolOutput: 'hot' };
    const pour = { tool: 'pot', toolInput: {}, toolOutput: '', error: 'no cup' };
    stand.answers(
      plays(
        ['thinking', 'Hm.'],
        ['usedTools', [boil]],
        ['usedTools', [boil, pour]],
        ['usedTools', [boil]],
        ['thinking', ''],
        ['token', 'Ready.'],
        END,
      ),
    );
    const { reply, events } = await stand.ask();
    expect(events).toEqual([
      { type: 'agent.thinking', data: 'Hm.' },
      { type: 'agent.tool_call', data: { id: '1', name: 'kettle', arguments: { on: true } } },
      { type: 'agent.tool_result', data: { id: '1', name: 'kettle', result: 'hot' } },
      { type: 'agent.tool_call', data: { id: '2', name: 'pot', arguments: {} } },
      { type: 'agent.tool_result', data: { id: '2', name: 'pot', result: { error: 'no cup' } } },
      { type: 'agent.tool_call', data: { id: '3', name: 'kettle', arguments: { on: true } } },
      { type: 'agent.tool_result', data: { id: '3', name: 'kettle', result: 'hot' } },
      { type: 'agent.chunk', data: 'Ready.' },
    ]);
    expect([reply.output, reply.usage.toolCalls]).toEqual(['Ready.', 3]);
  });

  it('is what the last node said where that was not streamed', async () => {
    stand.answers(plays(['agentFlowExecutedData', [node({ content: 'a' }), node({ content: 'b' })]], END));
    expect((await stand.ask()).reply.output).toBe('b');
  });

  it('has the usage of its events, or of all nodes that tell theirs', async () => {
    const told = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
    stand.answers(plays(['usageMetadata', told], ['usageMetadata', told], END));
    const byEvents = (await stand.ask()).reply.usage;
    const nodes = [
      node({ usageMetadata: { ...told, total_tokens: 9, total_cost: 0.5 } }),
      node({}),
      node({ usageMetadata: told }),
    ];
    stand.answers(plays(['usageMetadata', told], ['agentFlowExecutedData', nodes], END));
    const byNodes = (await stand.ask()).reply.usage;
    expect([byEvents, byNodes]).toEqual([
      { inputTokens: 6, outputTokens: 4, costUsd: 0, calls: 1, toolCalls: 0 },
      { inputTokens: 10, outputTokens: 4, costUsd: 0.5, calls: 1, toolCalls: 0 },
    ]);
  });
});

describe('a pause', () => {
  const usageMetadata = { input_tokens: 3, output_tokens: 2 };
  const first = node({ usageMetadata });

  it('says what is asked, and where the flow goes on', async () => {
    const asks = node({ content: 'Is it **sweet**?' }, 'STOPPED');
    stand.answers(plays(['agentFlowExecutedData', [first, asks]], ['action', ACTION], END));
    const { reply } = await stand.ask();
    expect(reply.finish).toBe('pause');
    expect(reply.pause).toEqual({
      kind: 'approval',
      title: 'Taste the tea',
      body: 'Is it **sweet**?',
      actions: [
        { id: 'approve', label: 'Proceed', outcome: 'approve', requireComment: false },
        { id: 'reject', label: 'Reject', outcome: 'reject', requireComment: false },
      ],
      resume: { chatId: 'new-chat', node: 'humanInputAgentflow_0', ran: 1 },
    });
  });

  it('goes on in its chat with the decision, and counts what was used since', async () => {
    const nodes = [first, node({}), node({ usageMetadata, content: 'Served.' })];
    stand.answers(says({ text: 'Served.', agentFlowExecutedData: nodes }));
    const state = { chatId: 'chat-3', node: 'humanInputAgentflow_0', ran: 1 };
    const { reply } = await stand.ask({
      config: { ...whole, overrideConfig: { vars: { cup: 1 } } },
      resume: { state, answer: { outcome: 'revise', comment: 'More sugar' } },
    });
    expect(body()).toEqual({
      question: '',
      humanInput: { type: 'reject', startNodeId: 'humanInputAgentflow_0', feedback: 'More sugar' },
      overrideConfig: { vars: { cup: 1 } },
      chatId: 'chat-3',
      streaming: false,
    });
    expect([reply.output, reply.usage.inputTokens]).toEqual(['Served.', 3]);
  });

  it('of sequential agents cannot be continued, which is said', async () => {
    stand.answers(says({ text: '', action: { id: 'a', mapping: {} } }));
    const failure = await stand.fail({ config: whole });
    expect([failure.code, failure.retryable]).toEqual(['unknown_pause', false]);
  });
});

describe('a failure', () => {
  it('is in the words of Flowise, without the key', async () => {
    stand.answers(says({ statusCode: 500, success: false, message: 'Bad key-1234', stack: {} }, 500));
    const failure = await stand.fail({ config: { ...whole, apiKey: 'key-1234' } });
    expect([failure.status, failure.retryable, failure.detail]).toEqual([
      500,
      true,
      'Agent "writer" answered 500: Bad ***',
    ]);
  });

  it('that a question is at fault for is not tried again, whatever its status', async () => {
    const message = 'Error: predictionsServices.buildChatflow - No previous execution found for session s';
    stand.answers(says({ statusCode: 500, success: false, message }, 500));
    const inAnswer = await stand.fail({ config: whole });
    stand.answers(plays(['error', message], END));
    const inStream = await stand.fail();
    expect([inAnswer, inStream].map(({ status, retryable }) => [status, retryable])).toEqual([
      [500, false],
      [500, false],
    ]);
  });

  it('inside a stream is judged by its words', async () => {
    const words = ['Error in LLM node: 429 Slow down', 'buildChatflow - Unauthorized', 'Something broke'];
    const failures = [];
    for (const said of words) {
      stand.answers(plays(['token', 'The'], ['error', said], END));
      failures.push(await stand.fail());
    }
    expect(failures.map(({ status, retryable }) => [status, retryable])).toEqual([
      [429, true],
      [401, false],
      [500, true],
    ]);
  });

  it('is what somebody on the server has stopped', async () => {
    stand.answers(plays(['token', 'The'], ['abort', '[DONE]'], END));
    const aborted = await stand.fail();
    stand.answers(plays(['error', 'Error: Aborted'], END));
    const told = await stand.fail();
    expect([aborted, told].map(({ code, retryable }) => [code, retryable])).toEqual([
      ['stopped', false],
      ['stopped', false],
    ]);
  });

  it('is JSON that is no prediction', async () => {
    stand.answers(says({ ok: true }));
    expect((await stand.fail({ config: whole })).code).toBe('no_answer');
  });
});

describe('what is not wanted any more', () => {
  const paths = (from: number): (readonly [string, string])[] =>
    stand
      .calls()
      .slice(from)
      .map(({ method, path }) => [method, path] as const);

  it('is stopped at the deadline, since a flow does not look whether anybody listens', async () => {
    const from = stand.calls().length;
    stand.answers(({ method, response }) => {
      if (method === 'PUT') sendJson(response, { status: 200 });
      else beginEvents(response);
    });
    const failure = await stand.fail({ context: { deadlineAt: Date.now() + 40 } });
    expect(failure.code).toBe('timeout');
    expect(paths(from)).toEqual([
      ['POST', '/api/v1/prediction/flow-1'],
      ['PUT', '/api/v1/chatmessage/abort/flow-1/new-chat'],
    ]);
  });

  it('is not stopped where it never went out', async () => {
    const from = stand.calls().length;
    const late = await stand.fail({ context: { deadlineAt: Date.now() - 1 } });
    const aborted = await stand.fail({ context: { signal: AbortSignal.abort() } });
    expect([late.code, aborted.code, paths(from)]).toEqual(['timeout', 'aborted', []]);
  });

  it('is stopped before the next attempt where a worker was lost', async () => {
    const from = stand.calls().length;
    stand.answers(({ method, response }) =>
      sendJson(response, method === 'PUT' ? { status: 200 } : { text: 'Yes.' }),
    );
    const { reply } = await stand.ask({ context: { lastHeartbeat: { chatId: 'chat/1' } } });
    expect(reply.output).toBe('Yes.');
    expect(paths(from)).toEqual([
      ['PUT', '/api/v1/chatmessage/abort/flow-1/chat%2F1'],
      ['POST', '/api/v1/prediction/flow-1'],
    ]);
  });
});
