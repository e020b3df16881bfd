import { describe, expect, it } from '@jest/globals';
import type { Json } from '../json.ts';
import { readAgentReply } from './agent-reply-codec.ts';

const one = { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 1, toolCalls: 0 };

describe('readAgentReply()', () => {
  it('takes an object with an output, and one call for what used nothing', () => {
    expect(readAgentReply({ output: null })).toEqual({
      output: null,
      finish: 'stop',
      usage: one,
      events: [],
    });
    expect(readAgentReply({ output: 1, finish: 'length', text: 'one' })).toEqual({
      output: 1,
      finish: 'length',
      text: 'one',
      usage: one,
      events: [],
    });
  });

  it('counts only numbers of zero or more', () => {
    const usage = { inputTokens: 5, outputTokens: -1, cachedTokens: 2, costUsd: 'much', calls: 0 };
    expect(readAgentReply({ output: 1, usage })?.usage).toEqual({
      ...one,
      inputTokens: 5,
      cachedTokens: 2,
      calls: 0,
    });
    expect(readAgentReply({ output: 1, usage: 'none' })?.usage).toEqual(one);
  });

  it('is null for anything else', () => {
    expect([null, 'text', [], {}, { text: 'x' }].map(readAgentReply)).toEqual([null, null, null, null, null]);
  });

  it('reads a pause, and leaves out what cannot be used', () => {
    const read = (pause: Json): unknown => readAgentReply({ output: null, finish: 'pause', pause })?.pause;
    const bare = { kind: 'approval', title: 'The agent asks', items: [], resume: null };
    expect([5, {}, { kind: 'dance', title: '', items: 'x', actions: [], form: 1 }].map(read)).toEqual([
      bare,
      bare,
      bare,
    ]);
    const whole = {
      kind: 'form',
      title: 'Who?',
      body: 'Say.',
      form: {},
      actions: [{ id: 'ok' }],
      items: [],
      resume: 1,
    };
    expect(read(whole)).toEqual(whole);
    const items = [{ id: 'c-1', name: 'send' }, { id: 'c-2' }, { name: 'x' }];
    expect(read({ items })).toMatchObject({ items: [{ id: 'c-1', name: 'send', arguments: null }] });
  });

  it('reads what was told on the way, and leaves out what is no event', () => {
    const read = (...events: readonly Json[]): unknown => readAgentReply({ output: null, events })?.events;
    const call = { id: 'c-1', name: 'look', arguments: { at: 'rivers' } };
    const result = { id: 'c-1', name: 'look', result: 'wet', isError: true };
    const told = [
      { type: 'agent.message', data: 'I look.', truncated: true },
      { type: 'agent.tool_call', data: call },
      { type: 'agent.tool_result', data: result, leftOut: 3 },
    ];
    expect(read(...told)).toEqual(told);
    expect(read(5, { type: 'agent.chunk', data: 'x' }, { type: 'agent.message' })).toEqual([]);
    expect(read({ type: 'agent.tool_call', data: 'x' })).toEqual([]);
    expect(read({ type: 'agent.tool_call', data: {} }, { type: 'agent.tool_result', data: {} })).toEqual([
      { type: 'agent.tool_call', data: { id: '', name: '', arguments: null } },
      { type: 'agent.tool_result', data: { id: '', name: '', result: null } },
    ]);
    expect(readAgentReply({ output: null, events: 'none' })?.events).toEqual([]);
  });
});
