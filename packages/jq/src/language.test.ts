import { describe, expect, it } from '@jest/globals';
import { mismatches } from './results-of.ts';

describe('paths', () => {
  it('lead to members, and to null where there are none', () => {
    expect(
      mismatches([
        ['.a.b, .a["b"], ."a"."b", .["a"].b, .a.["b"]', { a: { b: 1 } }, [1, 1, 1, 1, 1]],
        ['.x.y.z, .[0]?', null, [null, null]],
        ['.[0], .[-1], .[9], .[1.7]', [1, 2, 3], [1, 3, null, 2]],
        ['.[1:], .[:-1], .[-2:], .[1:2], .[5:]', [1, 2, 3], [[2, 3], [1, 2], [2, 3], [2], []]],
        ['.[1:3]', 'aé日𝒳b', ['é日']],
        ['.[]', { a: 1, b: 2 }, [1, 2]],
        ['[..]', [[1], { a: 2 }], [[[[1], { a: 2 }], [1], 1, { a: 2 }, 2]]],
        ['[.[] | .a?]', [{ a: 1 }, 2, { a: 3 }], [[1, 3]]],
        ['.a', [1], [{ error: 'Cannot index array with string ("a")' }]],
        ['.[]', 5, [{ error: 'Cannot iterate over number (5)' }]],
      ]),
    ).toEqual([]);
  });

  it('can be collected, read, written and removed', () => {
    expect(
      mismatches([
        ['[paths]', { a: [1, { b: 2 }] }, [[['a'], ['a', 0], ['a', 1], ['a', 1, 'b']]]],
        ['[path(.a[].b?)]', { a: [{ b: 1 }, 2] }, [[['a', 0, 'b']]]],
        [
          'getpath(["a", 0]), setpath(["a", 0]; 9), delpaths([["a", 0]])',
          { a: [1] },
          [1, { a: [9] }, { a: [] }],
        ],
        ['del(.[1, 2]), del(.[-1]), del(.[0:2])', [1, 2, 3], [[1], [1, 2], [3]]],
        ['del(.a, .b.c)', { a: 1, b: { c: 2, d: 3 } }, [{ b: { d: 3 } }]],
        ['pick(.a, .b[1])', { a: 1, b: [2, 3], c: 4 }, [{ a: 1, b: [null, 3] }]],
        ['to_entries, with_entries(.value += 1)', { a: 1 }, [[{ key: 'a', value: 1 }], { a: 2 }]],
        ['path(1 + 1)', null, [{ error: 'Invalid path expression with result 2' }]],
      ]),
    ).toEqual([]);
  });

  it('can be updated in every way', () => {
    expect(
      mismatches([
        ['.a = 1, .a |= 2, .a += 3, .a //= 4', { a: 10 }, [{ a: 1 }, { a: 2 }, { a: 13 }, { a: 10 }]],
        ['.a -= 1 | .b *= 2 | .c /= 2 | .d %= 3', { a: 1, b: 2, c: 3, d: 4 }, [{ a: 0, b: 4, c: 1.5, d: 1 }]],
        ['.a[2].b = 1', null, [{ a: [null, null, { b: 1 }] }]],
        ['.[] += 1', [1, 2], [[2, 3]]],
        ['.a = (1, 2)', {}, [{ a: 1 }, { a: 2 }]],
        ['(.[] | select(. > 1)) |= empty', [1, 2, 3], [[1]]],
        [
          '.[1:] = ["x"], .[1:] |= map(. * 2)',
          [1, 2, 3],
          [
            [1, 'x'],
            [1, 4, 6],
          ],
        ],
        ['(.. | numbers) |= . + 1', { a: [1, { b: 2 }] }, [{ a: [2, { b: 3 }] }]],
        ['.a |= (., .)', { a: 1 }, [{ a: 1 }]],
        ['.[-1] = 9, (try (.[-9] = 1) catch .)', [1, 2], [[1, 9], 'Out of bounds negative array index']],
        ['.. |= (if type == "array" then map(.) else . end)', [[1], [2]], [[[1], [2]]]],
        ['.a = . | .a.a', { a: 1 }, [1]],
      ]),
    ).toEqual([]);
  });
});

describe('operators', () => {
  it('compute, each by the types it is given', () => {
    expect(
      mismatches([
        ['1 + 2 * 3 - 4 / 2', null, [5]],
        ['[5 % 3, -5 % 3, 5 % -3, 5.9 % 3]', null, [[2, -2, 2, 2]]],
        [
          '"a" + "b", [1] + [2], {a: 1} + {b: 2}, null + 1, 1 + null',
          null,
          ['ab', [1, 2], { a: 1, b: 2 }, 1, 1],
        ],
        [
          '[1, 2, 1] - [1], "a,b" / ",", "ab" * 2, {a: {b: 1}} * {a: {c: 2}}',
          null,
          [[2], ['a', 'b'], 'abab', { a: { b: 1, c: 2 } }],
        ],
        [
          '1 / 0',
          null,
          [{ error: 'number (1) and number (0) cannot be divided because the divisor is zero' }],
        ],
        ['{} - 1', null, [{ error: 'object ({}) and number (1) cannot be subtracted' }]],
        ['[(1, 2) + (10, 20)]', null, [[11, 12, 21, 22]]],
        ['-(1, .a)', { a: 2 }, [-1, -2]],
      ]),
    ).toEqual([]);
  });

  it('compare all values in one order', () => {
    expect(
      mismatches([
        ['sort', [{}, [], 'a', 1, true, false, null], [[null, false, true, 1, 'a', [], {}]]],
        [
          '[1 == 1.0, "a" < "b", [1] < [1, 0], {a: 2} < {b: 1}, nan < nan, nan == nan]',
          null,
          [[true, true, true, true, true, false]],
        ],
        ['sort', ['\uffff', '😀', 'z'], [['z', '\uffff', '😀']]],
      ]),
    ).toEqual([]);
  });

  it('decide', () => {
    expect(
      mismatches([
        [
          '[(true, false) and (true, false)], [(true, false) or (true, false)]',
          null,
          [
            [true, false, false],
            [true, true, false],
          ],
        ],
        ['false and error, true or error', null, [false, true]],
        [
          '.a // "none", (.b // "none"), [(null, 1, false, 2) // 3], [empty // 4]',
          { a: false, b: 0 },
          ['none', 0, [1, 2], [4]],
        ],
        ['[.[] | not]', [1, null, false, 0], [[false, true, true, false]]],
      ]),
    ).toEqual([]);
  });
});

describe('control', () => {
  it('branches', () => {
    expect(
      mismatches([
        [
          '[.[] | if . > 2 then "big" elif . > 1 then "mid" else "small" end]',
          [1, 2, 3],
          [['small', 'mid', 'big']],
        ],
        ['if false then 1 end, [if (true, null) then 1 else 2 end]', 7, [7, [1, 2]]],
      ]),
    ).toEqual([]);
  });

  it('catches errors of the body, and no others', () => {
    expect(
      mismatches([
        ['try error("x") catch ., try error({a: 1}) catch .a, [.[]?]', null, ['x', 1, []]],
        ['[(1, error("x"), 3)?]', null, [[1]]],
        ['try (try error("in") catch error("out")) catch .', null, ['out']],
        ['try ((try . catch "no") | error) catch "yes"', 'v', ['yes']],
        ['try error(null) catch .', null, [null]],
      ]),
    ).toEqual([]);
  });

  it('loops', () => {
    expect(
      mismatches([
        [
          'reduce .[] as $x (0; . + $x), reduce empty as $x (1; 2), reduce .[] as $x (0; empty)',
          [1, 2],
          [3, 1, null],
        ],
        [
          '[foreach .[] as $x (0; . + $x; [$x, .])]',
          [1, 2],
          [
            [
              [1, 1],
              [2, 3],
            ],
          ],
        ],
        ['[label $out | .[] | if . > 2 then break $out else . end]', [1, 2, 3, 1], [[1, 2]]],
        [
          '[limit(2; range(10))], [skip(8; range(10))], [first(range(5)), last(range(5)), nth(2; range(5))]',
          null,
          [
            [0, 1],
            [8, 9],
            [0, 4, 2],
          ],
        ],
        [
          '[range(0; 10; 4)], [range(3; 0; -1)], [range(0, 1; 2)]',
          null,
          [
            [0, 4, 8],
            [3, 2, 1],
            [0, 1, 1],
          ],
        ],
        [
          'until(. > 100; . * 2), [while(. < 5; . + 1)], [limit(3; repeat("x"))]',
          3,
          [192, [3, 4], ['x', 'x', 'x']],
        ],
        ['[recurse(if . < 3 then . + 1 else empty end)]', 1, [[1, 2, 3]]],
        [
          'isempty(empty), isempty(1, error), any(true, error; .), all(false, error; .)',
          null,
          [true, false, true, false],
        ],
      ]),
    ).toEqual([]);
  });

  it('grows what a reduction makes without changing what others hold', () => {
    expect(
      mismatches([
        ['reduce (1, 2) as $x ([]; . + [$x] | . + [.])', null, [[1, [1], 2, [1, [1], 2]]]],
        ['reduce (1, 2) as $x ({}; .l += [$x] | .keep += [.l])', null, [{ l: [1, 2], keep: [[1], [1, 2]] }]],
        [
          'reduce (1, 2) as $x ({}; .l += [$x] | .keep += [{l}])',
          null,
          [{ l: [1, 2], keep: [{ l: [1] }, { l: [1, 2] }] }],
        ],
        ['reduce (1, 2) as $x ({}; .a = . | .b += 1)', null, [{ b: 2, a: { b: 1, a: {} } }]],
        [
          '. as $i | [reduce (1, 2) as $x ($i; .a += [$x]), $i]',
          { a: [0] },
          [[{ a: [0, 1, 2] }, { a: [0] }]],
        ],
        [
          '. as $i | [reduce (1, 2) as $x ({}; .z = $i.a | .z += [$x]), $i]',
          { a: [0] },
          [[{ z: [0, 2] }, { a: [0] }]],
        ],
        ['reduce ("a", "b", "a") as $k ({}; .[$k] += 1)', null, [{ a: 2, b: 1 }]],
        [
          '[reduce (1, 2) as $x ([], [7]; . + [$x])]',
          null,
          [
            [
              [1, 2],
              [7, 1, 2],
            ],
          ],
        ],
      ]),
    ).toEqual([]);
  });

  it('defines functions with arguments, closures and recursion', () => {
    expect(
      mismatches([
        ['def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; fac', 10, [3628800]],
        ['def f(x): x | x; f(. * .)', 3, [81]],
        [
          'def f($a; $b): [$a, $b]; [f(1, 2; 3)]',
          null,
          [
            [
              [1, 3],
              [2, 3],
            ],
          ],
        ],
        ['def f(g): def h: g; [h, h]; f(1, 2)', null, [[1, 2, 1, 2]]],
        ['1 as $x | def f: $x; 2 as $x | [f, $x]', null, [[1, 2]]],
        ['def f: 1; def g: f; def f: 2; [f, g]', null, [[2, 1]]],
        ['def sum(f): reduce .[] as $x (0; . + ($x | f)); sum(.a)', [{ a: 1 }, { a: 2 }], [3]],
        ['def loop: if . > 100000 then . else . + 1 | loop end; loop', 0, [100001]],
      ]),
    ).toEqual([]);
  });

  it('takes values apart', () => {
    expect(
      mismatches([
        ['. as [$a, {b: $c, $d}] | [$a, $c, $d]', [1, { b: 2, d: 3 }], [[1, 2, 3]]],
        ['. as {$a, "b": [$c], ("d" + "e"): $f} | [$a, $c, $f]', { a: 1, b: [2], de: 3 }, [[1, 2, 3]]],
        ['.[] as [$a] ?// $a | [$a]', [[1], 2], [[1], [2]]],
        [
          '.[] as {$a} ?// [$b] | [$a, $b]',
          [{ a: 1 }, [2]],
          [
            [1, null],
            [null, 2],
          ],
        ],
        ['. as {$a: [$b]} | [$a, $b]', { a: [1] }, [[[1], 1]]],
        [
          '(1, 2) as $x | (3, 4) as $y | [$x, $y]',
          null,
          [
            [1, 3],
            [1, 4],
            [2, 3],
            [2, 4],
          ],
        ],
      ]),
    ).toEqual([]);
  });

  it('builds', () => {
    expect(
      mismatches([
        [
          '{a, "b": 2, ("c", "d"): 3, "e\\(1)": 4}',
          { a: 1 },
          [
            { a: 1, b: 2, c: 3, e1: 4 },
            { a: 1, b: 2, d: 3, e1: 4 },
          ],
        ],
        ['5 as $x | {$x, "a b", @base64 "k": 1, if: 2}', { 'a b': 0 }, [{ x: 5, 'a b': 0, k: 1, if: 2 }]],
        ['[.[] | {a: (1, .)}] | length', [1, 2], [4]],
        [
          '{(1 | tostring): 2}, (try {(1 + 1): 2} catch .)',
          null,
          [{ 1: 2 }, 'Cannot use number (2) as object key'],
        ],
        [
          '"a\\(1, 2)b\\("c")", @json "x\\("q")", @sh "echo \\("it\'s")"',
          null,
          ['a1bc', 'a2bc', 'x"q"', "echo 'it'\\''s'"],
        ],
        ['# nothing here\n1 # and here \\\n still\n', null, [1]],
      ]),
    ).toEqual([]);
  });
});
