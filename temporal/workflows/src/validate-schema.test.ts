import { describe, expect, it } from '@jest/globals';
import { createSchemaValidator } from './validate-schema.ts';

const validate = createSchemaValidator();

describe('createSchemaValidator()', () => {
  it('finds nothing wrong with a value that fits', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] };
    expect(validate(schema, { n: 1 })).toEqual([]);
    expect(validate(schema, { n: 2, more: true })).toEqual([]);
  });

  it('tells all that is wrong, each where it is', () => {
    const schema = { properties: { a: { type: 'string' }, b: { items: { type: 'number' } } } };
    const problems = validate(schema, { a: 1, b: [1, 'x'] });
    expect(problems.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/a', '/b/1']));
    expect(problems.every(({ detail }) => detail.length > 0)).toBe(true);
  });

  it('tells twenty problems at most', () => {
    const values = Array.from({ length: 100 }, () => 'x');
    expect(validate({ items: { type: 'number' } }, values)).toHaveLength(20);
  });

  it('takes the schemas that are a boolean', () => {
    expect(validate(true, { any: 1 })).toEqual([]);
    expect(validate(false, null).length).toBeGreaterThan(0);
  });

  it('reads a schema once, and does not change it', () => {
    const schema = Object.freeze({
      type: 'string',
      $defs: Object.freeze({ a: Object.freeze({ type: 'null' }) }),
    });
    expect(validate(schema, 'x')).toEqual([]);
    expect(validate(schema, 1)).toHaveLength(1);
    expect(Object.keys(schema)).toEqual(['type', '$defs']);
  });

  it('knows the words of 2020-12', () => {
    const schema = { prefixItems: [{ type: 'string' }], items: false, dependentRequired: { a: ['b'] } };
    expect(validate(schema, ['x'])).toEqual([]);
    expect(validate(schema, ['x', 1]).length).toBeGreaterThan(0);
    expect(validate(schema, { a: 1 }).length).toBeGreaterThan(0);
  });
});
