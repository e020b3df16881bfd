import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../json.ts';
import { errorOf, eventsOf, outputOf, start, told } from '../hand-runtime-fixture.ts';
import { nextOf } from './sequence.ts';

const set = (name: string, value: Json, more: { [key: string]: Json } = {}): Json => ({
  [name]: { set: value, ...more },
});

describe('nextOf()', () => {
  it('leaves a scope for a task that it does not have', () => {
    expect(nextOf([], { list: 'do', index: 0 }, 'nowhere')).toEqual({ kind: 'left', exit: false });
  });
});

describe('a run', () => {
  it('hands the output of one task on to the next and ends with the last', () => {
    const hand = start([set('a', { n: '${ .n + 1 }' }), set('b', { n: '${ .n * 10 }' })], {
      input: { n: 1 },
    });
    expect(outputOf(hand)).toEqual({ n: 20 });
    expect(told(hand)).toEqual([
      'run.started',
      'step.started a',
      'step.completed a',
      'step.started b',
      'step.completed b',
      'run.completed',
    ]);
  });

  it('runs the tasks of a do, with its hooks around them', () => {
    const hand = start([
      {
        outer: {
          input: { from: '{ n: 2 }' },
          do: [set('a', { n: '${ .n + 1 }' }), set('b', { n: '${ .n + 1 }' })],
          output: { as: '{ twice: (.n * 2), raw: $input }' },
        },
      },
    ]);
    expect(outputOf(hand)).toEqual({ twice: 8, raw: { n: 2 } });
    expect(eventsOf(hand, 'step.started').map(({ step }) => [step.id, step.parent, step.path])).toEqual([
      [1, 0, '/do/0/outer'],
      [2, 1, '/do/0/outer/do/0/a'],
      [3, 1, '/do/0/outer/do/1/b'],
    ]);
  });

  it('skips a task whose condition does not hold and hands its raw input on', () => {
    const hand = start(
      [
        set('a', { x: 1 }, { if: '.n > 1', input: { from: '{}' }, then: 'end' }),
        set('b', { ran: '${ .n }' }, { if: '${ $task.name == "b" and $task.input.n == 1 }' }),
      ],
      { input: { n: 1 } },
    );
    expect(outputOf(hand)).toEqual({ ran: 1 });
    expect(told(hand)).toContain('step.skipped a');
  });

  it('faults with a condition that cannot be evaluated', () => {
    const hand = start([set('a', { x: 1 }, { if: '.n | error("no")' })]);
    expect(errorOf(hand)).toMatchObject({ status: 400, instance: '/do/0/a' });
  });

  it('applies the hooks of the workflow itself', () => {
    const hand = start([set('a', { got: '${ . }' }, { export: { as: '{ seen: .got }' } })], {
      input: { n: 4 },
      definition: {
        input: { schema: { document: { type: 'object', required: ['n'] } }, from: '.n' },
        output: { as: '{ out: ., context: $context }', schema: { document: { required: ['out'] } } },
      },
    });
    expect(outputOf(hand)).toEqual({ out: { got: 4 }, context: { seen: 4 } });
  });

  it('faults before its first task when the input does not match', () => {
    const hand = start([set('a', { x: 1 })], {
      definition: { input: { schema: { document: { type: 'object', required: ['n'] } } } },
    });
    expect(errorOf(hand)).toMatchObject({ status: 400, instance: '' });
    expect(told(hand)).toEqual(['run.started', 'run.faulted']);
  });
});

describe('then', () => {
  it('jumps forward and backward within a scope', () => {
    const hand = start(
      [
        set('first', { n: '${ .n + 1 }' }, { then: 'check' }),
        set('never', { n: 100 }),
        { check: { switch: [{ again: { when: '.n < 3', then: 'first' } }, { done: { then: 'last' } }] } },
        set('between', { n: 200 }),
        set('last', { n: '${ .n }' }),
      ],
      { input: { n: 0 } },
    );
    expect(outputOf(hand)).toEqual({ n: 3 });
    expect(told(hand).filter((line) => line === 'step.completed first')).toHaveLength(3);
    expect(told(hand)).not.toContain('step.started never');
    expect(told(hand)).not.toContain('step.started between');
  });

  it('exit leaves the scope that the task stands in', () => {
    const hand = start([
      { outer: { do: [set('a', { x: 1 }, { then: 'exit' }), set('b', { x: 2 })] } },
      set('c', { after: '${ .x }' }),
    ]);
    expect(outputOf(hand)).toEqual({ after: 1 });
  });

  it('exit in the list of the run ends it', () => {
    expect(outputOf(start([set('a', { x: 1 }, { then: 'exit' }), set('b', { x: 2 })]))).toEqual({ x: 1 });
  });

  it('end ends the run from inside nested scopes, and the scopes are canceled', () => {
    const hand = start([
      {
        outer: {
          do: [{ loop: { for: { in: '[1,2]' }, do: [set('a', { x: '${ $item }' }, { then: 'end' })] } }],
        },
      },
      set('never', { x: 9 }),
    ]);
    expect(outputOf(hand)).toEqual({ x: 1 });
    expect(told(hand).slice(-4)).toEqual([
      'step.completed a',
      'step.canceled loop',
      'step.canceled outer',
      'run.completed',
    ]);
  });

  it('end ends the run from a branch, and open calls are taken back', () => {
    const hand = start([
      {
        split: {
          fork: {
            branches: [
              { slow: { call: 'http', with: { method: 'get', endpoint: 'https://a.example/' } } },
              set('fast', { x: 1 }, { then: 'end' }),
            ],
          },
        },
      },
    ]);
    expect(outputOf(hand)).toEqual({ x: 1 });
    expect(hand.open()).toEqual([]);
  });

  it('end lets no try catch a fault of the output of the workflow', () => {
    const hand = start(
      [{ guarded: { try: [set('a', { x: 1 }, { then: 'end' })], catch: { do: [set('b', { x: 2 })] } } }],
      { definition: { output: { as: 'error("no")' } } },
    );
    expect(errorOf(hand)).toMatchObject({ status: 400, instance: '' });
    expect(told(hand)).not.toContain('step.started b');
  });
});

describe('switch', () => {
  const route = (more: { [key: string]: Json }): Json[] => [
    { route: { switch: [{ big: { when: '.n > 10', then: 'big' } }], ...more } },
    set('small', { size: 'small' }, { then: 'exit' }),
    set('big', { size: 'big' }),
  ];

  it('goes where the first case says that holds', () => {
    expect(outputOf(start(route({}), { input: { n: 11 } }))).toEqual({ size: 'big' });
  });

  it('goes on as the task says, or with the next, when no case holds', () => {
    expect(outputOf(start(route({}), { input: { n: 1 } }))).toEqual({ size: 'small' });
    expect(outputOf(start(route({ then: 'big' }), { input: { n: 1 } }))).toEqual({ size: 'big' });
  });
});
