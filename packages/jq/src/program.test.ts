import { describe, expect, it } from '@jest/globals';
import { compile, engineVersion, JqError, JqLimitError, JqSyntaxError } from './index.ts';
import { mismatches } from './results-of.ts';

describe('compile()', () => {
  it('points at the line and column of a mistake', () => {
    const mistakes = [
      ['.a |\n  foo(1)', 2, 3],
      ['1 +', 1, 4],
      ['.a..b', 1, 3],
      ['"abc', 1, 1],
      ['"a\\q"', 1, 3],
      ['{a b}', 1, 4],
      ['. as [$a, | 1', 1, 11],
      ['1 < 2 < 3', 1, 7],
      ['break $out', 1, 1],
      ['$nope', 1, 1],
    ] as const;
    for (const [source, line, column] of mistakes) {
      expect(() => compile(source)).toThrow(JqSyntaxError);
      expect(() => compile(source)).toThrow(expect.objectContaining({ line, column }));
    }
  });

  it('refuses by name whatever reaches outside', () => {
    const outside =
      'input inputs debug stderr env input_filename input_line_number halt halt_error modulemeta get_search_list';
    for (const name of outside.split(' '))
      expect(() => compile(name)).toThrow(`"${name}" is not available here`);
    for (const name of ['$ENV', '$__loc__', '{$__loc__}'])
      expect(() => compile(name)).toThrow(/is not available here/);
    for (const source of ['import "a" as a; .', 'include "a"; .', 'module {}; .']) {
      expect(() => compile(source)).toThrow(/cannot use modules/);
    }
    expect(() => compile('now')).toThrow('no clock was given');
  });

  it('behaves as the version that is asked for, and refuses one that it does not know', () => {
    expect(compile('.a', { engine: 1 }).first({ a: 1 })).toBe(1);
    for (const engine of [0, engineVersion + 1, 1.5, Number.NaN])
      expect(() => compile('.a', { engine })).toThrow('is none of them');
  });

  it('refuses names that nothing defines, and bad calls of those that exist', () => {
    for (const source of ['nope', 'nope(1)', 'map', 'length(1)', '_nope', 'def f: g; 1', 'def f(a): $a; 1']) {
      expect(() => compile(source)).toThrow(/not defined/);
    }
  });

  it('lets a program define a name that is refused or built in', () => {
    expect(
      mismatches([
        ['def input: 5; input', null, [5]],
        ['def map(f): "mine"; map(.)', [1], ['mine']],
        ['def map(f): "mine"; with_entries(.value += 1)', { a: 1 }, [{ a: 2 }]],
      ]),
    ).toEqual([]);
  });

  it('refuses a source that is too long or nests too deeply', () => {
    expect(() => compile(' '.repeat(20_000))).toThrow(JqLimitError);
    for (const source of [
      '('.repeat(5000),
      '['.repeat(5000),
      `1${'+1'.repeat(5000)}`,
      `.${'|.'.repeat(5000)}`,
    ]) {
      expect(() => compile(source)).toThrow(/nests more than/);
    }
  });

  it('tells which variables a program mentions, and whether it asks for the time', () => {
    const program = compile('.a as $c | $b + $c | map($a)', { variables: ['a', 'b', 'c'] });
    expect(program.usesVariables).toEqual(['a', 'b']);
    expect(program.usesNow).toBe(false);
    expect(compile('now | todate', { clock: () => 0 }).usesNow).toBe(true);
  });
});

describe('Program', () => {
  it('gives its variables their values, and complains of one that is missing when it is used', () => {
    const program = compile('if . then $a else $b end', { variables: ['a', 'b'] });
    expect(program.first(true, { a: [1] })).toEqual([1]);
    expect(() => program.first(false, { a: [1] })).toThrow('$b was given no value');
  });

  it('computes results when they are asked for', () => {
    const results = compile('1, 2, error("late")').evaluate(null)[Symbol.iterator]();
    expect(results.next()).toEqual({ value: 1, done: false });
    expect(results.next()).toEqual({ value: 2, done: false });
    expect(() => results.next()).toThrow(JqError);
    expect(compile('range(1e12)').first(null)).toBe(0);
    expect(compile('empty').first(null)).toBeUndefined();
  });

  it('asks the clock for the time', () => {
    expect(compile('now', { clock: () => 1_700_000_000_500 }).first(null)).toBe(1_700_000_000.5);
  });

  it('gives results that JSON can write, and leaves its input alone', () => {
    const input = Object.freeze({ list: Object.freeze([1, 2]) });
    const program = compile('.list[0] = 9 | .more = [nan, infinite, -infinite]');
    const most = Number.MAX_VALUE;
    expect(program.first(input)).toEqual({ list: [9, 2], more: [null, most, -most] });
    expect(input).toEqual({ list: [1, 2] });
  });

  it('serves several evaluations at once', () => {
    const program = compile('.[]');
    const one = program.evaluate([1, 2])[Symbol.iterator]();
    const two = program.evaluate(['a', 'b'])[Symbol.iterator]();
    expect([one.next().value, two.next().value, one.next().value, two.next().value]).toEqual([
      1,
      'a',
      2,
      'b',
    ]);
  });

  it('throws the value of an error that nobody caught', () => {
    expect(() => compile('error({code: 7})').first(null)).toThrow(
      expect.objectContaining({ value: { code: 7 } }),
    );
    expect(() => compile('.a').first(1)).toThrow('Cannot index number with string ("a")');
  });
});

describe('keys that are names in JavaScript', () => {
  it('are ordinary keys in every operation', () => {
    const hostile =
      compile('fromjson').first('{"__proto__": {"polluted": 1}, "constructor": 2, "toString": 3}') ?? null;
    expect(
      mismatches([
        ['.__proto__, .constructor, .toString, .hasOwnProperty', hostile, [{ polluted: 1 }, 2, 3, null]],
        ['[.__proto__, .constructor, .valueOf, has("toString")]', {}, [[null, null, null, false]]],
        ['keys', hostile, [['__proto__', 'constructor', 'toString']]],
        ['to_entries | from_entries | keys', hostile, [['__proto__', 'constructor', 'toString']]],
        ['del(.__proto__) | keys', hostile, [['constructor', 'toString']]],
        ['{("__proto__"): 1} | tojson', null, ['{"__proto__":1}']],
        ['{a: 1} * {("__proto__"): {b: 2}} | tojson', null, ['{"a":1,"__proto__":{"b":2}}']],
        ['"{\\"__proto__\\":{\\"x\\":1}}" | fromjson | [.x, .__proto__.x]', null, [[null, 1]]],
        ['.__proto__.x = 1 | [.x, (.__proto__ | keys)]', {}, [[null, ['x']]]],
        ['reduce ("__proto__", "a") as $k ({}; .[$k] += 1) | tojson', null, ['{"__proto__":1,"a":1}']],
        ['"x" | capture("(?<constructor>x)") | .constructor', null, ['x']],
      ]),
    ).toEqual([]);
  });

  it('never reach a prototype', () => {
    const attack = compile(
      'setpath(["__proto__", "polluted"]; true) | .constructor.prototype.polluted = true',
    );
    attack.first({});
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect({}).not.toHaveProperty('polluted');
  });

  it('are no variables of the caller', () => {
    expect(() => compile('$constructor', { variables: ['constructor'] }).first(null, {})).toThrow(/no value/);
  });
});
