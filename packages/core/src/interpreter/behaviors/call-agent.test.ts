import { describe, expect, it } from '@jest/globals';
import { answersLater, DEFAULT_RETRY, type PinnedAgent } from '../../agent.ts';
import { errorType, failure } from '../../failure.ts';
import type { Json, JsonObject } from '../../json.ts';
import {
  agentOf,
  BEGIN,
  errorOf,
  eventsOf,
  outputOf,
  snapshotOf,
  start,
  startSnapshot,
  told,
  type Hand,
  type HandParams,
} from '../hand-runtime-fixture.ts';
import { retryDelay } from './call-agent.ts';

const task = (args: JsonObject = {}): Json => ({ a: { call: 'agent', with: { agent: 'writer', ...args } } });
const call = (args: JsonObject = {}, params: HandParams = {}): Hand => start([task(args)], params);
const reply = (hand: Hand, result: Json): unknown =>
  hand.feed({ kind: 'completed', command: hand.of('a').id, result });

describe('call: agent', () => {
  it('asks for the pinned version with input and session, and gives its output', () => {
    const hand = call({ input: { n: '${ .n }' }, session: '${ $workflow.id }' }, { input: { n: 1 } });
    expect(hand.of('a')).toMatchObject({
      kind: 'invoke-agent',
      agent: 'writer@1.0.0',
      input: { n: 1 },
      session: snapshotOf([]).runId,
      timeoutMs: 60_000,
      idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(told(hand)).not.toContain('run.waiting');
    hand.answer('a', { text: 'done' });
    expect(outputOf(hand)).toEqual({ text: 'done' });
  });

  it('gives the whole reply when asked', () => {
    const hand = call({ return: 'reply' });
    reply(hand, { output: 1, text: 'one', usage: { calls: 2 } });
    expect(outputOf(hand)).toEqual({ output: 1, text: 'one', usage: { calls: 2 } });
  });

  it('checks the input and the output against the schemas of the agent and of the task', () => {
    const object = { type: 'object', required: ['ok'] };
    const input = call({ input: 5 }, { agent: agentOf({ inputSchema: object }) });
    expect(errorOf(input)).toMatchObject({ type: errorType('validation'), instance: '/do/0/a' });
    expect(input.commands).toEqual([]);
    const output = call({}, { agent: agentOf({ outputSchema: object }) });
    output.answer('a', 5);
    expect(errorOf(output).detail).toContain('The output of agent writer does not match its schema');
    const own = call({ output: { schema: object } });
    own.answer('a', {});
    expect(errorOf(own).type).toBe(errorType('validation'));
  });

  it('faults when the session is no text, when nothing is pinned, and when the answer is no reply', () => {
    expect(errorOf(call({ session: '${ 5 }' })).detail).toBe('"with.session" must give text; it gave 5.');
    const unpinned = startSnapshot({ ...snapshotOf([task()]), pins: {}, agents: {} });
    expect(errorOf(unpinned)).toMatchObject({
      type: errorType('configuration'),
      detail: 'The run is pinned to no version of agent "writer".',
    });
    const mute = call();
    reply(mute, 'text');
    expect(errorOf(mute)).toMatchObject({
      type: errorType('runtime'),
      detail: 'An agent answered "text", which the interpreter cannot read.',
    });
  });
});

describe('usage of agents', () => {
  it('says when an earlier answer was given again, which costs nothing', () => {
    const hand = call({}, { agent: agentOf({ cost: { perCallUsd: 2 } }) });
    reply(hand, { output: 1, usage: { calls: 0 }, cached: true });
    expect(eventsOf(hand, 'agent.usage')).toMatchObject([{ cached: true, usage: { calls: 0, costUsd: 0 } }]);
    expect(hand.state.usage).toMatchObject({ calls: 0, costUsd: 0 });
  });

  it('is summed over the run and reported with the attempt', () => {
    const hand = start([task(), { b: { call: 'agent', with: { agent: 'writer' } } }]);
    reply(hand, { output: 1, usage: { inputTokens: 10, outputTokens: 5, costUsd: 0.5, toolCalls: 2 } });
    hand.answer('b', 2);
    expect(
      eventsOf(hand, 'agent.usage').map(({ agent, version, usage }) => ({ agent, version, usage })),
    ).toEqual([
      {
        agent: 'writer',
        version: '1.0.0',
        usage: { inputTokens: 10, outputTokens: 5, costUsd: 0.5, calls: 1, toolCalls: 2 },
      },
      {
        agent: 'writer',
        version: '1.0.0',
        usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 1, toolCalls: 0 },
      },
    ]);
    expect(eventsOf(hand, 'run.completed')[0]?.usage).toEqual({
      inputTokens: 10,
      outputTokens: 5,
      costUsd: 0.5,
      calls: 2,
      toolCalls: 2,
    });
  });

  it('has a cost by the prices of the version when the agent names none', () => {
    const cost = { inputPerMTokUsd: 2, outputPerMTokUsd: 10, perCallUsd: 0.25 };
    const priced = call({}, { agent: agentOf({ cost }) });
    reply(priced, { output: 1, usage: { inputTokens: 1_000_000, outputTokens: 100_000 } });
    expect(priced.state.usage.costUsd).toBe(3.25);
    const named = call({}, { agent: agentOf({ cost }) });
    reply(named, { output: 1, usage: { inputTokens: 1_000_000, costUsd: 0.1 } });
    expect(named.state.usage.costUsd).toBe(0.1);
    const free = call({}, { agent: agentOf({ cost: {} }) });
    reply(free, { output: 1, usage: { inputTokens: 1_000_000 } });
    expect(free.state.usage.costUsd).toBe(0);
  });

  it('counts even when the output is refused', () => {
    const hand = call({ output: { schema: { type: 'object' } } });
    reply(hand, { output: 1, usage: { inputTokens: 7, cachedTokens: 3 } });
    expect(eventsOf(hand, 'run.faulted')[0]?.usage).toMatchObject({ inputTokens: 7, cachedTokens: 3 });
  });
});

describe('an agent that answers later', () => {
  it('is waited for, which readers are told once', () => {
    const hand = call();
    const until = '2026-01-01T01:00:00.000Z';
    const news = { kind: 'answer-awaited', command: hand.of('a').id, until } as const;
    hand.feed(news);
    hand.feed(news);
    expect(told(hand).slice(2)).toEqual(['step.waiting a', 'run.waiting']);
    expect(eventsOf(hand, 'step.waiting')[0]).toMatchObject({ waitKind: 'agent', until });
    hand.answer('a', 'late');
    expect(outputOf(hand)).toBe('late');
  });

  it('is known by its config', () => {
    const config = { callback: {} };
    expect([agentOf(), agentOf({ config }), agentOf({ config, adapter: 'n8n' })].map(answersLater)).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('what agents tell on the way', () => {
  const events = [
    { type: 'agent.message', data: 'I look.' },
    { type: 'agent.tool_call', data: { id: 'c-1', name: 'look', arguments: { at: 'rivers' } } },
    { type: 'agent.tool_result', data: { id: 'c-1', name: 'look', result: 'wet' }, leftOut: 2 },
  ];

  it('becomes events before the usage, also when the output is refused', () => {
    const hand = call({ output: { schema: { type: 'object' } } });
    reply(hand, { output: 1, events });
    expect(told(hand).slice(2)).toEqual([
      'agent.message a',
      'agent.tool_call a',
      'agent.tool_result a',
      'agent.usage a',
      'step.faulted a',
      'run.faulted',
    ]);
    const from = { agent: 'writer', version: '1.0.0', step: { path: '/do/0/a', attempt: 1 } };
    expect(eventsOf(hand, 'agent.message')[0]).toMatchObject({ ...from, text: 'I look.' });
    expect(eventsOf(hand, 'agent.tool_call')[0]).toMatchObject({ ...from, toolCall: events[1]?.data });
    expect(eventsOf(hand, 'agent.tool_result')[0]).toMatchObject({
      ...from,
      toolResult: events[2]?.data,
      leftOut: 2,
    });
  });

  it('is no part of the reply that a task gives on', () => {
    const hand = call({ return: 'reply' });
    reply(hand, { output: 1, text: 'one', events });
    expect(outputOf(hand)).toEqual({ output: 1, text: 'one' });
  });

  it('is told by an agent, not by who answers its pause', () => {
    const hand = call({ pauses: { policy: { candidates: { roles: ['editor'] } } } });
    reply(hand, { output: null, finish: 'pause', pause: { title: 'Send?' }, events: events.slice(0, 1) });
    reply(hand, { outcome: 'approve', humanTaskId: 'h-1', events });
    expect(eventsOf(hand, 'agent.tool_call')).toEqual([]);
    reply(hand, { output: 'sent', events: events.slice(1, 2) });
    expect(eventsOf(hand, 'agent.message')).toHaveLength(1);
    expect(eventsOf(hand, 'agent.tool_call')).toHaveLength(1);
  });
});

describe('retry of agents', () => {
  it('tries again with the same key and input, and reports every attempt', () => {
    const hand = call({ input: '${ .n }' }, { input: { n: 1 } });
    const first = hand.of('a');
    hand.fail('a', { status: 503 });
    expect(eventsOf(hand, 'step.retrying')[0]).toMatchObject({
      step: { attempt: 1 },
      error: { status: 503, instance: '/do/0/a' },
      nextAttemptAt: expect.any(String),
    });
    expect(told(hand).at(-1)).toBe('run.waiting');
    hand.fire();
    const second = hand.of('a');
    expect(second).toEqual({ ...first, id: second.id, step: { ...first.step, attempt: 2 } });
    hand.answer('a', 'late');
    expect(outputOf(hand)).toBe('late');
    expect(eventsOf(hand, 'step.started').map(({ step }) => step.attempt)).toEqual([1, 2]);
    expect(eventsOf(hand, 'agent.usage')[0]?.step.attempt).toBe(2);
    expect(eventsOf(hand, 'step.completed')[0]?.step.attempt).toBe(2);
  });

  it('faults with the last failure once the attempts are used up', () => {
    const hand = call({}, { agent: agentOf({ retry: { ...DEFAULT_RETRY, maxAttempts: 2 } }) });
    hand.fail('a', { detail: 'one' });
    hand.fire();
    hand.fail('a', { detail: 'two' });
    expect(errorOf(hand)).toMatchObject({ detail: 'two', instance: '/do/0/a' });
    expect(eventsOf(hand, 'step.faulted')[0]?.step.attempt).toBe(2);
  });

  it('takes the timer back when the step is canceled', () => {
    const hand = call();
    hand.fail('a');
    hand.feed({ kind: 'cancel', reason: 'enough' });
    expect(hand.open()).toEqual([]);
  });

  it('never waits longer than the longest duration', () => {
    const hand = call();
    hand.fail('a', { retryAfterMs: 1e18 });
    expect(eventsOf(hand, 'step.retrying')).toHaveLength(1);
    expect(hand.of('a')).toMatchObject({ dueAt: BEGIN + 3_153_600_000_000 });
  });
});

describe('retryDelay()', () => {
  const failed = failure('communication', 'away', { retryable: true });
  const agent = agentOf({
    retry: { ...DEFAULT_RETRY, maxAttempts: 2_000, backoff: 2, maxIntervalMs: 10_000 },
  });

  const delay = (of: PinnedAgent, attempt: number, chance: number): number | null =>
    retryDelay(of, failed, { attempt, chance });

  it('doubles up to the longest interval, and is never more than that', () => {
    expect([1, 2, 3, 4, 5, 1_999].map((attempt) => delay(agent, attempt, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ]);
  });

  it('is at least half of that', () => {
    expect([0, 0.5, 1].map((chance) => delay(agent, 2, chance))).toEqual([1_000, 1_500, 2_000]);
  });

  it('stays a number when there is nothing to double', () => {
    const eager = agentOf({ retry: { ...agent.retry, initialIntervalMs: 0 } });
    expect(delay(eager, 1_999, 1)).toBe(0);
  });

  it('waits as long as the counterpart wishes', () => {
    const wished = (retryAfterMs: number): number | null =>
      retryDelay(agent, { ...failed, retryAfterMs }, { attempt: 1, chance: 0 });
    expect([wished(60_000), wished(10)]).toEqual([60_000, 500]);
  });

  it('is another one for each delivery and each attempt, and the same in a replay', () => {
    const delays = (tasks: readonly Json[]): readonly number[] => {
      const hand = start(tasks, { agent });
      for (let attempt = 1; attempt <= 20; attempt += 1) {
        hand.fail('a');
        if (attempt < 20) hand.fire();
      }
      return eventsOf(hand, 'step.retrying').map(
        ({ at, nextAttemptAt }) => Date.parse(nextAttemptAt) - Date.parse(at),
      );
    };
    const late = delays([task()]).slice(4);
    expect(new Set(late).size).toBe(late.length);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...late)).toBeLessThanOrEqual(10_000);
    expect(delays([task()]).slice(4)).toEqual(late);
    expect(delays([{ first: { set: { n: 1 } } }, task()]).slice(4)).not.toEqual(late);
  });

  it('gives up on a final failure, after the last attempt, and on types that are named', () => {
    expect(retryDelay(agent, { ...failed, retryable: false }, { attempt: 1, chance: 1 })).toBeNull();
    expect(delay(agent, 2_000, 1)).toBeNull();
    const named = (type: string): number | null =>
      delay(agentOf({ retry: { ...DEFAULT_RETRY, nonRetryable: [type] } }), 1, 1);
    expect(named('communication')).toBeNull();
    expect(named('https://serverlessworkflow.io/dsl/errors/types/communication')).toBeNull();
    expect(named('timeout')).toBe(1_000);
  });
});

describe('local calls of agents', () => {
  const local = (params: HandParams): boolean => {
    const command = call({}, params).of('a');
    return command.kind === 'invoke-agent' && command.local;
  };

  it('are those whose effects may be repeated and whose time-out is short', () => {
    expect(local({ agent: agentOf({ effects: 'none', timeoutMs: 10_000 }) })).toBe(true);
    expect(local({ agent: agentOf({ effects: 'idempotent', timeoutMs: 10_000 }) })).toBe(true);
    expect(local({ agent: agentOf({ effects: 'unknown', timeoutMs: 10_000 }) })).toBe(false);
    expect(local({ agent: agentOf({ effects: 'none', timeoutMs: 10_001 }) })).toBe(false);
  });
});
