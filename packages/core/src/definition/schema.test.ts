import { describe, expect, it } from '@jest/globals';
import type { Json } from '../json.ts';
import { jsonSchemaProblems } from './schema.ts';

const problems = (value: Json): readonly string[] =>
  jsonSchemaProblems(value).map(({ pointer, message }) => `${pointer} ${message}`);

describe('jsonSchemaProblems()', () => {
  it('takes whole schemas', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://example.com/order',
      $comment: 'x',
      title: 'Order',
      type: ['object', 'null'],
      required: ['id'],
      properties: {
        id: { type: 'string', pattern: '^[a-z]+$', minLength: 1, maxLength: 5, format: 'uuid' },
        lines: { type: 'array', items: { $ref: '#/$defs/line' }, minItems: 1, uniqueItems: true },
        pair: { prefixItems: [{ const: 1 }, { enum: ['a', 2] }], items: false, contains: true },
        next: { $ref: '#' },
        named: { $ref: '#thing' },
        percent: { $ref: '#/$defs/a%25b' },
        odd: { $ref: '#/$defs/100%' },
      },
      patternProperties: { '^x-': { not: { type: 'null' } } },
      additionalProperties: false,
      dependentRequired: { id: ['lines'] },
      dependentSchemas: { id: { minProperties: 1 } },
      allOf: [{ if: { minimum: 1 }, then: { multipleOf: 0.5 }, else: true }],
      $defs: {
        line: { $anchor: 'thing', deprecated: true, default: {}, examples: [1] },
        'a%b': {},
        '100%': {},
      },
      'x-widget': 'table',
    };
    expect(problems(schema)).toEqual([]);
    expect(problems(true)).toEqual([]);
  });

  it('says which keyword has the wrong value', () => {
    expect(
      problems({
        $schema: 'http://json-schema.org/draft-04/schema#',
        $id: 5,
        title: 1,
        type: 'strng',
        required: ['a', 'a'],
        minLength: -1,
        multipleOf: 0,
        maximum: '5',
        uniqueItems: 'yes',
        enum: 'a',
        items: [{}],
        not: [{}],
        allOf: [],
        properties: [],
        pattern: 5,
        $ref: 5,
        dependentRequired: { a: 'b' },
      }),
    ).toEqual([
      '/$schema "$schema" must be "https://json-schema.org/draft/2020-12/schema": schemas are read as that draft, not text.',
      '/$id "$id" is a text at the top of a schema only: remove it and refer with "#/$defs/…".',
      '/title "title" must be text, not 1.',
      '/type JSON Schema has no type "strng"; did you mean "string"?',
      '/required "required" must be a list of different names, such as [id, total].',
      '/minLength "minLength" must be a whole number of zero or more, not -1.',
      '/multipleOf "multipleOf" must be a number above zero, not 0.',
      '/maximum "maximum" must be a number, not text.',
      '/uniqueItems "uniqueItems" must be true or false, not text.',
      '/enum "enum" must be a list, not text.',
      '/items "items" must be a schema, not a list: use "prefixItems" for items by position.',
      '/not "not" must be a schema, not a list: write one schema.',
      '/allOf "allOf" must be a list of at least one schema, not a list.',
      '/properties "properties" must be an object of names, not a list.',
      '/pattern "pattern" must be text, not 5.',
      '/$ref "$ref" must be text such as "#/$defs/name", not 5.',
      '/dependentRequired/a "a" must be a list of different names, such as [id, total].',
    ]);
    expect(problems({ type: [] })).toHaveLength(1);
    expect(problems({ type: ['null', 'null'] })).toHaveLength(1);
    expect(problems({ type: 5 })).toHaveLength(1);
    expect(problems({ properties: { a: 5 } })).toEqual([
      '/properties/a A JSON Schema must be an object, true or false, not 5.',
    ]);
    expect(problems('x')).toEqual([' A JSON Schema must be an object, true or false, not text.']);
  });

  it('warns of slips and refuses other drafts', () => {
    expect(problems({ requird: ['a'], dependencies: {}, $dynamicRef: '#x' })).toEqual([
      '/requird JSON Schema has no keyword "requird"; did you mean "required"?',
      '/dependencies "dependencies" is of an older draft: use "dependentRequired" or "dependentSchemas".',
      '/$dynamicRef "$dynamicRef" is not available in schemas here: use "$ref".',
    ]);
  });

  it('vets patterns, in names of properties too', () => {
    expect(problems({ pattern: '(a+)+', patternProperties: { '(b+)+': {} } })).toEqual([
      '/pattern The pattern repeats a group that can be read in several ways, which can take forever: let it begin or end with a character that the rest of it cannot match.',
      '/patternProperties/(b+)+ The pattern repeats a group that can be read in several ways, which can take forever: let it begin or end with a character that the rest of it cannot match.',
    ]);
  });

  it('refers inside itself only', () => {
    expect(problems({ $ref: 'https://example.com/schema' })).toEqual([
      '/$ref "https://example.com/schema" is outside this schema, and nothing is loaded from elsewhere: write the schema under "$defs" and refer with "#/$defs/…".',
    ]);
    expect(problems({ $ref: '#/$defs/b', $defs: { a: {} } })).toEqual([
      '/$ref The schema has nothing at "#/$defs/b"; known: #/$defs/a.',
    ]);
    expect(problems({ properties: { a: { $ref: '#/properties' } } })).toEqual([
      '/properties/a/$ref The schema has nothing at "#/properties"; there is nothing under "$defs".',
    ]);
    expect(problems({ $ref: '#nowhere' })).toHaveLength(1);
  });

  it('refuses references that never go into the value', () => {
    expect(problems({ $ref: '#' })).toEqual([
      '/$ref The reference leads back to itself without end: let it go through "properties" or "items".',
    ]);
    const around = {
      $ref: '#/$defs/a',
      $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } },
    };
    expect(problems(around)).toHaveLength(1);
    expect(problems({ dependentSchemas: { x: { $ref: '#' } } })).toHaveLength(1);
    expect(problems({ properties: { a: { $ref: '#' } }, items: { $ref: '#' } })).toEqual([]);
  });

  it('refuses references that multiply', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `d${i}`,
        { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
      ]),
    );
    expect(problems({ $ref: '#/$defs/d0', $defs: { ...$defs, d20: {} } })).toEqual([
      ' References of the schema multiply to more than 10000 checks of one value: refer fewer times to schemas that refer on.',
    ]);
  });

  it('is bounded in size, depth, properties and patterns', () => {
    expect(problems({ title: 'x'.repeat(70_000) })).toEqual([
      ' The schema is larger than 65536 characters of JSON: split or shorten it.',
    ]);
    let deep: Json = {};
    for (let i = 0; i < 20; i += 1) deep = { items: { not: deep } };
    expect(problems(deep)).toEqual([' The schema nests deeper than 32 levels: use "$defs" and "$ref".']);
    const many = (count: number, schema: Json): Json =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, schema]));
    expect(problems({ properties: many(501, true) })).toEqual([
      ' The schema has 501 properties; at most 500 are allowed.',
    ]);
    expect(problems({ properties: many(201, { pattern: 'x' }) })).toEqual([
      ' The schema has 201 patterns; at most 200 are allowed.',
    ]);
  });

  it('leaves members of other keywords alone', () => {
    expect(problems({ allOf: 5, dependentSchemas: 5, not: 5 })).toHaveLength(3);
  });
});
