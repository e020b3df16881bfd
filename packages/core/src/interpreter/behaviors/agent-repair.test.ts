import { describe, expect, it } from '@jest/globals';
import type { PinnedAgent } from '../../agent.ts';
import type { JsonObject } from '../../json.ts';
import { agentOf, errorOf, outputOf, start, type Hand } from '../hand-runtime-fixture.ts';

const SCHEMA = { type: 'object', required: ['ready'], properties: { ready: { type: 'boolean' } } };

function call(agent: Partial<PinnedAgent> = {}, more: JsonObject = {}): Hand {
  const task = { call: 'agent', with: { agent: 'writer', input: 'Is it ready?', ...more } };
  return start([{ a: task }], { agent: agentOf({ outputSchema: SCHEMA, repair: true, ...agent }) });
}

describe('an output that does not match its schema', () => {
  it('is sent back once, with what is wrong with it, as another delivery', () => {
    const hand = call();
    const first = hand.of('a');
    hand.answer('a', { ready: 'soon' });
    const second = hand.of('a');
    expect(second).toMatchObject({
      kind: 'invoke-agent',
      input: 'Is it ready?',
      local: false,
      repair: {
        output: { ready: 'soon' },
        problems: expect.arrayContaining([expect.stringContaining('/ready')]),
      },
    });
    expect('idempotencyKey' in second && second.idempotencyKey).not.toBe(
      'idempotencyKey' in first && first.idempotencyKey,
    );
    hand.answer('a', { ready: true });
    expect(outputOf(hand)).toEqual({ ready: true });
    expect(hand.state.usage.calls).toBe(2);
  });

  it('is a failure when it is wrong again, and when nobody wants it mended', () => {
    const again = call();
    again.answer('a', 'soon');
    again.answer('a', 'later');
    expect(errorOf(again).detail).toContain('output of agent writer does not match');
    const { repair: _none, ...plain } = agentOf({ outputSchema: SCHEMA, repair: true });
    const never = start([{ a: { call: 'agent', with: { agent: 'writer', input: 1 } } }], { agent: plain });
    never.answer('a', 'soon');
    expect(errorOf(never).detail).toContain('output of agent writer does not match');
  });

  it('may be that of the task, and that of an agent which has paused before', () => {
    const { outputSchema: _any, ...free } = agentOf({ outputSchema: SCHEMA, repair: true });
    const task = { call: 'agent', with: { agent: 'writer', input: 1, output: { schema: SCHEMA } } };
    const hand = start([{ a: task }], { agent: free });
    const pause = { kind: 'approval', title: 'May I?', resume: 'r-1' };
    hand.feed({
      kind: 'completed',
      command: hand.of('a').id,
      result: { output: null, finish: 'pause', pause },
    });
    hand.feed({
      kind: 'completed',
      command: hand.of('a').id,
      result: { outcome: 'approve', humanTaskId: 'h-1' },
    });
    hand.answer('a', 'soon');
    expect(hand.of('a')).toMatchObject({ resume: { state: 'r-1' }, repair: { output: 'soon' } });
    hand.answer('a', { ready: false });
    expect(outputOf(hand)).toEqual({ ready: false });
  });

  it('is none when it matches, and when it is no reply at all', () => {
    const right = call();
    right.answer('a', { ready: true });
    expect(right.state.usage.calls).toBe(1);
    const hand = call();
    hand.feed({ kind: 'completed', command: hand.of('a').id, result: 'nonsense' });
    expect(errorOf(hand).detail).toContain('which the interpreter cannot read');
  });
});
