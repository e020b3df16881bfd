import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { errorType } from '../failure.ts';
import type { Json } from '../json.ts';
import { jsonBytes, MOST_COUNTED_BYTES, sizeText } from './data.ts';
import { errorOf, eventsOf, start, type Hand } from './hand-runtime-fixture.ts';
import type { RunState } from './state.ts';

const MIB = 1024 * 1024;

describe('jsonBytes()', () => {
  it('counts the bytes of JSON in UTF-8', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const both = { value, text };
        expect(jsonBytes(both, Infinity)).toBe(Buffer.byteLength(JSON.stringify(both)));
      }),
      { numRuns: 40 },
    );
  });

  it('knows escapes, pairs and halves of pairs', () => {
    for (const text of ['\n\t\b\f\r"\\', '\0\u001f', '😀', '\ud800', '\udc00x', 'é', '漢'])
      expect(jsonBytes(text, Infinity)).toBe(Buffer.byteLength(JSON.stringify(text)));
  });

  it('stops once past the limit, and does not mind depth', () => {
    expect(jsonBytes(['x'.repeat(50), 'y', 'z'], 10)).toBeLessThan(70);
    let deep: Json = 1;
    for (let i = 0; i < 50_000; i += 1) deep = [deep];
    expect(jsonBytes(deep, Infinity)).toBe(100_001);
  });
});

describe('sizeText()', () => {
  it('names a size that was counted, or says that it is more', () => {
    expect(sizeText(5)).toBe('5 bytes');
    expect(sizeText(MOST_COUNTED_BYTES + 1)).toBe(`more than ${MOST_COUNTED_BYTES} bytes`);
  });
});

describe('a value over 1 MiB', () => {
  const big = 'x'.repeat(MIB);
  const expectRefused = (hand: Hand, instance: string): void => {
    expect(errorOf(hand)).toMatchObject({ type: errorType('runtime'), instance });
    expect(errorOf(hand).detail).toMatch(/has \d+ bytes as JSON; one value may have at most 1048576/);
    expect(hand.open()).toEqual([]);
  };

  it('faults the task that makes it', () => {
    expectRefused(
      start([{ a: { set: { x: '${ $workflow.input + "x" }' } } }], { input: 'x'.repeat(MIB - 2) }),
      '/do/0/a',
    );
    expectRefused(start([{ a: { set: { x: 1 }, export: { as: '"x" * 1048576' } } }]), '/do/0/a');
    expectRefused(start([{ a: { input: { from: '"x" * 1048576' }, set: { x: 1 } } }]), '/do/0/a');
    expectRefused(start([{ a: { set: { x: 1 } } }], { input: big }), '');
    expectRefused(
      start([{ a: { for: { in: '[range(200000)]' }, do: [{ b: { set: { x: 1 } } }] } }]),
      '/do/0/a',
    );
    const called = start([{ a: { call: 'agent', with: { agent: 'writer' } } }]);
    called.answer('a', big);
    expectRefused(called, '/do/0/a');
  });

  it('faults the call that would send it, before it goes out', () => {
    const half = '${ "x" * 600000 }';
    const twice = { a: half, b: half };
    expectRefused(start([{ a: { call: 'agent', with: { agent: 'writer', input: twice } } }]), '/do/0/a');
    const http = { method: 'post', endpoint: 'https://a.example/', body: twice };
    expectRefused(start([{ a: { call: 'http', with: http } }]), '/do/0/a');
    expectRefused(start([{ a: { call: 'human', with: { title: 'Sure?', context: twice } } }]), '/do/0/a');
    const workflow = { namespace: 'a', name: 'b', version: '1.0.0', input: twice };
    expectRefused(start([{ a: { run: { workflow } } }]), '/do/0/a');
  });
});

describe('a state over 8 MiB', () => {
  const part = 'x'.repeat(MIB - 100);

  it('faults the run and names the step, before the effects of that turn go out', () => {
    const hand = start([
      {
        each: {
          for: { in: '[range(20)]' },
          metadata: { baton: { concurrency: 2 } },
          do: [{ a: { call: 'agent', with: { agent: 'writer' } } }],
        },
      },
    ]);
    while (hand.state.outcome === undefined) hand.answer('a', part);
    expect(errorOf(hand)).toMatchObject({ type: errorType('runtime'), instance: '/do/0/each/do/0/a' });
    expect(errorOf(hand).detail).toMatch(/has \d+ bytes as JSON; it may have at most 8388608/);
    expect(eventsOf(hand, 'step.completed')).toHaveLength(8);
    expect(hand.open()).toEqual([]);
  });

  it('counts a large value once for every scope that holds it', () => {
    let task: Json = { w: { wait: 'PT1S' } };
    for (let depth = 0; depth < 8; depth += 1) task = { o: { do: [task] } };
    const hand = start([task], { input: part });
    expect(errorOf(hand)).toMatchObject({ type: errorType('runtime') });
    expect(errorOf(hand).instance).toMatch(/\/w$/);
    expect(hand.open()).toEqual([]);
  });

  it('counts the events that nobody has taken', () => {
    const hand = start([{ w: { wait: 'PT1H' } }]);
    for (let n = 0; n < 9; n += 1) hand.signal({ id: `${n}`, type: 'x', data: part });
    expect(errorOf(hand)).toMatchObject({ type: errorType('runtime'), instance: '' });
    expect(hand.open()).toEqual([]);
  });

  it('counts many small ones too', () => {
    const hand = start([{ w: { wait: 'PT1H' } }]);
    const inbox = Array.from({ length: 600 }, (_, n) => ({ type: 'x', n, data: 'x'.repeat(14_000) }));
    let state: RunState = { ...hand.state, inbox };
    for (let n = 0; n < 64; n += 1)
      ({ state } = hand.interpreter.next(state, { kind: 'signal', event: { type: 'x', n } }, hand.now));
    expect(state.outcome).toMatchObject({ status: 'faulted' });
  });

  it('does not forget what was canceled in that turn', () => {
    const hand = start(
      [
        {
          race: {
            fork: {
              compete: true,
              branches: [
                { slow: { call: 'http', with: { method: 'get', endpoint: 'https://a.example/' } } },
                { quick: { call: 'agent', with: { agent: 'writer' } } },
              ],
            },
          },
        },
        { next: { call: 'agent', with: { agent: 'writer' } } },
      ],
      {},
    );
    const slow = hand.of('slow').id;
    const { id: quick } = hand.of('quick');
    const heavy = { ...hand.state, context: Array.from({ length: 9 }, () => part) };
    const event = { kind: 'completed', command: quick, result: { output: part } } as const;
    const { state, commands } = hand.interpreter.next(heavy, event, hand.now);
    expect(state.outcome?.status).toBe('faulted');
    expect(commands).toEqual([{ kind: 'cancel', target: slow }]);
  });
});
