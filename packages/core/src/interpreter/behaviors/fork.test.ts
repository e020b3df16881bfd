import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../json.ts';
import { errorOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';

const http = (name: string): Json => ({
  [name]: { call: 'http', with: { method: 'get', endpoint: `https://${name}.example/` } },
});

const fork = (branches: readonly Json[], compete = false): Hand =>
  start([{ split: { fork: { compete, branches } } }], { input: { n: 1 } });

describe('fork', () => {
  it('runs its branches side by side and gives their outputs in declared order', () => {
    const hand = fork([http('a'), { b: { set: { b: '${ .n }' } } }, http('c')]);
    hand.answer('c', 'C');
    expect(hand.state.outcome).toBeUndefined();
    hand.answer('a', 'A');
    expect(outputOf(hand)).toEqual(['A', { b: 1 }, 'C']);
  });

  it('cancels the others and faults when a branch faults', () => {
    const hand = fork([http('a'), http('b'), http('c')]);
    hand.fail('b');
    expect(errorOf(hand)).toMatchObject({ status: 500, instance: '/do/0/split/fork/branches/1/b' });
    expect(told(hand).slice(-5)).toEqual([
      'step.faulted b',
      'step.canceled a',
      'step.canceled c',
      'step.faulted split',
      'run.faulted',
    ]);
    expect(hand.open()).toEqual([]);
  });

  it('begins no branch after one that faults at once', () => {
    const error = { type: 'https://example.com/no', status: 400 };
    const hand = fork([{ a: { raise: { error } } }, http('b')]);
    expect(errorOf(hand).type).toBe('https://example.com/no');
    expect(hand.commands).toEqual([]);
  });

  it('takes exit in a branch for its end', () => {
    const hand = fork([{ a: { set: { a: 1 }, then: 'exit' } }, { b: { set: { b: 2 } } }]);
    expect(outputOf(hand)).toEqual([{ a: 1 }, { b: 2 }]);
  });
});

describe('fork with compete', () => {
  it('gives the output of the first branch and cancels the others', () => {
    const hand = fork([http('a'), http('b')], true);
    hand.answer('b', 'B');
    expect(outputOf(hand)).toBe('B');
    expect(told(hand)).toContain('step.canceled a');
    expect(hand.open()).toEqual([]);
  });

  it('begins no branch after one that completes at once', () => {
    const hand = fork([{ a: { set: { a: 1 } } }, http('b')], true);
    expect(outputOf(hand)).toEqual({ a: 1 });
    expect(hand.commands).toEqual([]);
  });

  it('goes on after a race that was won at once', () => {
    const hand = start([
      { race: { fork: { compete: true, branches: [{ a: { set: { a: 1 } } }, http('b')] } } },
      http('c'),
    ]);
    expect(hand.open().map(({ step }) => step.name)).toEqual(['c']);
  });

  it('lets a branch that faults leave the race', () => {
    const hand = fork([http('a'), http('b')], true);
    hand.fail('a');
    hand.answer('b', 'B');
    expect(outputOf(hand)).toBe('B');
  });

  it('faults with the last error when all have faulted', () => {
    const hand = fork([http('a'), http('b')], true);
    hand.fail('b', { detail: 'first' });
    hand.fail('a', { detail: 'second' });
    expect(errorOf(hand)).toMatchObject({ detail: 'second', instance: '/do/0/split/fork/branches/0/a' });
  });
});
