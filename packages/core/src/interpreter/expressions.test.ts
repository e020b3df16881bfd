import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../json-codec.ts';
import { createEvaluator, isTruthy, mapValues, TaskFault, unlessFault } from './expressions.ts';

const evaluator = createEvaluator(() => 5_000);
const sight = { input: { n: 2, text: 'two', list: [1] }, variables: { v: 'V' } };

describe('expression()', () => {
  it('sees the input, its variables and the clock', () => {
    expect(evaluator.expression('[.n, $v, now]', sight)).toEqual([2, 'V', 5]);
  });

  it('faults with what is wrong with it', () => {
    expect(() => evaluator.expression('.n +', sight)).toThrow(TaskFault);
    expect(() => evaluator.expression('.text + 1', sight)).toThrow('The expression ".text + 1" failed: ');
    expect(() => evaluator.expression('[range(10000000)]', sight)).toThrow(TaskFault);
    expect(() => evaluator.expression('1, 2', sight)).toThrow('more than one result');
  });
});

describe('condition()', () => {
  it('holds for everything but false and null', () => {
    expect(evaluator.condition('0', sight)).toBe(true);
    expect(evaluator.condition('empty', sight)).toBe(false);
    expect([true, 0, '', [], {}].every(isTruthy)).toBe(true);
    expect([false, null].some(isTruthy)).toBe(false);
  });
});

describe('template()', () => {
  it('evaluates strings that are expressions as a whole, at any depth', () => {
    expect(evaluator.template({ a: ['${ .n }', 'plain', 5], b: { c: '${ . }' } }, sight)).toEqual({
      a: [2, 'plain', 5],
      b: { c: sight.input },
    });
  });

  it('leaves a text with expressions inside as it is', () => {
    expect(evaluator.template('n is ${ .n }', sight)).toBe('n is ${ .n }');
  });

  it('makes an own member of a key such as __proto__', () => {
    const made = evaluator.template(parseJson('{"__proto__": "${ .n }"}'), sight);
    expect(JSON.stringify(made)).toBe('{"__proto__":2}');
    expect(Object.keys(mapValues({ a: 1 }, () => 2))).toEqual(['a']);
  });
});

describe('text()', () => {
  it('fills expressions in, as text or as JSON', () => {
    expect(evaluator.text('${ .text } is ${ .n } in ${ .list }', sight)).toBe('two is 2 in [1]');
    expect(evaluator.text('${ .n }', sight)).toBe(2);
  });
});

describe('duration()', () => {
  it('is known, or computed as ISO 8601 or an object', () => {
    expect(evaluator.duration({ ms: 5 }, sight)).toBe(5);
    expect(evaluator.duration({ expression: '"PT\\(.n)S"' }, sight)).toBe(2_000);
    expect(evaluator.duration({ expression: '{ minutes: .n }' }, sight)).toBe(120_000);
  });

  it('faults for anything else', () => {
    expect(() => evaluator.duration({ expression: '.n' }, sight)).toThrow('The duration ".n" gave 2;');
    expect(() => evaluator.duration({ expression: '{ years: 1 }' }, sight)).toThrow(TaskFault);
  });
});

describe('unlessFault()', () => {
  it('hides faults of tasks and nothing else', () => {
    const throwing = (error: Error) => (): number => {
      throw error;
    };
    expect(unlessFault(() => 1, 2)).toBe(1);
    expect(unlessFault(throwing(new TaskFault({ type: 't', status: 400 })), 2)).toBe(2);
    expect(() => unlessFault(throwing(new RangeError('bug')), 2)).toThrow(RangeError);
  });
});

describe('TaskFault', () => {
  it('has the most telling line of its problem as message', () => {
    expect(new TaskFault({ type: 't', status: 400 }).message).toBe('t');
    expect(new TaskFault({ type: 't', status: 400, title: 'T' }).message).toBe('T');
    expect(new TaskFault({ type: 't', status: 400, title: 'T', detail: 'D' }).message).toBe('D');
  });
});
