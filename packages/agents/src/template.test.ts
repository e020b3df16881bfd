import { describe, expect, it } from '@jest/globals';
import type { Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import type { ConfigProblem } from './adapter.ts';
import { childPointer, compileTemplate } from './template.ts';

const fill = (value: Json, input: Json): Json =>
  compileTemplate(value, { pointer: '', variables: ['v'], report: () => {} })(input, { v: 7 });

const problemsOf = (value: Json): string[] => {
  const problems: ConfigProblem[] = [];
  compileTemplate(value, { pointer: '/body', variables: [], report: (problem) => problems.push(problem) });
  return problems.map(({ pointer }) => pointer);
};

describe('compileTemplate()', () => {
  it('gives the value of an expression that is the whole string', () => {
    expect(fill('${ .a }', { a: [1, { b: null }] })).toEqual([1, { b: null }]);
    expect(fill(' ${ .a } ', { a: true })).toBe(true);
    expect(fill('${ $v + 1 }', null)).toBe(8);
    expect(fill('${ empty }', null)).toBeNull();
  });

  it('puts the values of embedded expressions into the text', () => {
    expect(fill('Hello ${ .name }, ${ .n } of ${ .all }', { name: 'Ada', n: 1, all: [1, 'x'] })).toBe(
      'Hello Ada, 1 of [1,"x"]',
    );
  });

  it('leaves everything else alone, results included', () => {
    expect(fill({ a: ['x', 1, null], $b: '$c' }, null)).toEqual({ a: ['x', 1, null], $b: '$c' });
    expect(fill('${ .a }', { a: '${ .b }' })).toBe('${ .b }');
    expect(Object.entries(fill(parseJsonBounded('{"__proto__": "${ .a }"}'), { a: 1 }) ?? {})).toEqual([
      ['__proto__', 1],
    ]);
  });

  it('fails where an expression gives several values', () => {
    expect(() => fill('${ .a, .b }', {})).toThrow('more than one result');
  });

  it('reports every expression that does not compile, by its pointer', () => {
    const broken = { ok: '${ . }', a: '${ .[ }', b: ['x', 'y ${ $nope } ${ ) }'], 'c/d': '${ .open' };
    expect(problemsOf(broken)).toEqual(['/body/a', '/body/b/1', '/body/b/1', '/body/c~1d']);
  });
});

describe('childPointer()', () => {
  it('escapes as RFC 6901 wants', () => {
    expect(childPointer('/a', 'b/c~d')).toBe('/a/b~1c~0d');
  });
});
