import { describe, expect, it } from '@jest/globals';
import { parseJson } from './json-codec.ts';

describe('parseJson()', () => {
  it('gives the value of a JSON text', () => {
    expect(parseJson('{"a":[1,null,"x"]}')).toEqual({ a: [1, null, 'x'] });
  });

  it('throws for anything else', () => {
    expect(() => parseJson('{a:1}')).toThrow(SyntaxError);
  });
});
