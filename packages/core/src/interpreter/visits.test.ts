import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../json.ts';
import { start, type Hand } from './hand-runtime-fixture.ts';
import type { Command } from './commands.ts';

const agent = (name: string, more: { [key: string]: Json } = {}): Json => ({
  [name]: { call: 'agent', with: { agent: 'writer', input: '${ . }' }, ...more },
});

const final = { retryable: false };

/** Keys of every delivery of a step that ever went out, in order. */
const keysOf = (commands: readonly Command[], step: string): readonly string[] =>
  commands.flatMap((command) =>
    'idempotencyKey' in command && command.step.name === step ? [command.idempotencyKey] : [],
  );

const keys = (hand: Hand, step: string): readonly string[] => keysOf(hand.commands, step);

const distinct = (values: readonly string[]): number => new Set(values).size;

describe('idempotencyKey()', () => {
  it('is another one for every step', () => {
    const hand = start([{ f: { fork: { branches: [agent('a'), agent('b')] } } }]);
    expect(keys(hand, 'a')).not.toEqual(keys(hand, 'b'));
  });

  it('stays over attempts', () => {
    const hand = start([agent('a')]);
    hand.fail('a');
    hand.fire();
    expect(distinct(keys(hand, 'a'))).toBe(1);
    expect(keys(hand, 'a')).toHaveLength(2);
  });

  it('rises after a completed delivery when a jump leads back', () => {
    const hand = start([agent('a', { output: { as: '1' } }), { b: { switch: [{ x: { then: 'a' } }] } }]);
    for (let n = 0; n < 3; n += 1) hand.answer('a', n);
    expect(distinct(keys(hand, 'a'))).toBe(4);
  });

  it('stays for a failed delivery over the rounds of a try, and rises for a completed one', () => {
    const hand = start([{ t: { try: [agent('a'), agent('b')], catch: { retry: {} } } }]);
    hand.answer('a', 1);
    hand.fail('b', final);
    hand.fire();
    hand.answer('a', 2);
    expect(distinct(keys(hand, 'a'))).toBe(2);
    expect(keys(hand, 'b')).toHaveLength(2);
    expect(distinct(keys(hand, 'b'))).toBe(1);
  });

  it('stays for a failed delivery that a jump leads back to, whatever its scope has completed', () => {
    const hand = start([
      { t: { try: [agent('a'), agent('charge')], catch: { then: 'again' } } },
      { done: { set: { x: 1 }, then: 'end' } },
      { again: { set: { x: 1 }, then: 't' } },
    ]);
    hand.answer('a', 1);
    hand.fail('charge', final);
    hand.answer('a', 2);
    expect(distinct(keys(hand, 'a'))).toBe(2);
    expect(distinct(keys(hand, 'charge'))).toBe(1);
    hand.answer('charge', 1);
    expect(hand.state.outcome?.status).toBe('completed');
  });

  it('rises when the answer came and was then refused', () => {
    const refused = { output: { schema: { document: { type: 'string' } } } };
    const hand = start([{ t: { try: [agent('a', refused)], catch: { retry: {} } } }]);
    hand.answer('a', 1);
    hand.fire();
    expect(distinct(keys(hand, 'a'))).toBe(2);
  });

  it('is another one for every round of nested loops', () => {
    const hand = start([
      {
        outer: {
          for: { in: '[range(3)]' },
          do: [{ inner: { for: { in: '[range(3)]', at: 'j' }, do: [agent('a')] } }],
        },
      },
    ]);
    for (let n = 0; n < 9; n += 1) hand.answer('a', n);
    expect(distinct(keys(hand, 'a'))).toBe(9);
  });

  it('rises for the rounds that were completed when a loop runs again, and stays for the one that failed', () => {
    const hand = start([
      {
        t: {
          try: [
            {
              loop: {
                for: { in: '[range(3)]' },
                metadata: { baton: { concurrency: 3 } },
                do: [agent('a'), agent('b')],
              },
            },
          ],
          catch: { retry: {} },
        },
      },
    ]);
    const [a0, a1, a2] = keys(hand, 'a');
    hand.answer('a', 0);
    hand.answer('a', 1);
    hand.answer('b', 0);
    hand.fail('b', final);
    hand.fire();
    const [b0, b1] = keys(hand, 'b');
    expect(keys(hand, 'a').slice(3)[2]).toBe(a2);
    expect([a0, a1]).not.toContain(keys(hand, 'a').at(3));
    expect([a0, a1]).not.toContain(keys(hand, 'a').at(4));
    hand.answer('a', 0);
    hand.answer('a', 1);
    expect(keys(hand, 'b').at(2)).not.toBe(b0);
    expect(keys(hand, 'b').at(3)).toBe(b1);
  });

  it('stays for the failed delivery of a round, though its loop has finished', () => {
    const caught = { t: { try: [agent('b')], catch: {} } };
    const hand = start([
      { loop: { for: { in: '[range(3)]' }, do: [agent('a'), caught] } },
      { again: { switch: [{ x: { then: 'loop' } }] } },
    ]);
    const pass = (failing: number): void => {
      for (let n = 0; n < 3; n += 1) {
        hand.answer('a', n);
        if (n === failing) hand.fail('b', final);
        else hand.answer('b', n);
      }
    };
    pass(1);
    pass(1);
    pass(-1);
    pass(-1);
    const b = keys(hand, 'b');
    expect(b[1]).toBe(b[4]);
    expect(b[4]).toBe(b[7]);
    expect(b[7]).not.toBe(b[10]);
    expect(distinct(b)).toBe(12 - 2);
    expect(distinct(keys(hand, 'a'))).toBe(13);
  });

  it('keeps little of what was delivered', () => {
    const hand = start([
      { o: { do: [{ loop: { for: { in: '[range(50)]' }, do: [agent('a')] } }] } },
      { w: { wait: 'PT1S' } },
    ]);
    for (let n = 0; n < 50; n += 1) hand.answer('a', n);
    expect(hand.state.visits).toEqual({ visits: 0, inner: { '/do/0/o': { visits: 1 } } });
  });
});

/** A tree of scopes around calls; every call gets a name of its own. */
type Tree =
  string | { readonly kind: 'do' | 'try' | 'for' | 'side' | 'fork'; readonly inner: readonly Tree[] };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant('call'),
    fc.record({
      kind: fc.constantFrom('do' as const, 'try' as const, 'for' as const, 'side' as const, 'fork' as const),
      inner: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

const tasksOf = (trees: readonly Tree[]): Json[] => trees.map((each, index) => taskOf(each, index));

const taskOf = (each: Tree, index: number): Json => {
  const name = `t${index}`;
  if (typeof each === 'string') return agent(name);
  const inner = tasksOf(each.inner);
  if (each.kind === 'do') return { [name]: { do: inner } };
  if (each.kind === 'try') return { [name]: { try: inner, catch: {} } };
  if (each.kind === 'fork') return { [name]: { fork: { branches: inner } } };
  const metadata = { baton: { concurrency: each.kind === 'side' ? 2 : 1 } };
  return { [name]: { for: { in: '[range(2)]' }, metadata, do: inner } };
};

describe('keys of any definition', () => {
  it('are the same for what failed and others for what was completed, whichever way the run comes back', () => {
    fc.assert(
      fc.property(
        fc.array(tree, { minLength: 1, maxLength: 2 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 40, maxLength: 40 }),
        (trees, choices) => {
          const hand = start([
            { all: { try: tasksOf(trees), catch: {} } },
            { again: { switch: [{ x: { then: 'all' } }] } },
          ]);
          const completed = new Set<string>();
          const failed = new Map<string, string>();
          for (let n = 0; n < 40; n += 1) {
            const calls = hand.open().flatMap((one) => (one.kind === 'invoke-agent' ? [one] : []));
            const choice = choices[n] ?? 0;
            const chosen = calls[choice % Math.max(1, calls.length)];
            if (chosen === undefined) break;
            const { id, step, idempotencyKey } = chosen;
            expect(completed.has(idempotencyKey)).toBe(false);
            const where = placeOf(hand, id);
            if (failed.has(where)) expect(idempotencyKey).toBe(failed.get(where));
            if (choice < 7) {
              completed.add(idempotencyKey);
              failed.delete(where);
              hand.feed({ kind: 'completed', command: id, result: { output: step.id } });
            } else {
              failed.set(where, idempotencyKey);
              const failure = { type: 'x', status: 500, title: 'x', retryable: false };
              hand.feed({ kind: 'failed', command: id, failure });
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** Pointer and loop indexes of the call that a command is for. */
function placeOf(hand: Hand, command: number): string {
  const frames = Object.values(hand.state.frames);
  const frame = frames.find(({ body }) => body.kind === 'call' && body.command.id === command);
  const place = frame?.place.map(({ segment }) => segment) ?? [];
  return place.join('');
}
