import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../json.ts';
import { agentOf, BEGIN, eventsOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';

const task: Json = { a: { call: 'agent', with: { agent: 'writer' } } };
const call = (): Hand => start([task], { agent: agentOf({ concurrency: { max: 1 }, effects: 'none' }) });
const queue = (hand: Hand) => hand.feed({ kind: 'call-queued', command: hand.of('a').id });
const admit = (hand: Hand) => hand.feed({ kind: 'call-admitted', command: hand.of('a').id });

describe('a call that waits until its agent can be called', () => {
  it('is never asked for as a local activity', () => {
    expect(call().of('a')).toMatchObject({ kind: 'invoke-agent', local: false });
    expect(start([task], { agent: agentOf({ effects: 'none', timeoutMs: 1 }) }).of('a')).toMatchObject({
      local: true,
    });
  });

  it('tells that it waits once, and that it goes on', () => {
    const hand = call();
    queue(hand);
    queue(hand);
    expect(eventsOf(hand, 'step.waiting')).toMatchObject([
      { waitKind: 'capacity', step: { name: 'a', attempt: 1 } },
    ]);
    expect(hand.state.waiting).toBe(true);
    expect(hand.interpreter.openCommands(hand.state)).toMatchObject([{ kind: 'invoke-agent', queued: true }]);
    admit(hand);
    admit(hand);
    expect(hand.state.waiting).toBe(false);
    expect(hand.interpreter.openCommands(hand.state)[0]).not.toHaveProperty('queued');
    hand.answer('a', 1);
    expect(outputOf(hand)).toBe(1);
    expect(told(hand)).toEqual([
      'run.started',
      'step.started a',
      'step.waiting a',
      'run.waiting',
      'step.resumed a',
      'run.resumed',
      'agent.usage a',
      'step.completed a',
      'run.completed',
    ]);
  });

  it('may wait again', () => {
    const hand = call();
    queue(hand);
    admit(hand);
    queue(hand);
    expect(eventsOf(hand, 'step.waiting')).toHaveLength(2);
  });

  it('has made no attempt by waiting, and waits for each attempt anew', () => {
    const hand = call();
    queue(hand);
    hand.fail('a');
    expect(eventsOf(hand, 'step.retrying')).toMatchObject([{ step: { attempt: 1 } }]);
    hand.fire();
    expect(hand.now).toBeGreaterThan(BEGIN);
    expect(hand.of('a')).toMatchObject({ step: { attempt: 2 } });
    expect(hand.of('a')).not.toHaveProperty('queued');
    queue(hand);
    expect(eventsOf(hand, 'step.waiting')).toMatchObject([
      { step: { attempt: 1 } },
      { step: { attempt: 2 } },
    ]);
  });

  it('may be canceled', () => {
    const hand = call();
    queue(hand);
    const { id } = hand.of('a');
    hand.feed({ kind: 'cancel', reason: 'Enough.' });
    expect(hand.commands.at(-1)).toEqual({ kind: 'cancel', target: id });
  });

  it('is news of calls of agents only', () => {
    const hand = start([{ a: { call: 'http', with: { method: 'get', endpoint: 'https://a.example/' } } }]);
    queue(hand);
    admit(hand);
    expect(told(hand)).toEqual(['run.started', 'step.started a']);
  });
});
