import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '../../json.ts';
import { MAX_INBOX } from '../inbox.ts';
import { errorOf, eventsOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';

let count = 0;
const event = (type: string, more: JsonObject = {}): JsonObject => {
  count += 1;
  return { specversion: '1.0', id: `e${count}`, source: '/test', type, ...more };
};

const listener = (to: Json, read: Json = 'data'): Json => ({ l: { listen: { to, read } } });
const listen = (to: Json, read?: Json): Hand => start([listener(to, read)], { input: { order: 7 } });
const paid = { with: { type: 'paid' } };
const sent = { with: { type: 'sent' } };

describe('listen', () => {
  it('waits for one event and gives its data in a list', () => {
    const hand = listen({ one: paid });
    expect(eventsOf(hand, 'step.waiting')).toMatchObject([{ waitKind: 'event', step: { name: 'l' } }]);
    expect(told(hand).at(-1)).toBe('run.waiting');
    hand.signal(event('sent', { data: 1 }));
    expect(hand.state.outcome).toBeUndefined();
    hand.signal(event('paid', { data: { sum: 5 } }));
    expect(outputOf(hand)).toEqual([{ sum: 5 }]);
  });

  it('reads the whole event when asked, and no data as null', () => {
    const whole = listen({ one: paid }, 'envelope');
    const given = event('paid', { data: 1 });
    whole.signal(given);
    expect(outputOf(whole)).toEqual([given]);
    const empty = listen({ one: paid });
    empty.signal(event('paid'));
    expect(outputOf(empty)).toEqual([null]);
  });

  it('takes the first of any', () => {
    const hand = listen({ any: [paid, sent] });
    hand.signal(event('sent', { data: 'S' }));
    expect(outputOf(hand)).toEqual(['S']);
  });

  it('waits for all, each once, and gives them in the order of the filters', () => {
    const hand = listen({ all: [paid, sent, paid] });
    hand.signal(event('sent', { data: 'S' }));
    hand.signal(event('sent', { data: 'unwanted' }));
    hand.signal(event('paid', { data: 'P1' }));
    expect(hand.state.outcome).toBeUndefined();
    hand.signal(event('paid', { data: 'P2' }));
    expect(outputOf(hand)).toEqual(['P1', 'S', 'P2']);
  });

  it('takes an event that came before', () => {
    const hand = start([
      { w: { wait: 'PT1S' } },
      listener({ one: paid }),
      { again: { listen: { to: { one: sent } } } },
    ]);
    hand.signal(event('sent', { data: 'S' }));
    hand.signal(event('paid', { data: 'P' }));
    hand.fire();
    expect(outputOf(hand)).toEqual(['S']);
    expect(eventsOf(hand, 'step.waiting').filter(({ waitKind }) => waitKind === 'event')).toEqual([]);
  });

  it('leaves what it does not take for the next', () => {
    const hand = start([
      { w: { wait: 'PT1S' } },
      listener({ one: paid }),
      { second: { listen: { to: { one: paid } } } },
    ]);
    hand.signal(event('paid', { data: 1 }));
    hand.signal(event('paid', { data: 2 }));
    hand.fire();
    expect(outputOf(hand)).toEqual([2]);
  });

  it('drops an event that was delivered before, by source and id', () => {
    const hand = listen({ all: [paid, paid] });
    hand.signal({ id: '1', source: '/a', type: 'paid', data: 1 });
    hand.signal({ id: '1', source: '/a', type: 'paid', data: 1 });
    expect(hand.state.outcome).toBeUndefined();
    hand.signal({ id: '1', source: '/b', type: 'paid', data: 2 });
    expect(outputOf(hand)).toEqual([1, 2]);
  });

  it('takes events without an id for different ones', () => {
    const hand = listen({ all: [paid, paid] });
    hand.signal({ type: 'paid', data: 1 });
    hand.signal({ type: 'paid', data: 1 });
    expect(outputOf(hand)).toEqual([1, 1]);
  });

  it('keeps the last events that nobody took, and no more', () => {
    const hand = start([{ w: { wait: 'PT1S' } }]);
    const full = { ...hand.state, inbox: Array.from({ length: MAX_INBOX }, (_, n) => ({ type: 'old', n })) };
    const { state } = hand.interpreter.next(full, { kind: 'signal', event: { type: 'new' } }, hand.now);
    expect(state.inbox).toHaveLength(MAX_INBOX);
    expect(state.inbox.at(0)).toEqual({ type: 'old', n: 1 });
    expect(state.inbox.at(-1)).toEqual({ type: 'new' });
  });

  it('drops an event that is larger than any value may be', () => {
    const hand = listen({ one: paid });
    const before = hand.state;
    expect(hand.signal(event('paid', { data: 'x'.repeat(1024 * 1024) })).state).toEqual(before);
  });

  it('reaches every listener that waits', () => {
    const branch = (name: string): Json => ({ [name]: { listen: { to: { one: paid } } } });
    const hand = start([{ f: { fork: { branches: [branch('a'), branch('b')] } } }]);
    hand.signal(event('paid', { data: 1 }));
    expect(outputOf(hand)).toEqual([[1], [1]]);
  });

  it('may be timed out', () => {
    const hand = start([{ l: { listen: { to: { one: paid } }, timeout: { after: 'PT1M' } } }]);
    hand.fire();
    expect(errorOf(hand).status).toBe(408);
  });
});

describe('a filter of events', () => {
  const takes = (filter: JsonObject, given: JsonObject): boolean => {
    const hand = listen({ one: { with: filter } });
    hand.signal(given);
    return hand.state.outcome !== undefined;
  };

  it('compares every attribute that it names', () => {
    expect(takes({ type: 'paid', subject: 'x' }, { type: 'paid', subject: 'x' })).toBe(true);
    expect(takes({ type: 'paid', subject: 'x' }, { type: 'paid', subject: 'y' })).toBe(false);
    expect(takes({ type: 'paid', subject: 'x' }, { type: 'paid' })).toBe(false);
  });

  it('compares data in depth, member by member', () => {
    expect(takes({ data: { a: { b: 1 } } }, { data: { a: { b: 1, c: 2 }, d: 3 } })).toBe(true);
    expect(takes({ data: { a: [1, 2] } }, { data: { a: [1, 2] } })).toBe(true);
    expect(takes({ data: { a: [1, 2] } }, { data: { a: [1] } })).toBe(false);
    expect(takes({ data: { a: 1 } }, { data: {} })).toBe(false);
    expect(takes({ data: { a: 1 } }, { data: 'text' })).toBe(false);
  });

  it('asks an expression, which sees the attribute and the input of the task', () => {
    expect(takes({ data: { order: '${ . == $input.order }' } }, { data: { order: 7 } })).toBe(true);
    expect(takes({ data: { order: '${ . == $input.order }' } }, { data: { order: 8 } })).toBe(false);
    expect(takes({ data: { order: '${ $input.order }' } }, { data: { order: 7 } })).toBe(true);
    expect(takes({ data: { order: '${ $input.order }' } }, { data: { order: 8 } })).toBe(false);
  });

  it('does not match what its expression cannot judge', () => {
    expect(takes({ data: '${ .sum > 5 }' }, { data: 'no object' })).toBe(false);
    expect(takes({ data: '${ .sum > 5 }' }, { data: { sum: 6 } })).toBe(true);
  });
});
