import { describe, expect, it } from '@jest/globals';
import { validateJsonSchema } from './json-schema.ts';

describe('validateJsonSchema()', () => {
  it('gives a pointer and a sentence for everything wrong', () => {
    const schema = {
      type: 'object',
      required: ['name', 'a/b'],
      additionalProperties: false,
      properties: {
        name: { type: 'string' },
        'a/b': { type: 'integer', minimum: 3 },
        list: { items: { type: 'boolean' } },
      },
    };
    expect(validateJsonSchema(schema, { name: 'x', 'a/b': 3 })).toEqual([]);
    const problems = validateJsonSchema(schema, { name: 1, 'a/b': 2.5, list: [true, 'no'], more: 1 });
    expect(problems.map(({ pointer }) => pointer).toSorted()).toEqual(
      expect.arrayContaining(['/a~1b', '/list/1', '/more', '/name']),
    );
    expect(validateJsonSchema(schema, {})).toEqual([
      expect.objectContaining({ pointer: '', detail: expect.stringContaining('name') }),
      expect.objectContaining({ pointer: '', detail: expect.stringContaining('a/b') }),
    ]);
  });

  it('knows boolean schemas and references inside the schema', () => {
    expect(validateJsonSchema(true, 1)).toEqual([]);
    expect(validateJsonSchema(false, 1)).toHaveLength(1);
    const tree = {
      $defs: { node: { properties: { next: { $ref: '#/$defs/node' }, v: { type: 'number' } } } },
      $ref: '#/$defs/node',
    };
    expect(validateJsonSchema(tree, { next: { next: { v: 'x' } } })).toEqual([
      expect.objectContaining({ pointer: '/next/next/v' }),
    ]);
  });

  it('reports schemas that cannot be used instead of throwing', () => {
    expect(validateJsonSchema({ $ref: '#/$defs/none' }, 1)).toEqual([
      { pointer: '', detail: expect.stringContaining('$ref') },
    ]);
    expect(validateJsonSchema({ $ref: '#' }, 1)).toEqual([{ pointer: '', detail: expect.any(String) }]);
    expect(validateJsonSchema({ pattern: '(' }, 'x')).toEqual([{ pointer: '', detail: expect.any(String) }]);
  });

  it('stops a schema that branches without end at its budget', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `n${i}`,
        { allOf: [{ $ref: `#/$defs/n${i + 1}` }, { $ref: `#/$defs/n${i + 1}` }] },
      ]),
    );
    const schema = { $defs: { ...$defs, n40: true }, $ref: '#/$defs/n0' };
    expect(validateJsonSchema(schema, 1, { maxSteps: 10_000 })).toEqual([
      { pointer: '', detail: expect.stringContaining('10000 steps') },
    ]);
  });

  it('lists at most so many problems', () => {
    const value = Array.from({ length: 500 }, () => 'x');
    expect(validateJsonSchema({ items: { type: 'number' } }, value, { maxProblems: 5 })).toHaveLength(5);
  });

  it('quotes values without cutting a character in half', () => {
    for (const shift of ['', 'x']) {
      const wanted = `${shift}${'😀'.repeat(400)}`;
      const [problem] = validateJsonSchema({ const: wanted }, 1);
      expect(problem?.detail).toMatch(/…$/);
      expect(problem?.detail.isWellFormed()).toBe(true);
      const [unusable] = validateJsonSchema({ $ref: `#/${wanted}` }, 1);
      expect([unusable?.detail.isWellFormed(), (unusable?.detail.length ?? 0) < 400]).toEqual([true, true]);
    }
    expect(validateJsonSchema({ enum: ['\ud83d'] }, 1)[0]?.detail.isWellFormed()).toBe(true);
  });

  it('leaves data that looks like a schema alone', () => {
    expect(validateJsonSchema({ enum: [{ a: 1 }] }, { a: 1 })).toEqual([]);
    expect(validateJsonSchema({ const: { $ref: '#' } }, { $ref: '#' })).toEqual([]);
  });
});
