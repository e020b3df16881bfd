import { describe, expect, it } from '@jest/globals';
import type { Json } from '../json.ts';
import { parseDefinition } from './parse-definition.ts';

const document = { dsl: '1.0.3', namespace: 'default', name: 'orders', version: '1.0.0' };

const problemsOf = (value: Json): readonly string[] =>
  parseDefinition(value).problems.map(({ pointer, message }) => `${pointer} ${message}`);

describe('parseDefinition()', () => {
  it('builds the typed tree with pointers and defaults', () => {
    const { definition, problems } = parseDefinition({
      document: { ...document, title: 'Orders', tags: { team: 'shop' } },
      do: [{ greet: { set: { hello: '${ .name }' }, then: 'end' } }],
    });
    expect(problems).toEqual([]);
    expect(definition).toEqual({
      document: { ...document, title: 'Orders', tags: { team: 'shop' } },
      input: {},
      output: {},
      tasks: [
        {
          name: 'greet',
          pointer: '/do/0/greet',
          task: {
            kind: 'set',
            value: { hello: '${ .name }' },
            then: 'end',
            input: {},
            output: {},
            export: {},
          },
        },
      ],
    });
  });

  it('finds ten things wrong at once', () => {
    const problems = problemsOf({
      document: { ...document, dsl: '2.0.0', version: '1.0', tilte: 'x' },
      do: [
        { a: { sett: {} } },
        { b: { set: { x: '${ .a + }' }, then: 'nowhere' } },
        { c: { call: 'grpc', with: {} } },
        { d: { wait: 'P1M' } },
        { e: { call: 'http', with: { method: 'get', endpoint: 'ftp://x' } } },
        { e: { set: { x: '${ $secrets.k }' } } },
      ],
    });
    expect(problems).toEqual([]);
  });
});
