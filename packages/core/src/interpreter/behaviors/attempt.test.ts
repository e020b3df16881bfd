import { describe, expect, it } from '@jest/globals';
import { errorType, type Failure } from '../../failure.ts';
import type { Json } from '../../json.ts';
import { BEGIN, errorOf, eventsOf, outputOf, start, told, type Hand } from '../hand-runtime-fixture.ts';
import { matches } from './attempt.ts';

const http: Json = { a: { call: 'http', with: { method: 'get', endpoint: 'https://a.example/' } } };

const attempt = (handler: Json, more: { [key: string]: Json } = {}): Hand =>
  start([{ t: { try: [http], catch: handler, ...more } }], { input: { n: 1 } });

const retry = (policy: { [key: string]: Json }, more: { [key: string]: Json } = {}): Hand =>
  attempt({ retry: { limit: { attempt: { count: 4 } }, ...policy }, ...more });

/** Milliseconds from each failure to the next round. */
const delaysOf = (hand: Hand, rounds: number, failed: Partial<Failure> = {}): readonly number[] =>
  Array.from({ length: rounds }, () => {
    const before = hand.now;
    hand.fail('a', failed);
    hand.fire();
    return hand.now - before;
  });

describe('matches()', () => {
  const error = { type: errorType('timeout'), status: 408, title: 'Timeout', detail: 'late', instance: '/x' };

  it('compares every field that is given', () => {
    expect(matches({}, error)).toBe(true);
    expect(matches({ status: 408, title: 'Timeout', detail: 'late', instance: '/x' }, error)).toBe(true);
    expect(matches({ status: 408, title: 'Late' }, error)).toBe(false);
  });

  it('takes the four spellings of a standard type for one', () => {
    const spellings = [
      'https://serverlessworkflow.io/spec/1.0.0/errors/timeout',
      'https://serverlessworkflow.io/dsl/errors/types/timeout',
      'https://open-workflow-specification.org/spec/1.0.0/errors/timeout',
      'https://open-workflow-specification.org/dsl/errors/types/timeout',
    ];
    expect(spellings.map((type) => matches({ type }, error))).toEqual([true, true, true, true]);
    expect(matches({ type: 'https://example.com/errors/timeout' }, error)).toBe(false);
  });
});

describe('try', () => {
  it('gives the output of its tasks when nothing fails', () => {
    const hand = attempt({ do: [{ c: { set: { caught: true } } }] });
    hand.answer('a', { ok: 1 });
    expect(outputOf(hand)).toEqual({ ok: 1 });
  });

  it('runs several tasks, with jumps and exit', () => {
    const hand = start([
      {
        t: {
          try: [
            { a: { set: { x: 1 }, then: 'c' } },
            { b: { set: { x: 2 } } },
            { c: { set: { y: '${ .x }' }, then: 'exit' } },
            { d: { set: { x: 4 } } },
          ],
          catch: {},
        },
      },
    ]);
    expect(outputOf(hand)).toEqual({ y: 1 });
  });

  it('ends the run from inside', () => {
    const hand = start([
      { t: { try: [{ a: { set: { x: 1 }, then: 'end' } }], catch: {} } },
      { b: { set: { x: 2 } } },
    ]);
    expect(outputOf(hand)).toEqual({ x: 1 });
  });

  it('hands the error to the tasks of catch, which see the input of the try', () => {
    const hand = attempt({
      as: 'problem',
      do: [{ c: { set: { status: '${ $problem.status }', at: '${ $problem.instance }', n: '${ .n }' } } }],
    });
    hand.fail('a', { status: 404 });
    expect(outputOf(hand)).toEqual({ status: 404, at: '/do/0/t/try/0/a', n: 1 });
    expect(told(hand)).toEqual([
      'run.started',
      'step.started t',
      'step.started a',
      'step.faulted a',
      'step.started c',
      'step.completed c',
      'step.completed t',
      'run.completed',
    ]);
  });

  it('leaves the input as output when there is nothing to do about a caught error', () => {
    const hand = attempt({});
    hand.fail('a');
    expect(outputOf(hand)).toEqual({ n: 1 });
  });

  it('passes on an error that it does not take', () => {
    const filtered = attempt({ errors: { with: { status: 404 } } });
    filtered.fail('a', { status: 500 });
    expect(errorOf(filtered)).toMatchObject({ status: 500, instance: '/do/0/t/try/0/a' });

    const conditional = attempt({ when: '$error.status == 404' });
    conditional.fail('a', { status: 500 });
    expect(errorOf(conditional).status).toBe(500);

    const excepted = attempt({ exceptWhen: '$error.status == 500' });
    excepted.fail('a', { status: 500 });
    expect(errorOf(excepted).status).toBe(500);
  });

  it('takes an error when its conditions say so', () => {
    const hand = attempt({ when: '$error.status == 404', exceptWhen: '.n > 1' });
    hand.fail('a', { status: 404 });
    expect(outputOf(hand)).toEqual({ n: 1 });
  });

  it('faults with the error of a condition that cannot be evaluated', () => {
    const hand = attempt({ when: 'error("no")' });
    hand.fail('a');
    expect(errorOf(hand)).toMatchObject({ type: errorType('expression'), instance: '/do/0/t' });
  });

  it('goes where catch.then says, with and without tasks of its own', () => {
    const tasks = (handler: Json): Json[] => [
      { t: { try: [http], catch: handler } },
      { skipped: { set: { skipped: true }, then: 'end' } },
      { b: { set: { got: '${ . }' } } },
    ];
    const bare = start(tasks({ then: 'b' }));
    bare.fail('a');
    expect(outputOf(bare)).toEqual({ got: {} });
    const full = start(tasks({ do: [{ c: { set: { c: 1 } } }], then: 'b' }));
    full.fail('a');
    expect(outputOf(full)).toEqual({ got: { c: 1 } });
  });

  it('faults with an error that the tasks of catch make', () => {
    const error = { type: 'https://example.com/again', status: 409 };
    const hand = attempt({ do: [{ c: { raise: { error } } }], retry: {}, when: 'true', exceptWhen: 'false' });
    hand.fail('a');
    hand.fire();
    expect(hand.state.outcome).toBeUndefined();
    const once = attempt({ do: [{ c: { raise: { error } } }] });
    once.fail('a');
    expect(errorOf(once)).toMatchObject({ status: 409, instance: '/do/0/t/catch/do/0/c' });
  });

  it('cancels what a faulted round has left open', () => {
    const b: Json = { b: { call: 'http', with: { method: 'get', endpoint: 'https://b.example/' } } };
    const hand = start([{ t: { try: [{ f: { fork: { branches: [http, b] } } }], catch: {} } }]);
    hand.fail('b');
    expect(outputOf(hand)).toEqual({});
    expect(told(hand)).toContain('step.canceled a');
    expect(hand.open()).toEqual([]);
  });
});

describe('retry', () => {
  it('tries again until a round succeeds', () => {
    const hand = retry({ delay: 'PT2S' });
    hand.fail('a', { status: 503 });
    const [retrying] = eventsOf(hand, 'step.retrying');
    expect(retrying).toMatchObject({
      step: { name: 't', attempt: 1 },
      error: { status: 503 },
      nextAttemptAt: new Date(BEGIN + 2_000).toISOString(),
    });
    expect(told(hand).at(-1)).toBe('run.waiting');
    hand.fire();
    hand.answer('a', 'late');
    expect(outputOf(hand)).toBe('late');
    expect(eventsOf(hand, 'step.started').map(({ step }) => [step.name, step.attempt])).toEqual([
      ['t', 1],
      ['a', 1],
      ['t', 2],
      ['a', 1],
    ]);
    expect(eventsOf(hand, 'step.completed').at(-1)?.step).toMatchObject({ name: 't', attempt: 2 });
  });

  it('counts rounds in all, and faults when they are used up', () => {
    const hand = retry({ limit: { attempt: { count: 3 } } });
    delaysOf(hand, 2);
    hand.fail('a', { detail: 'third' });
    expect(errorOf(hand)).toMatchObject({ detail: 'third', instance: '/do/0/t/try/0/a' });
  });

  it('goes on with the tasks of catch when the rounds are used up', () => {
    const hand = retry(
      { limit: { attempt: { count: 1 } } },
      { do: [{ c: { set: { failed: '${ $error.status }' } } }] },
    );
    hand.fail('a');
    expect(outputOf(hand)).toEqual({ failed: 500 });
  });

  it('takes catch.then for an answer to the last error', () => {
    const hand = retry({ limit: { attempt: { count: 0 } } }, { then: 'continue' });
    hand.fail('a');
    expect(outputOf(hand)).toEqual({ n: 1 });
  });

  it('waits the same each time, or longer by a step, or twice as long', () => {
    expect(delaysOf(retry({ delay: 'PT2S' }), 3)).toEqual([2_000, 2_000, 2_000]);
    expect(delaysOf(retry({ delay: 'PT2S', backoff: { constant: {} } }), 3)).toEqual([2_000, 2_000, 2_000]);
    expect(delaysOf(retry({ delay: 'PT2S', backoff: { linear: {} } }), 3)).toEqual([2_000, 4_000, 6_000]);
    expect(delaysOf(retry({ delay: 'PT2S', backoff: { exponential: {} } }), 3)).toEqual([
      2_000, 4_000, 8_000,
    ]);
  });

  it('does not wait without a delay', () => {
    expect(delaysOf(retry({ backoff: { exponential: {} } }), 3)).toEqual([0, 0, 0]);
  });

  it('never waits longer than the longest duration', () => {
    const hand = retry({ delay: 'P36500D', backoff: { exponential: {} } });
    expect(delaysOf(hand, 3)).toEqual([3_153_600_000_000, 3_153_600_000_000, 3_153_600_000_000]);
  });

  it('adds a jitter between its bounds, the same in every replay', () => {
    const policy = { delay: 'PT1S', jitter: { from: { milliseconds: 100 }, to: { milliseconds: 900 } } };
    const delays = delaysOf(retry(policy), 3);
    expect(delaysOf(retry(policy), 3)).toEqual(delays);
    expect(new Set(delays).size).toBeGreaterThan(1);
    expect(delays.every((ms) => ms >= 1_100 && ms <= 1_900)).toBe(true);
  });

  it('stops when all rounds together would take too long', () => {
    const hand = retry({ delay: 'PT4S', limit: { duration: 'PT10S' } });
    expect(delaysOf(hand, 2)).toEqual([4_000, 4_000]);
    hand.fail('a');
    expect(hand.state.outcome?.status).toBe('faulted');
  });

  it('tries again only as its own conditions say', () => {
    const unwanted = retry({ when: '$error.status == 503' });
    unwanted.fail('a', { status: 500 });
    expect(errorOf(unwanted).status).toBe(500);
    const excepted = retry({ exceptWhen: '$error.status == 500' });
    excepted.fail('a', { status: 500 });
    expect(errorOf(excepted).status).toBe(500);
    const wanted = retry({ when: '$error.status == 503', exceptWhen: '.n == 2' });
    expect(delaysOf(wanted, 1, { status: 503 })).toEqual([0]);
  });

  it('computes its durations from the input and the error', () => {
    const hand = retry({ delay: '${ {seconds: (.n + ($error.status - 500))} }' });
    expect(delaysOf(hand, 1, { status: 503 })).toEqual([4_000]);
  });

  it('faults when a duration cannot be computed', () => {
    const hand = retry({ delay: '${ 5 }' });
    hand.fail('a');
    expect(errorOf(hand)).toMatchObject({ type: errorType('expression'), instance: '/do/0/t' });
  });

  it('does not let a round see the error of the one before under the name of an outer variable', () => {
    const hand = start([
      {
        each: {
          for: { in: '["one"]' },
          do: [
            {
              t: {
                try: [{ a: { call: 'agent', with: { agent: 'writer', input: '${ $item }' } } }],
                catch: { as: 'item', retry: { limit: { attempt: { count: 2 } } } },
              },
            },
          ],
        },
      },
    ]);
    hand.fail('a', { retryable: false });
    hand.fire();
    expect(hand.of('a')).toMatchObject({ input: 'one' });
  });
});

describe('retry.limit.attempt.duration', () => {
  const timed = (): Hand => retry({ limit: { attempt: { count: 2, duration: 'PT5S' } }, delay: 'PT1S' });

  it('ends a round that takes too long and begins the next', () => {
    const hand = timed();
    hand.fire();
    expect(told(hand).slice(-3)).toEqual(['step.canceled a', 'step.retrying t', 'run.waiting']);
    expect(eventsOf(hand, 'step.retrying')[0]?.error).toMatchObject({
      status: 408,
      detail: 'Round 1 of "try" took longer than "catch.retry.limit.attempt.duration".',
      instance: '/do/0/t',
    });
    hand.fire();
    hand.fire();
    expect(errorOf(hand)).toMatchObject({ status: 408, instance: '/do/0/t' });
    expect(hand.open()).toEqual([]);
  });

  it('takes its timer back when a round ends, well or badly', () => {
    const well = timed();
    well.answer('a', 1);
    expect(well.open()).toEqual([]);
    const badly = timed();
    badly.fail('a');
    expect(badly.open()).toHaveLength(1);
    badly.fire();
    badly.fail('a');
    expect(badly.open()).toEqual([]);
  });

  it('is taken back with the task itself', () => {
    const hand = timed();
    hand.feed({ kind: 'cancel', reason: 'enough' });
    expect(hand.open()).toEqual([]);
  });

  it('faults the task when it cannot be computed', () => {
    const hand = retry({ limit: { attempt: { duration: '${ 1 }' } } });
    expect(errorOf(hand)).toMatchObject({ type: errorType('expression'), instance: '/do/0/t' });
    expect(hand.open()).toEqual([]);
  });
});
