import { describe, expect, it } from '@jest/globals';
import { expressionSource, readTemplateString } from './expression-text.ts';

describe('readTemplateString()', () => {
  it('takes a text without expressions as it is', () => {
    expect(readTemplateString('costs $5 {net}')).toEqual({ kind: 'literal', text: 'costs $5 {net}' });
    expect(readTemplateString('')).toEqual({ kind: 'literal', text: '' });
  });

  it('reads one expression, over several lines and with space around it', () => {
    expect(readTemplateString('${ .a }')).toEqual({ kind: 'expression', expression: ' .a ' });
    expect(readTemplateString(' \n${ .a\n| .b }\n')).toEqual({
      kind: 'expression',
      expression: ' .a\n| .b ',
    });
  });

  it('finds the brace that closes, past objects, strings and interpolations', () => {
    const bodies = ['{a: {b: 1}}', '"}"', '"\\"}"', '"x\\("}" + (1|tostring))}"', '# a } in a comment\n.a'];
    for (const body of bodies) {
      expect(readTemplateString(`\${${body}}`)).toEqual({ kind: 'expression', expression: body });
    }
  });

  it('tells two expressions from one', () => {
    expect(readTemplateString('${ .a } and ${ .b }!')).toEqual({
      kind: 'interpolated',
      parts: [{ expression: ' .a ' }, ' and ', { expression: ' .b ' }, '!'],
    });
    expect(readTemplateString('Hello, ${.x}')).toEqual({
      kind: 'interpolated',
      parts: ['Hello, ', { expression: '.x' }],
    });
  });

  it('says where an expression is never closed', () => {
    expect(readTemplateString('a ${ .b')).toEqual({ kind: 'literal', text: 'a ${ .b', unclosedAt: 2 });
    expect(readTemplateString('${ .b # }')).toMatchObject({ kind: 'literal', unclosedAt: 0 });
    expect(readTemplateString('${ "\\')).toMatchObject({ unclosedAt: 0 });
  });

  it('survives absurd nesting', () => {
    expect(readTemplateString('${' + '"\\('.repeat(80_000))).toMatchObject({ unclosedAt: 0 });
  });
});

describe('expressionSource()', () => {
  it('reads jq with and without ${ }', () => {
    expect(expressionSource('${ .a }')).toBe(' .a ');
    expect(expressionSource('.a')).toBe('.a');
    expect(expressionSource('"${ .a } b"')).toBe('"${ .a } b"');
  });
});
