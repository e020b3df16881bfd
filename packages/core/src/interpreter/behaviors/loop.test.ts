import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../json.ts';
import { errorOf, eventsOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';

const call: Json = { a: { call: 'agent', with: { agent: 'writer', input: '${ $item }' } } };

const loop = (more: { [key: string]: Json }, input: Json = {}): Hand =>
  start([{ each: { for: { in: '${ .items // [1, 2, 3] }' }, do: [call], ...more } }], { input });

const side = (n: number): { [key: string]: Json } => ({ metadata: { baton: { concurrency: n } } });

const inputsOf = (hand: Hand): readonly Json[] =>
  hand.open().flatMap((command) => (command.kind === 'invoke-agent' ? [command.input] : []));

/** Answers the open call whose input is this. */
const answer = (hand: Hand, input: Json, output: Json): void => {
  for (const command of hand.open()) {
    if (command.kind === 'invoke-agent' && command.input === input)
      hand.feed({ kind: 'completed', command: command.id, result: { output } });
  }
};

describe('for', () => {
  it('runs one round an item, one by one, handing the output on', () => {
    const hand = start(
      [
        {
          each: {
            for: { each: 'x', at: 'i', in: '.items' },
            do: [{ add: { set: { sum: '${ .sum + $x + $i }', items: '${ .items }' } } }],
          },
        },
      ],
      { input: { sum: 0, items: [10, 20, 30] } },
    );
    expect(outputOf(hand)).toMatchObject({ sum: 63 });
    expect(eventsOf(hand, 'step.started').map(({ step }) => step.iteration)).toEqual([undefined, 0, 1, 2]);
    expect(new Set(eventsOf(hand, 'step.started').map(({ step }) => step.parent))).toEqual(new Set([0, 1]));
  });

  it('leaves the input as it is when there is no item', () => {
    expect(outputOf(loop({}, { items: [] }))).toEqual({ items: [] });
    expect(outputOf(loop(side(2), { items: [] }))).toEqual([]);
  });

  it('takes a list written out, with expressions and nulls in it', () => {
    const hand = start(
      [
        {
          each: {
            for: { in: [null, '${ .n }'] },
            do: [{ a: { set: { last: '${ $item }', n: '${ .n }' } } }],
          },
        },
      ],
      { input: { n: 7 } },
    );
    expect(outputOf(hand)).toEqual({ last: 7, n: 7 });
    expect(eventsOf(hand, 'step.completed')[0]?.output).toEqual({ last: null, n: 7 });
  });

  it('faults when there is no list to go through', () => {
    expect(errorOf(loop({ for: { in: '.n' } }, { n: 5 }))).toMatchObject({
      detail: '"for.in" needs an array, but ".n" gave 5.',
      instance: '/do/0/each',
    });
  });

  it('asks while before every round', () => {
    const hand = loop({ while: '${ $item < 3 and (. != "stop") }' });
    hand.answer('a', 'go');
    expect(inputsOf(hand)).toEqual([2]);
    hand.answer('a', 'stop');
    expect(outputOf(hand)).toBe('stop');
  });

  it('faults when while cannot be evaluated', () => {
    expect(errorOf(loop({ while: 'error("no")' })).instance).toBe('/do/0/each');
  });

  it('leaves the loop with exit', () => {
    const hand = start([
      { each: { for: { in: '[1,2,3]' }, do: [{ a: { set: { at: '${ $index }' }, then: 'exit' } }] } },
      { after: { set: { seen: '${ .at }' } } },
    ]);
    expect(outputOf(hand)).toEqual({ seen: 0 });
  });

  it('runs several tasks in a round', () => {
    const hand = loop({ do: [call, { b: { set: { b: '${ . }' } } }] }, { items: [1] });
    hand.answer('a', 'A');
    expect(outputOf(hand)).toEqual({ b: 'A' });
  });

  it('jumps back inside a round', () => {
    const hand = start([
      {
        each: {
          for: { in: '[1,2]' },
          do: [
            { a: { set: { n: '${ (.n // 0) + 1 }' } } },
            { b: { switch: [{ x: { when: '.n % 3 != 0', then: 'a' } }] } },
          ],
        },
      },
    ]);
    expect(outputOf(hand)).toEqual({ n: 6 });
  });

  it('faults with the error of a round', () => {
    const hand = loop({});
    hand.fail('a', { retryable: false });
    expect(errorOf(hand).instance).toBe('/do/0/each/do/0/a');
    expect(told(hand).slice(-3)).toEqual(['step.faulted a', 'step.faulted each', 'run.faulted']);
  });
});

describe('for side by side', () => {
  const items = ['p', 'q', 'r', 's'];

  it('keeps as many rounds open as allowed and gives the outputs in the order of the items', () => {
    const hand = loop(side(2), { items });
    expect(inputsOf(hand)).toEqual(['p', 'q']);
    answer(hand, 'q', 'Q');
    expect(inputsOf(hand)).toEqual(['p', 'r']);
    answer(hand, 'r', 'R');
    answer(hand, 's', 'S');
    expect(hand.state.outcome).toBeUndefined();
    answer(hand, 'p', 'P');
    expect(outputOf(hand)).toEqual(['P', 'Q', 'R', 'S']);
  });

  it('gives every round the input of the loop', () => {
    const hand = loop({ ...side(2), do: [{ a: { set: { all: '${ .items | length }' } } }] }, { items });
    expect(outputOf(hand)).toEqual([{ all: 4 }, { all: 4 }, { all: 4 }, { all: 4 }]);
  });

  it('cancels the other rounds when one faults', () => {
    const hand = loop(side(3), { items });
    hand.fail('a', { retryable: false });
    expect(hand.open()).toEqual([]);
    expect(told(hand).filter((line) => line === 'step.canceled a')).toHaveLength(2);
  });

  it('cancels the other rounds on exit and leaves holes for them', () => {
    const hand = start([
      {
        each: {
          for: { in: '["p","q","r"]' },
          metadata: { baton: { concurrency: 3 } },
          do: [{ a: { call: 'agent', with: { agent: 'writer', input: '${ $item }' }, then: 'exit' } }],
        },
      },
    ]);
    answer(hand, 'q', 'Q');
    expect(outputOf(hand)).toEqual([null, 'Q']);
    expect(hand.open()).toEqual([]);
  });

  it('begins no round any more once while was false', () => {
    const hand = start([
      {
        each: {
          for: { in: '["p","q","r","s"]' },
          while: '$context != null or $index < 2',
          metadata: { baton: { concurrency: 3 } },
          do: [{ a: { call: 'agent', with: { agent: 'writer', input: '${ $item }' }, export: { as: '1' } } }],
        },
      },
    ]);
    expect(inputsOf(hand)).toEqual(['p', 'q']);
    answer(hand, 'p', 'P');
    expect(inputsOf(hand)).toEqual(['q']);
    answer(hand, 'q', 'Q');
    expect(outputOf(hand)).toEqual(['P', 'Q']);
  });
});

describe('a loop whose round faults at once', () => {
  it('begins no other round', () => {
    const error = { type: 'https://example.com/x', status: 400 };
    const inner: Json = { each: { for: { in: '[1,2,3]' }, ...side(3), do: [{ r: { raise: { error } } }] } };
    const hand = start([{ t: { try: [inner], catch: {} } }, { w: { wait: 'PT1S' } }]);
    expect(told(hand).filter((line) => line === 'step.started r')).toHaveLength(1);
    expect(told(hand)).toContain('step.started w');
  });
});

describe('for in for', () => {
  it('sees the variables of both', () => {
    const hand = start([
      {
        outer: {
          for: { each: 'x', in: '[1,2]' },
          do: [
            {
              inner: {
                for: { each: 'y', in: '[10,20]' },
                do: [{ a: { set: { all: '${ (.all // []) + [$x + $y] }' } } }],
              },
            },
          ],
        },
      },
    ]);
    expect(outputOf(hand)).toEqual({ all: [11, 21, 12, 22] });
  });
});
