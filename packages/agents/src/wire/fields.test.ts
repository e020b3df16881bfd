import { describe, expect, it } from '@jest/globals';
import { at, countAt, listAt, objectAt, textAt } from './fields.ts';

const GIVEN = {
  a: { list: [{ text: 'x' }, 'y'], n: 3, price: '0.25', no: 'many', minus: -1 },
  __proto__: null,
};

describe('reading fields', () => {
  it('gives what is there', () => {
    expect(at(GIVEN, 'a', 'list', 0, 'text')).toBe('x');
    expect(at(GIVEN, 'a', 'list', -1)).toBe('y');
    expect(textAt(GIVEN, 'a', 'list', 1)).toBe('y');
    expect([countAt(GIVEN, 'a', 'n'), countAt(GIVEN, 'a', 'price')]).toEqual([3, 0.25]);
    expect(listAt(GIVEN, 'a', 'list')).toHaveLength(2);
    expect(objectAt(GIVEN, 'a')).toHaveProperty('n', 3);
  });

  it('counts what is of another type, or nowhere, as absent', () => {
    expect([at(undefined, 'a'), at(GIVEN, 'toString'), at(GIVEN, 'a', 'n', 'x'), at(GIVEN, 'a', 0)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([textAt(GIVEN, 'a', 'n'), countAt(GIVEN, 'a', 'no'), countAt(GIVEN, 'a', 'minus')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([listAt(GIVEN, 'a'), objectAt(GIVEN, 'a', 'list')]).toEqual([[], {}]);
  });
});
