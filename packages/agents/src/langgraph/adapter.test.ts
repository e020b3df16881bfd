import { afterEach, describe, expect, it } from '@jest/globals';
import type { AgentPause, Json } from '@baton/core';
import type { AgentResume } from '../adapter.ts';
import { createPlays, failureOf, type Outcome, type PlayWish } from '../vendor-stand.ts';
import { at } from '../wire/fields.ts';
import { createLanggraphAdapter } from './adapter.ts';
import {
  INTERRUPT,
  SAID,
  STATE,
  startLanggraphCounterpart,
  type LanggraphStandInParams,
} from './langgraph-counterpart.ts';

const adapter = createLanggraphAdapter();
const plays = createPlays(adapter, startLanggraphCounterpart);
afterEach(() => plays.stop());

function play(
  graph: LanggraphStandInParams,
  { lastHeartbeat = null, ...wish }: PlayWish & { readonly lastHeartbeat?: Json } = {},
): Promise<Outcome> {
  const input = { messages: [{ role: 'user', content: 'tea?' }] };
  return plays.play(graph, { input, ...wish, context: { lastHeartbeat } });
}

const pathsOf = ({ counterpart }: Outcome): string[] =>
  counterpart.calls().map(({ method, path }) => `${method} ${path}`);

describe('a run', () => {
  it('has a thread of its own, and tells its ids as soon as they are known', async () => {
    const outcome = await play({ config: { config: { recursion_limit: 9 } } });
    expect(await outcome.reply).toMatchObject({
      output: STATE,
      text: 'Tea is ready.',
      sessionId: 'thread-1',
      foreignRef: 'run-1',
    });
    expect(pathsOf(outcome)).toEqual([
      'POST /threads',
      'POST /threads/thread-1/runs/stream',
      'GET /threads/thread-1/runs/run-1/join',
    ]);
    const { body, headers } = outcome.counterpart.calls()[1] ?? {};
    expect(headers?.['x-api-key']).toBe('key-1');
    expect(body).toMatchObject({
      assistant_id: 'agent',
      input: { messages: [{ role: 'user', content: 'tea?' }] },
      config: { recursion_limit: 9 },
      stream_mode: ['messages-tuple', 'values'],
    });
    expect(outcome.beats).toEqual([{ threadId: 'thread-1' }, { threadId: 'thread-1', runId: 'run-1' }]);
  });

  it('goes on in the thread of its session, and counts what it has added there', async () => {
    const old = { ...SAID, id: 'ai-0' };
    const asked = { type: 'human', id: 'h', content: 'more?' };
    const events = [
      ['values', { messages: [old, asked] }],
      ['values', { messages: [old, asked, SAID] }],
      ['end', null],
    ] as const;
    const outcome = await play({ events }, { session: 'thread-7' });
    expect(await outcome.reply).toMatchObject({ sessionId: 'thread-7', usage: { inputTokens: 12 } });
    expect(pathsOf(outcome)).toEqual(['POST /threads/thread-7/runs/stream']);
  });

  it('counts all of a graph that tells its state once', async () => {
    const { reply } = await play({
      events: [
        ['values', STATE],
        ['end', null],
      ],
    });
    expect((await reply).usage.inputTokens).toBe(12);
  });

  it('is waited for where no stream is wanted, and counts what follows the last question', async () => {
    const cached = { ...SAID.usage_metadata, input_token_details: { cache_read: 3 } };
    const result = {
      messages: [
        SAID,
        { type: 'human', id: 'h', content: 'more?' },
        { ...SAID, id: 'ai-2', usage_metadata: cached },
      ],
    };
    const outcome = await play({ config: { stream: false }, result }, { session: 'thread-7' });
    expect((await outcome.reply).usage).toEqual({
      inputTokens: 12,
      outputTokens: 5,
      cachedTokens: 3,
      costUsd: 0,
      calls: 1,
      toolCalls: 0,
    });
    expect(pathsOf(outcome)).toEqual([
      'POST /threads/thread-7/runs',
      'GET /threads/thread-7/runs/run-1/join',
    ]);
  });

  it('is joined when an earlier attempt had started it', async () => {
    const outcome = await play({}, { lastHeartbeat: { threadId: 'thread-1', runId: 'run-9' } });
    expect((await outcome.reply).output).toEqual(STATE);
    expect(pathsOf(outcome)).toEqual(['GET /threads/thread-1/runs/run-9/join']);
  });

  it('tells thoughts, tool calls and their results, each once', async () => {
    const calling = {
      type: 'ai',
      id: 'ai-0',
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'One moment' },
      ],
      tool_calls: [{ id: 'call-1', name: 'brew', args: { cups: 2 } }],
    };
    const result = { type: 'tool', id: 'tool-1', tool_call_id: 'call-1', name: 'brew', content: 'brewed' };
    const events = [
      ['values', { messages: [] }],
      ['messages', [{ ...calling, type: 'AIMessageChunk' }, {}]],
      ['values', { messages: [calling] }],
      ['messages', [result, {}]],
      ['values', { messages: [calling, result] }],
      ['end', null],
    ] as const;
    const { reply, told } = await play({ events });
    expect((await reply).usage.toolCalls).toBe(1);
    expect(told).toEqual([
      { type: 'agent.thinking', data: 'hm' },
      { type: 'agent.chunk', data: 'One moment' },
      { type: 'agent.tool_call', data: { id: 'call-1', name: 'brew', arguments: { cups: 2 } } },
      { type: 'agent.tool_result', data: { id: 'call-1', name: 'brew', result: 'brewed' } },
    ]);
  });

  it('fails as the server reports inside a good answer, and forgets the ids of what failed', async () => {
    const joined = await play({ result: { __error__: { error: 'ValueError', message: 'no tea' } } });
    expect(await failureOf(joined)).toMatchObject({ code: 'run_failed', retryable: true });
    expect(joined.beats.at(-1)).toBeNull();
    const streamed = await failureOf(
      await play({ events: [['error', { error: 'GraphRecursionError', message: 'too far' }]] }),
    );
    expect([streamed.retryable, streamed.detail?.includes('too far')]).toEqual([false, true]);
  });
});

describe('an interrupt', () => {
  const pausedBy = async (...interrupts: readonly Json[]): Promise<AgentPause> => {
    const { pause } = await (await play({ result: { __interrupt__: interrupts } })).reply;
    if (pause === undefined) throw new Error('there is no pause');
    return pause;
  };
  const answered = async (state: Json, answer: AgentResume['answer']): Promise<Json | undefined> => {
    const outcome = await play({}, { resume: { state, answer } });
    await outcome.reply;
    return at(outcome.counterpart.calls().find(({ method }) => method === 'POST')?.body, 'command');
  };

  it('that asks about tool calls has an item for each, decided by itself or as a whole', async () => {
    const {
      action_requests: [brew = null],
    } = INTERRUPT.value;
    const pause = await pausedBy({
      ...INTERRUPT,
      value: { action_requests: [brew, { name: 'pour', args: {} }] },
    });
    expect(pause).toMatchObject({
      kind: 'tool_call',
      items: [
        { id: 'interrupt-1:0', name: 'brew', arguments: { cups: 2 }, description: 'Puts the kettle on' },
        { id: 'interrupt-1:1', name: 'pour' },
      ],
    });
    const items = [{ id: 'interrupt-1:1', outcome: 'reject', comment: 'too hot' }];
    expect(await answered(pause.resume, { outcome: 'approve', items })).toEqual({
      resume: { decisions: [{ type: 'approve' }, { type: 'reject', message: 'too hot' }] },
    });
    const edited = [{ id: 'interrupt-1:0', arguments: { cups: 1 } }];
    expect(await answered(pause.resume, { outcome: 'approve', items: edited })).toEqual({
      resume: {
        decisions: [
          { type: 'edit', edited_action: { name: 'brew', args: { cups: 1 } } },
          { type: 'approve' },
        ],
      },
    });
    expect(await answered(pause.resume, { outcome: 'expired' })).toEqual({
      resume: { decisions: [{ type: 'reject' }, { type: 'reject' }] },
    });
  });

  it('with a question is an approval, answered with true or false', async () => {
    const pause = await pausedBy({ id: 'i-1', value: { question: 'Pour it?', cup: 1 } });
    expect(pause).toMatchObject({ kind: 'approval', title: 'Pour it?' });
    expect(pause.body).toContain('"cup": 1');
    expect(await answered(pause.resume, { outcome: 'approve' })).toEqual({ resume: true });
    expect(await answered(pause.resume, { outcome: 'reject' })).toEqual({ resume: false });
  });

  it('with a schema of its answer has a form, whose data it goes on with', async () => {
    const schema = { type: 'object', properties: { cups: { type: 'integer' } } };
    const pause = await pausedBy({ id: 'i-1', value: 'How many?\nCount them.', response_schema: schema });
    expect(pause).toMatchObject({ title: 'How many?', body: 'How many?\nCount them.', form: schema });
    expect(await answered(pause.resume, { outcome: 'approve', form: { cups: 3 } })).toEqual({
      resume: { cups: 3 },
    });
  });

  it('that is one of several is answered by its id', async () => {
    const pause = await pausedBy({ id: 'i-1', value: 'One?' }, { id: 'i-2', value: 'Two?' });
    expect(await answered(pause.resume, { outcome: 'approve' })).toEqual({
      resume: { 'i-1': true, 'i-2': true },
    });
  });

  it('does not count again what was counted before the pause', async () => {
    const asked = { type: 'human', id: 'h', content: 'tea?' };
    const events = [
      ['values', { messages: [asked] }],
      ['values', { messages: [asked, SAID], __interrupt__: [INTERRUPT] }],
      ['end', null],
    ] as const;
    const { usage, pause } = await (await play({ events })).reply;
    expect(usage.inputTokens).toBe(12);
    const resume = { state: pause?.resume ?? null, answer: { outcome: 'approve' } };
    const resumed = await play({ config: { stream: false } }, { resume });
    expect(await resumed.reply).toMatchObject({ output: STATE, usage: { inputTokens: 0 } });
    expect(resumed.counterpart.calls()[0]?.path).toBe('/threads/thread-1/runs');
  });

  it('refuses a state that is none of its own', async () => {
    const resume = { state: {}, answer: { outcome: 'approve' } };
    expect(await failureOf(await play({}, { resume }))).toMatchObject({
      code: 'invalid_resume',
      retryable: false,
    });
  });
});

describe('health()', () => {
  it('asks the server and no graph', async () => {
    const outcome = await play({});
    const { egress } = outcome;
    await outcome.reply;
    const parsed = adapter.parseConfig(outcome.counterpart.configFor({ kind: 'status', status: 503 }));
    if (!parsed.ok) throw new Error('the config should parse');
    const health = await adapter.health?.(parsed.config, { egress, signal: new AbortController().signal });
    expect([health?.healthy, pathsOf(outcome).at(-1)]).toEqual([false, 'GET /ok']);
  });
});
