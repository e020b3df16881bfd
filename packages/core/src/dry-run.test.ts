import { describe, expect, it } from '@jest/globals';
import { dryRun, type DryRunResult, type Mocks } from './dry-run.ts';
import { errorType } from './failure.ts';
import { BEGIN, PARAMS, snapshotOf, type HandParams } from './interpreter/hand-runtime-fixture.ts';
import type { Json } from './json.ts';

const rehearse = (tasks: readonly Json[], mocks: Mocks = {}, params: HandParams = {}): DryRunResult =>
  dryRun(snapshotOf(tasks, params), { ...PARAMS, mocks, at: BEGIN });

const output = (result: DryRunResult): Json =>
  result.outcome?.status === 'completed' ? result.outcome.output : { notCompleted: true };

const http = (name: string): Json => ({
  [name]: { call: 'http', with: { method: 'get', endpoint: 'https://a.example/' } },
});
const agent: Json = { a: { call: 'agent', with: { agent: 'writer', return: 'reply' } } };
const human: Json = { h: { call: 'human', with: { title: 'Sure?' } } };
const listen = (to: Json, more: { [key: string]: Json } = {}): Json => ({ l: { listen: { to }, ...more } });
const paid = { with: { type: 'paid' } };

describe('dryRun()', () => {
  it('answers calls with mocks, by pointer before name', () => {
    const tasks = [http('a'), { o: { do: [http('a')] } }];
    const result = rehearse([...tasks, http('b')], { a: 1, '/do/1/o/do/0/a': 2, b: 3 });
    expect(output(result)).toBe(3);
    expect(result.trace.flatMap((event) => (event.type === 'step.completed' ? [event.output] : []))).toEqual([
      1, 2, 2, 3,
    ]);
    expect(result.trace.map(({ seq }) => seq)).toEqual(result.trace.map((_, index) => index + 1));
  });

  it('gives an agent its mock as output, without usage', () => {
    const result = rehearse([agent], { a: { text: 'hi' } });
    expect(output(result)).toEqual({ output: { text: 'hi' }, usage: { calls: 0 } });
    expect(result.trace.at(-1)).toMatchObject({ usage: { calls: 0, costUsd: 0 } });
  });

  it('takes a word, or a part of the answer, for the decision of a human task', () => {
    const answer = { action: 'approve', form: null, comment: null, items: null, decidedBy: [] };
    expect(output(rehearse([human], { h: 'approve' }))).toEqual({ ...answer, outcome: 'approve' });
    expect(output(rehearse([human], { h: { outcome: 'reject', comment: 'no' } }))).toEqual({
      ...answer,
      outcome: 'reject',
      action: 'reject',
      comment: 'no',
    });
    expect(output(rehearse([human], { h: { action: 'approve' } }))).toEqual({
      ...answer,
      outcome: 'approve',
    });
    expect(rehearse([human], { h: {} }).outcome).toMatchObject({
      status: 'faulted',
      error: { instance: '/do/0/h' },
    });
  });

  it('gives a child run its mock as output', () => {
    const run = { r: { run: { workflow: { namespace: 'a', name: 'b', version: '1.0.0' } } } };
    expect(output(rehearse([run], { r: [1] }))).toEqual([1]);
  });

  it('faults a call without a mock, and says what to give', () => {
    expect(rehearse([http('a')]).outcome).toEqual({
      status: 'faulted',
      error: {
        type: errorType('configuration'),
        status: 400,
        title: 'Configuration error',
        detail: 'The step "a" calls something outside and has no mock; give one under "a" or "/do/0/a".',
        instance: '/do/0/a',
      },
    });
  });

  it('faults a call whose mock is an error', () => {
    const errorOf = (error: Json): unknown => {
      const { outcome } = rehearse([http('a')], { a: { error } });
      return outcome?.status === 'faulted' ? outcome.error : outcome;
    };
    const type = 'https://example.com/gone';
    expect(errorOf({ type, status: 410, title: 'Gone', detail: 'It went.' })).toEqual({
      type,
      status: 410,
      title: 'Gone',
      detail: 'It went.',
      instance: '/do/0/a',
    });
    expect(errorOf({ title: 'Gone' })).toMatchObject({ type: errorType('runtime'), detail: 'Gone' });
    expect(errorOf({})).toMatchObject({ detail: 'The mock says that the call fails.' });
    expect(errorOf('broken')).toMatchObject({ status: 500, detail: 'broken' });
    expect(errorOf(5)).toMatchObject({ detail: '5' });
  });

  it('takes an object with an error among other members for an output', () => {
    expect(output(rehearse([http('a')], { a: { error: 1, other: 2 } }))).toEqual({ error: 1, other: 2 });
  });

  it('lets waits take no time, and fires timers in the order in which they are due', () => {
    const wait = (name: string, time: string): Json => ({ [name]: { wait: time } });
    const result = rehearse([
      { f: { fork: { branches: [wait('long', 'P1D'), wait('short', 'PT1H'), wait('same', 'PT1H')] } } },
    ]);
    const ended = result.trace.flatMap((event) => (event.type === 'step.completed' ? [event] : []));
    expect(ended.map(({ step, at }) => [step.name, Date.parse(at) - BEGIN])).toEqual([
      ['short', 3_600_000],
      ['same', 3_600_000],
      ['long', 86_400_000],
      ['f', 86_400_000],
    ]);
  });

  it('takes timers back that are not wanted any more', () => {
    const timed = { t: { timeout: { after: 'PT1H' }, wait: 'PT1M' } };
    const result = rehearse([timed, { w: { wait: 'P1D' } }]);
    expect(result.outcome?.status).toBe('completed');
  });

  it('sends a listening step its mock before any time-out', () => {
    const timed = listen({ one: paid }, { timeout: { after: 'PT1H' } });
    expect(output(rehearse([timed], { l: { type: 'paid', data: 5 } }))).toEqual([5]);
    expect(rehearse([timed]).outcome).toMatchObject({ status: 'faulted', error: { status: 408 } });
  });

  it('sends every event of a list once, and what is no event as data of one', () => {
    const mocks = {
      l: [
        { type: 'paid', data: 1 },
        { type: 'paid', data: 2 },
      ],
    };
    expect(output(rehearse([listen({ all: [paid, paid] })], mocks))).toEqual([1, 2]);
    expect(output(rehearse([listen({ one: { with: { type: 'l' } } })], { l: { sum: 5 } }))).toEqual([
      { sum: 5 },
    ]);
  });

  it('gives plain data the type that the filter asks for', () => {
    const go = { with: { type: 'go' } };
    expect(output(rehearse([listen({ one: paid })], { l: { sum: 5 } }))).toEqual([{ sum: 5 }]);
    expect(output(rehearse([listen({ any: [paid, go] })], { l: 7 }))).toEqual([7]);
    expect(output(rehearse([listen({ all: [paid, go] })], { l: [1, 2] }))).toEqual([1, 2]);
    const nested = { 'a/b~c': { do: [{ 'l ~/': { listen: { to: { one: paid } } } }] } };
    expect(output(rehearse([nested], { 'l ~/': 3 }))).toEqual([3]);
    const computed = listen({ one: { with: { type: '${ "l" }' } } });
    expect(output(rehearse([computed], { l: 4 }))).toEqual([4]);
  });

  it('waits for an event however little time the run has', () => {
    const timed = { definition: { timeout: { after: 'PT10M' } } };
    expect(rehearse([listen({ one: paid })], {}, timed)).not.toHaveProperty('outcome');
    expect(output(rehearse([{ w: { wait: 'PT1M' } }], {}, timed))).toEqual({});
  });

  it('ends without an outcome when nobody gives the event that is waited for', () => {
    const waiting = rehearse([listen({ one: paid })]);
    expect(waiting).not.toHaveProperty('outcome');
    expect(waiting.trace.at(-1)?.type).toBe('run.waiting');
    expect(rehearse([listen({ one: paid })], { l: { type: 'other' } })).not.toHaveProperty('outcome');
  });

  it('works through long turns', () => {
    const count = { c: { for: { in: '[range(1500)]' }, do: [{ a: { set: { n: '${ (.n // 0) + 1 }' } } }] } };
    expect(output(rehearse([count]))).toEqual({ n: 1_500 });
  });
});
