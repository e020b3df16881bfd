import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../json.ts';
import { errorOf, eventsOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';

const child = { namespace: 'shop', name: 'pack', version: '1.0.0' };
const run = (workflow: JsonObject = {}, more: JsonObject = {}): Hand =>
  start([{ r: { run: { workflow: { ...child, ...workflow }, ...more } } }], { input: { n: 1 } });

describe('run: workflow', () => {
  it('starts a child run, waits for it and gives its output', () => {
    const hand = run({ input: { twice: '${ .n * 2 }' } });
    expect(hand.of('r')).toMatchObject({
      kind: 'start-run',
      workflow: child,
      input: { twice: 2 },
      await: true,
    });
    hand.feed({ kind: 'child-started', command: hand.of('r').id, childRunId: 'run-2' });
    expect(told(hand).at(-1)).toBe('run.waiting');
    expect(eventsOf(hand, 'step.waiting')[0]).toMatchObject({ waitKind: 'run', childRunId: 'run-2' });
    hand.answer('r', 'packed');
    expect(outputOf(hand)).toBe('packed');
  });

  it('hands its own input on when none is given', () => {
    expect(run().of('r')).toMatchObject({ input: { n: 1 } });
  });

  it('goes on at once without await, with its input', () => {
    const hand = run({}, { await: false });
    expect(told(hand)).not.toContain('run.waiting');
    hand.feed({ kind: 'child-started', command: hand.of('r').id, childRunId: 'run-2' });
    expect(eventsOf(hand, 'step.waiting')).toEqual([]);
    hand.answer('r', null);
    expect(outputOf(hand)).toEqual({ n: 1 });
  });

  it('faults as the child does, at its own place', () => {
    const hand = run();
    hand.fail('r', { type: 'https://example.com/no', instance: '/do/5/inside' });
    expect(errorOf(hand)).toMatchObject({ type: 'https://example.com/no', instance: '/do/0/r' });
  });

  it('takes no notice of news of another kind', () => {
    const hand = run();
    const { trace } = hand.feed({ kind: 'human-task-opened', command: hand.of('r').id, humanTaskId: 'x' });
    expect(trace).toEqual([]);
  });
});
