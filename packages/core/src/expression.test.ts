import { describe, expect, it } from '@jest/globals';
import { compileExpression, ExpressionError } from './expression.ts';

const given = (source: string): unknown => {
  try {
    return compileExpression(source, { variables: ['v'] }).evaluate({ n: 2 }, { v: 7 });
  } catch (error) {
    return error;
  }
};

describe('compileExpression()', () => {
  it('gives the only value, and null for none', () => {
    expect(given('.n + $v')).toBe(9);
    expect(given('empty')).toBeNull();
  });

  it('says where it is no valid jq', () => {
    expect(given('.n +\n $nope')).toMatchObject({ name: 'ExpressionError', at: { line: 2, column: 2 } });
    expect(given('now')).toBeInstanceOf(ExpressionError);
  });

  it('says why it failed', () => {
    expect(given('error("no")')).toMatchObject({ name: 'ExpressionError', message: 'no', at: undefined });
    expect(given('[range(1e12)]')).toMatchObject({ name: 'ExpressionError', at: undefined });
    expect(given('1, 2')).toMatchObject({ message: expect.stringContaining('more than one result') });
  });

  it('knows its variables, its clock and its version', () => {
    const expression = compileExpression('[$b, now]', {
      variables: ['a', 'b'],
      clock: () => 5_000,
      engine: 1,
    });
    expect(expression.usesVariables).toEqual(['b']);
    expect(expression.evaluate(null, { a: 1, b: 2 })).toEqual([2, 5]);
    expect(() => compileExpression('.', { variables: [], engine: 99 })).toThrow(RangeError);
  });
});
