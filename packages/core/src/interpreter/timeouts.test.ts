import { describe, expect, it } from '@jest/globals';
import { errorType } from '../failure.ts';
import type { Json } from '../json.ts';
import { BEGIN, errorOf, eventsOf, outputOf, start, told } from './hand-runtime-fixture.ts';

const http: Json = { a: { call: 'http', with: { method: 'get', endpoint: 'https://a.example/' } } };

describe('wait', () => {
  it('goes on with its input once the time is over', () => {
    const hand = start([{ w: { wait: 'PT90S' } }], { input: { n: 1 } });
    expect(hand.of('w')).toMatchObject({ kind: 'start-timer', dueAt: BEGIN + 90_000, purpose: 'wait' });
    expect(eventsOf(hand, 'step.waiting')[0]).toMatchObject({
      waitKind: 'timer',
      until: new Date(BEGIN + 90_000).toISOString(),
    });
    hand.fire();
    expect(outputOf(hand)).toEqual({ n: 1 });
    expect(hand.open()).toEqual([]);
  });

  it('takes a duration from the data, as text or object', () => {
    expect(start([{ w: { wait: '${ .for }' } }], { input: { for: 'PT1S' } }).of('w')).toMatchObject({
      dueAt: BEGIN + 1_000,
    });
    expect(start([{ w: { wait: '${ .for }' } }], { input: { for: { minutes: 1 } } }).of('w')).toMatchObject({
      dueAt: BEGIN + 60_000,
    });
  });

  it('faults with a duration that is none', () => {
    expect(errorOf(start([{ w: { wait: '${ .for }' } }], { input: { for: 'soon' } })).detail).toBe(
      'The duration ".for" gave "soon"; give an ISO 8601 text such as "PT5S" or an object such as {"seconds": 5}.',
    );
    expect(errorOf(start([{ w: { wait: '${ 5 }' } }])).type).toBe(errorType('expression'));
  });
});

describe('the time-out of a task', () => {
  it('faults the task, which a try may catch', () => {
    const hand = start([
      {
        t: {
          try: [{ slow: { timeout: { after: 'PT5S' }, do: [http] } }],
          catch: { do: [{ c: { set: { late: '${ $error }' } } }] },
        },
      },
    ]);
    hand.fire();
    expect(outputOf(hand)).toEqual({
      late: {
        type: errorType('timeout'),
        status: 408,
        title: 'Timeout',
        detail: 'Task "slow" took longer than its time-out.',
        instance: '/do/0/t/try/0/slow',
      },
    });
    expect(told(hand)).toContain('step.canceled a');
    expect(hand.open()).toEqual([]);
  });

  it('is taken back when the task ends, well or badly', () => {
    const timed: Json = { slow: { timeout: { after: '${ .after }' }, do: [http] } };
    const well = start([timed], { input: { after: 'PT5S' } });
    well.answer('a', 1);
    expect(well.open()).toEqual([]);
    const badly = start([timed], { input: { after: 'PT5S' } });
    badly.fail('a');
    expect(badly.open()).toEqual([]);
  });

  it('is never started for a task that faults at once', () => {
    const hand = start([{ slow: { timeout: { after: 'PT5S' }, set: '${ error("no") }' } }]);
    expect(hand.commands).toEqual([]);
    expect(told(hand)).toEqual(['run.started', 'step.started slow', 'step.faulted slow', 'run.faulted']);
  });

  it('faults the task when it cannot be computed', () => {
    expect(errorOf(start([{ slow: { timeout: { after: '${ 1 }' }, set: { x: 1 } } }])).instance).toBe(
      '/do/0/slow',
    );
  });

  it('that fires once the task has ended changes nothing', () => {
    const hand = start([{ slow: { timeout: { after: 'PT5S' }, wait: 'PT1S' } }, { w: { wait: 'PT1M' } }]);
    const late = hand
      .open()
      .find((command) => command.kind === 'start-timer' && command.purpose === 'timeout');
    hand.fire();
    const before = hand.state;
    expect(hand.feed({ kind: 'fired', command: late?.id ?? 0 })).toEqual({
      state: before,
      commands: [],
      trace: [],
    });
  });
});

describe('the time-out of the run', () => {
  const definition = { timeout: { after: 'PT1H' } };

  it('ends the run and what is open in it', () => {
    const hand = start([{ outer: { do: [http] } }], { definition });
    expect(hand.open()[0]).toMatchObject({
      purpose: 'timeout',
      step: { id: 0, kind: 'run', name: 'by-hand' },
    });
    hand.fire();
    expect(errorOf(hand)).toEqual({
      type: errorType('timeout'),
      status: 408,
      detail: 'The run took longer than its time-out.',
      instance: '',
    });
    expect(hand.open()).toEqual([]);
    expect(told(hand).slice(-3)).toEqual(['step.canceled a', 'step.canceled outer', 'run.faulted']);
  });

  it('is caught by no try', () => {
    const hand = start([{ t: { try: [http], catch: {} } }], { definition });
    hand.fire();
    expect(hand.state.outcome?.status).toBe('faulted');
  });

  it('does not wait for a resume', () => {
    const hand = start([http], { definition });
    hand.feed({ kind: 'suspend' });
    hand.fire();
    expect(errorOf(hand).status).toBe(408);
  });

  it('is taken back when the run ends', () => {
    const hand = start([http], { definition });
    hand.answer('a', 1);
    expect(hand.open()).toEqual([]);
  });

  it('faults the run when it cannot be computed', () => {
    const hand = start([http], { definition: { timeout: { after: '${ .after }' } } });
    expect(errorOf(hand)).toMatchObject({ type: errorType('expression'), instance: '' });
    expect(hand.commands).toEqual([]);
  });
});
