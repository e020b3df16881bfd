import { afterEach, describe, expect, it } from '@jest/globals';
import type { AgentPause, Json, JsonObject } from '@baton/core';
import { createPlays, failureOf, type Outcome, type PlayWish } from '../vendor-stand.ts';
import { createDifyAdapter } from './adapter.ts';
import { FORM, OUTPUTS, PIECES, startDifyCounterpart, type DifyStandInParams } from './dify-counterpart.ts';

const adapter = createDifyAdapter();
const plays = createPlays(adapter, startDifyCounterpart);
afterEach(() => plays.stop());

function play(
  app: DifyStandInParams,
  { lastHeartbeat = null, ...wish }: PlayWish & { readonly lastHeartbeat?: Json } = {},
): Promise<Outcome> {
  const input = app.app === 'workflow' ? { inputs: {} } : { query: 'tea?' };
  return plays.play(app, { input, ...wish, context: { lastHeartbeat } });
}

const say = (event: string, more: JsonObject = {}): JsonObject => ({ event, task_id: 'task-1', ...more });
const ofRun = (event: string, data: JsonObject = {}): JsonObject =>
  say(event, { workflow_run_id: 'run-1', data });

describe('a chat', () => {
  it('sends query, inputs, user and conversation, and never asks to wait', async () => {
    const { reply, counterpart, beats } = await play(
      { app: 'chat' },
      { session: 'conversation-1', input: { query: 'tea?', inputs: { tone: 'dry' } } },
    );
    expect(await reply).toMatchObject({
      sessionId: 'conversation-1',
      foreignRef: 'task-1',
      text: PIECES.join(''),
    });
    const { body, headers, path } = counterpart.calls()[0] ?? {};
    expect([path, headers?.['authorization']]).toEqual(['/v1/chat-messages', 'Bearer app-key']);
    expect(body).toEqual({
      query: 'tea?',
      inputs: { tone: 'dry' },
      user: 'user-1',
      response_mode: 'streaming',
      conversation_id: 'conversation-1',
    });
    expect(beats[0]).toEqual({ taskId: 'task-1', conversationId: 'conversation-1' });
  });

  it('does not append the closing message of a New Agent', async () => {
    const events = [
      say('agent_message', { answer: 'so' }),
      say('agent_message', { answer: ' so' }),
      say('message', { answer: 'so so' }),
      say('message_end', { metadata: {} }),
    ];
    const { reply, told } = await play({ app: 'chat', events });
    expect((await reply).output).toBe('so so');
    expect(told.map(({ data }) => data)).toEqual(['so', ' so']);
  });

  it('takes a replaced answer, and the run of a Chatflow as its reference', async () => {
    const events = [
      say('message', { answer: 'rude', workflow_run_id: 'run-1' }),
      say('message_replace', { answer: 'polite' }),
      ofRun('workflow_finished', { status: 'succeeded', outputs: { answer: 'rude' }, total_tokens: 3 }),
      say('message_end', {
        metadata: { usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 } },
      }),
    ];
    const { reply } = await play({ app: 'chat', events });
    expect(await reply).toMatchObject({
      output: 'polite',
      foreignRef: 'run-1',
      usage: { inputTokens: 2, outputTokens: 1 },
    });
  });

  it('tells thoughts and tool calls once, however often Dify repeats them', async () => {
    const thought = { id: 't-1', position: 1, thought: 'I look', tool: '', tool_input: '', observation: '' };
    const called = { ...thought, tool: 'search;clock', tool_input: '{"search":{"q":"tea"},"clock":{}}' };
    const done = { ...called, observation: '{"search":"found","clock":"noon"}' };
    const events = [
      say('agent_thought', thought),
      say('agent_thought', called),
      say('agent_thought', done),
      say('message_end', {}),
    ];
    const { reply, told } = await play({ app: 'chat', events });
    expect((await reply).usage.toolCalls).toBe(2);
    expect(told).toEqual([
      { type: 'agent.thinking', data: 'I look' },
      { type: 'agent.tool_call', data: { id: 't-1:0', name: 'search', arguments: { q: 'tea' } } },
      { type: 'agent.tool_call', data: { id: 't-1:1', name: 'clock', arguments: {} } },
      { type: 'agent.tool_result', data: { id: 't-1:0', name: 'search', result: 'found' } },
      { type: 'agent.tool_result', data: { id: 't-1:1', name: 'clock', result: 'noon' } },
    ]);
  });

  it('fails as an error inside the stream says, and forgets the ids of what failed', async () => {
    const error = { status: 400, code: 'provider_not_initialize', message: 'no key' };
    const outcome = await play({ app: 'completion', events: [say('error', error)] });
    expect(await failureOf(outcome)).toMatchObject({ status: 400, retryable: false, code: 'http_400' });
    expect(outcome.beats.at(-1)).toBeNull();
    const busy = await play({
      app: 'chat',
      events: [say('error', { status: 429, code: 'rate_limit_error', message: 'plan' })],
    });
    expect(await failureOf(busy)).toMatchObject({ status: 429, retryable: false });
    const crowded = await play({
      app: 'chat',
      events: [say('error', { status: 429, code: 'too_many_requests' })],
    });
    expect((await failureOf(crowded)).retryable).toBe(true);
  });

  it('refuses an input of another shape, by the name of the field', async () => {
    const wrong: readonly Json[] = [
      'tea?',
      {},
      { query: 1 },
      { query: 'x', inputs: [] },
      { query: 'x', topic: 'tea' },
    ];
    const failures = await Promise.all(
      wrong.map(async (input) => failureOf(await play({ app: 'chat' }, { input }))),
    );
    expect(failures.map(({ retryable, code }) => [retryable, code])).toEqual(
      wrong.map(() => [false, 'invalid_input']),
    );
    expect(failures.map(({ detail = '' }) => /"(?:query|inputs|topic)"|The input/.exec(detail)?.[0])).toEqual(
      ['The input', '"query"', '"query"', '"inputs"', '"topic"'],
    );
  });
});

describe('a workflow', () => {
  const end = (status: string): JsonObject =>
    ofRun('workflow_finished', { status, outputs: OUTPUTS, error: 'node "x" fell over', total_tokens: 9 });

  it('takes a partial success, and tokens of unknown kind as input', async () => {
    const node = {
      outputs: {},
      execution_metadata: { total_tokens: 4, total_price: '0.5', currency: 'USD' },
    };
    const { reply } = await play({
      app: 'workflow',
      events: [ofRun('node_finished', node), end('partial-succeeded')],
    });
    expect(await reply).toMatchObject({
      output: OUTPUTS,
      foreignRef: 'run-1',
      usage: { inputTokens: 9, outputTokens: 0, costUsd: 0.5 },
    });
  });

  it('does not count prices in other currencies', async () => {
    const usage = {
      prompt_tokens: 1,
      completion_tokens: 1,
      total_tokens: 2,
      total_price: '7',
      currency: 'RMB',
    };
    const { reply } = await play({
      app: 'workflow',
      events: [ofRun('node_finished', { process_data: { usage } }), end('succeeded')],
    });
    expect((await reply).usage.costUsd).toBe(0);
  });

  it('fails when it failed, and is not tried again when it was stopped', async () => {
    const failed = await failureOf(await play({ app: 'workflow', events: [end('failed')] }));
    const stopped = await failureOf(await play({ app: 'workflow', events: [end('stopped')] }));
    expect([failed.code, failed.retryable, stopped.code, stopped.retryable]).toEqual([
      'workflow_failed',
      true,
      'workflow_stopped',
      false,
    ]);
    expect(failed.detail).toContain('fell over');
  });

  it('finds the run that an earlier attempt had started, and starts none', async () => {
    const lastHeartbeat = { taskId: 'task-1', runId: 'run-1' };
    const outputs = JSON.stringify(OUTPUTS);
    const record = { id: 'run-1', status: 'succeeded', outputs, total_tokens: 4 };
    const { reply, counterpart } = await play({ app: 'workflow', record }, { lastHeartbeat });
    expect(await reply).toMatchObject({ output: OUTPUTS, usage: { inputTokens: 4 } });
    expect(counterpart.calls().map(({ path }) => path)).toEqual(['/v1/workflows/run/run-1']);
  });

  it('joins a run that still goes on, and takes the answer of a Chatflow from its end', async () => {
    const lastHeartbeat = { taskId: 'task-1', runId: 'run-1', conversationId: 'c-1' };
    const joined = [
      say('message', { answer: 'the rest' }),
      say('message_end', {}),
      ofRun('workflow_finished', { status: 'succeeded', outputs: { answer: 'all of the rest' } }),
    ];
    const { reply, counterpart } = await play(
      { app: 'chat', record: { status: 'running' }, joined },
      { lastHeartbeat },
    );
    expect(await reply).toMatchObject({ output: 'all of the rest', sessionId: 'c-1' });
    const { path, query } = counterpart.calls().at(-1) ?? {};
    expect([path, query?.get('user')]).toEqual(['/v1/workflow/run-1/events', 'user-1']);
  });
});

describe('a pause for a person', () => {
  const paused = async (): Promise<AgentPause> => {
    const { pause } = await (await play({ app: 'workflow' }, { behaviour: { kind: 'pause' } })).reply;
    if (pause === undefined) throw new Error('there is no pause');
    return pause;
  };
  const answer = { outcome: 'approve', action: 'yes', form: { note: 'fine' } };

  it('is a form with its fields and actions', async () => {
    expect(await paused()).toMatchObject({
      kind: 'form',
      title: 'Check the offer',
      body: 'Is **this** right?',
      actions: [
        { id: 'yes', outcome: 'approve' },
        { id: 'no', outcome: 'reject' },
      ],
      form: { properties: { note: { type: 'string', default: 'as it is' } }, required: [] },
      resume: { runId: 'run-1', token: 'token-1', taskId: 'task-1' },
    });
  });

  it('goes on by handing the form in, and is not fooled by the pause that is told once more', async () => {
    const state = (await paused()).resume;
    const joined = [
      ofRun('workflow_paused', { reasons: [FORM] }),
      ofRun('workflow_finished', { status: 'succeeded', outputs: OUTPUTS }),
    ];
    const { reply, counterpart } = await play({ app: 'workflow', joined }, { resume: { state, answer } });
    expect((await reply).output).toEqual(OUTPUTS);
    expect(counterpart.calls()[0]).toMatchObject({
      path: '/v1/form/human_input/token-1',
      body: { inputs: { note: 'fine' }, action: 'yes', user: 'user-1' },
    });
  });

  it('fails when somebody else was first, unless that was an earlier attempt', async () => {
    const state = (await paused()).resume;
    const form = { status: 412, body: { code: 'human_input_form_submitted', status: 412 } };
    const resume = { state, answer };
    const late = await play({ app: 'workflow', form }, { resume });
    expect(await failureOf(late)).toMatchObject({ status: 412, retryable: false });
    const again = await play({ app: 'workflow', form }, { resume, lastHeartbeat: late.beats.at(-1) ?? null });
    expect((await again.reply).output).toEqual(OUTPUTS);
    const other = {
      ...ofRun('workflow_finished', { status: 'succeeded', outputs: OUTPUTS }),
      task_id: 'task-2',
    };
    const moved = await play({ app: 'workflow', joined: [other] }, { resume });
    await moved.reply;
    expect(moved.beats.at(-1)).toMatchObject({ taskId: 'task-2', submitting: 'token-1' });
  });

  it('refuses an answer that the form does not know', async () => {
    const resume = { state: (await paused()).resume, answer: { outcome: 'revise', action: 'later' } };
    expect(await failureOf(await play({ app: 'workflow' }, { resume }))).toMatchObject({
      code: 'unknown_action',
      retryable: false,
    });
  });

  it('waits where the form went out by e-mail', async () => {
    const events = [
      ofRun('human_input_required', { ...FORM, form_token: null }),
      ofRun('workflow_paused', { reasons: [] }),
    ];
    const { reply } = await play({ app: 'workflow', events, record: { status: 'paused' } });
    expect((await reply).finish).toBe('stop');
  });
});

describe('health()', () => {
  it('counts a refused key as a sign of life', async () => {
    const { egress, counterpart, reply } = await play({ app: 'chat' });
    await reply;
    const parsed = adapter.parseConfig(counterpart.configFor({ kind: 'status', status: 401 }));
    if (!parsed.ok) throw new Error('the config should parse');
    const health = await adapter.health?.(parsed.config, { egress, signal: new AbortController().signal });
    expect([health?.healthy, counterpart.calls().at(-1)?.path]).toEqual([true, '/v1/info']);
  });
});
