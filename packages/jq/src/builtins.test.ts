import { describe, expect, it } from '@jest/globals';
import { mismatches } from './results-of.ts';

describe('built-ins of values', () => {
  it('measure, look up and convert', () => {
    expect(
      mismatches([
        ['[.[] | length]', [null, -5, 'aé😀', [1, 2], { a: 1 }], [[0, 5, 3, 2, 1]]],
        ['utf8bytelength, ([.[]?] | length)', 'é', [2, 0]],
        [
          'keys, keys_unsorted, has("b"), has("z"), map_values(. + 1), add',
          { b: 2, a: 1 },
          [['a', 'b'], ['b', 'a'], true, false, { b: 3, a: 2 }, 3],
        ],
        [
          '[.[] | tostring], [.[] | type]',
          [1, 'a', [1.5], null],
          [
            ['1', 'a', '[1.5]', 'null'],
            ['number', 'string', 'array', 'null'],
          ],
        ],
        [
          '[.[] | try tonumber catch "bad"]',
          ['1', '1e2', '.5', ' 1', '0x1', ''],
          [[1, 100, 0.5, 'bad', 'bad', 'bad']],
        ],
        ['tojson, (tojson | fromjson)', { a: [1, 'x', null] }, ['{"a":[1,"x",null]}', { a: [1, 'x', null] }]],
        [
          '[.[] | tojson]',
          [1e17, 1e-5, 123456789012, 0.1, 1.5e300, 1e15],
          [['1e+17', '1e-05', '123456789012', '0.1', '1.5e+300', '1000000000000000']],
        ],
        ['contains(["b"]), inside(["abc", "x"]), index("b")', ['abc'], [true, true, null]],
        ['[.[] | toarray, (try toboolean catch "no")]', ['true', [1]], [[['true'], true, [1], 'no']]],
        ['[splits("a")?], (.. | select(type == "number"))', [1], [[], 1]],
      ]),
    ).toEqual([]);
  });

  it('sort, group and rearrange', () => {
    expect(
      mismatches([
        [
          'sort, sort_by(-.), unique, min, max, reverse, add',
          [3, 1, 3],
          [[1, 3, 3], [3, 3, 1], [1, 3], 1, 3, [3, 1, 3], 7],
        ],
        ['group_by(.a) | map(length)', [{ a: 1 }, { a: 2 }, { a: 1 }], [[2, 1]]],
        [
          'unique_by(.a), min_by(.a), max_by(.a)',
          [{ a: 2 }, { a: 1 }, { a: 2, b: 1 }],
          [[{ a: 1 }, { a: 2 }], { a: 1 }, { a: 2, b: 1 }],
        ],
        [
          'flatten, flatten(1)',
          [1, [2, [3]]],
          [
            [1, 2, 3],
            [1, 2, [3]],
          ],
        ],
        [
          'transpose, (map(add) | bsearch(4)), ([.[] | first])',
          [[1, 2], [3]],
          [
            [
              [1, 3],
              [2, null],
            ],
            -3,
            [1, 3],
          ],
        ],
        ['any, all, any(. > 1), all(. > 0), (.[] | IN(2, 3))', [1, 2], [true, true, true, true, false, true]],
        [
          '[combinations], [limit(2; combinations(2))]',
          [[1, 2], [3]],
          [
            [
              [1, 3],
              [2, 3],
            ],
            [
              [
                [1, 2],
                [1, 2],
              ],
              [[1, 2], [3]],
            ],
          ],
        ],
        ['walk(if type == "number" then . + 1 else . end)', [1, { a: [2] }], [[2, { a: [3] }]]],
        [
          '[tostream], fromstream(tostream)',
          [1, [2]],
          [
            [[[0], 1], [[1, 0], 2], [[1, 0]], [[1]]],
            [1, [2]],
          ],
        ],
        [
          'INDEX(.id) | map_values(.v)',
          [
            { id: 'a', v: 1 },
            { id: 2, v: 3 },
          ],
          [{ 2: 3, a: 1 }],
        ],
        ['indices(1), index(1), rindex(1), indices([1, 2])', [1, 2, 1], [[0, 2], 0, 2, [0]]],
      ]),
    ).toEqual([]);
  });
});

describe('built-ins of strings', () => {
  it('cut, join and change', () => {
    expect(
      mismatches([
        [
          'split(","), (split(",") | join("-")), ascii_upcase, ltrimstr("a"), rtrimstr("c")',
          'a,b,c',
          [['a', 'b', 'c'], 'a-b-c', 'A,B,C', ',b,c', 'a,b,'],
        ],
        ['trim, ltrim, rtrim', ' a ', ['a', 'a ', ' a']],
        [
          'startswith("a"), endswith("a"), explode, (explode | implode), indices("b")',
          'ab',
          [true, false, [97, 98], 'ab', [1]],
        ],
        ['join("/")', ['a', 1, null, true], ['a/1//true']],
        ['[.[] | @text, @json]', [[1], 'a'], [['[1]', '[1]', 'a', '"a"']]],
        [
          '@html, @uri, @base64, (@base64 | @base64d), (@uri | @urid)',
          '<é&>',
          ['&lt;é&amp;&gt;', '%3C%C3%A9%26%3E', 'PMOpJj4=', '<é&>', '<é&>'],
        ],
        [
          '@csv, @tsv, @sh',
          [1, 'a"b', null, true],
          ['1,"a""b",,true', '1\ta"b\t\ttrue', "1 'a\"b' null true"],
        ],
        ['@base32, (@base32 | @base32d)', 'f', ['MY======', 'f']],
        ['@nope', 1, [{ error: 'nope is not a valid format' }]],
      ]),
    ).toEqual([]);
  });

  it('match patterns', () => {
    expect(
      mismatches([
        ['test("B"; "i"), test("^b"), test(["B", "ix"])', 'abc', [true, false, true]],
        [
          '[match("(?<x>a)|(b)"; "g") | [.offset, .string, .captures[0].name, .captures[1].string]]',
          'éab',
          [
            [
              [1, 'a', 'x', null],
              [2, 'b', 'x', 'b'],
            ],
          ],
        ],
        ['capture("(?<year>\\\\d+)-(?<month>\\\\d+)")', '2024-05', [{ year: '2024', month: '05' }]],
        [
          '[scan("[a-z]+")], [scan("([a-z])(\\\\d)")]',
          'a1 b2',
          [
            ['a', 'b'],
            [
              ['a', '1'],
              ['b', '2'],
            ],
          ],
        ],
        [
          'sub("(?<l>[a-z])"; "<\\(.l)>"), gsub("[a-z]"; "x"), [splits("\\\\d")]',
          'a1b2',
          ['<a>1b2', 'x1x2', ['a', 'b', '']],
        ],
        ['[gsub("a"; "b", "c")], gsub(""; "-"), gsub("^"; ">")', 'aa', [['bb', 'cc'], '-a-a-', '>aa']],
        ['test("\\\\w\\\\d"), test("[[:alpha:]]{2}")', 'é٣é', [true, false]],
        [
          'test("(?=a)")',
          'a',
          [{ error: 'Regex failure: error parsing regexp: invalid or unsupported Perl syntax: `(?=`' }],
        ],
        ['test("a"; "y")', 'a', [{ error: 'y is not a valid modifier string' }]],
      ]),
    ).toEqual([]);
  });
});

describe('built-ins of numbers', () => {
  it('compute as C does', () => {
    expect(
      mismatches([
        ['[.[] | floor, ceil, round, trunc, fabs]', [1.5, -1.5], [[1, 2, 2, 1, 1.5, -2, -1, -2, -1, 1.5]]],
        ['pow(2; 10), log2, sqrt, exp10, cbrt', 4, [1024, 2, 2, 10000, 1.5874010519681996]],
        [
          '[infinite, -infinite, nan | isinfinite, isnan, isnormal]',
          null,
          [[true, false, false, true, false, false, false, true, false]],
        ],
        [
          '[frexp, modf, significand, logb, ldexp(3; 2), scalb(1; 3)]',
          10,
          [[[0.625, 4], [0, 10], 1.25, 3, 12, 8]],
        ],
        [
          '[drem(5; 2, 3), fma(2; 3; 4), fmin(1; 2), copysign(1; -2)]'.replace(', hypot(3; 4)', ''),
          null,
          [[1, -1, 10, 1, -1]],
        ],
        ['[gamma, tgamma, lgamma_r[1]]', 5, [[Math.log(24), 24, 1]]],
        ['abs, (-7 | abs), ("a" | abs)', 3, [3, 7, 'a']],
      ]),
    ).toEqual([]);
  });
});

describe('built-ins of dates', () => {
  it('read and write moments in UTC', () => {
    expect(
      mismatches([
        [
          'todate, (todate | fromdate), gmtime, (gmtime | mktime)',
          1425599621,
          ['2015-03-05T23:53:41Z', 1425599621, [2015, 2, 5, 23, 53, 41, 4, 63], 1425599621],
        ],
        [
          'strptime("%A, %d %b %Y %I:%M %p") | mktime | todate',
          'Thursday, 05 Mar 2015 11:53 PM',
          ['2015-03-05T23:53:00Z'],
        ],
        [
          'strftime("%a %j %U %W %V %G %e %y %H:%M:%S %Z %%")',
          0,
          ['Thu 001 00 00 01 1970  1 70 00:00:00 UTC %'],
        ],
        ['strftime("%G-W%V")', 1609459200, ['2020-W53']],
        ['now, (now | todate)', null, [1_700_000_000.123, '2023-11-14T22:13:20Z']],
        ['fromdate', 'soon', [{ error: 'date "soon" does not match format "%Y-%m-%dT%H:%M:%SZ"' }]],
        ['[dateadd("seconds"; 10), datesub("seconds"; 10), date]', 100, [[110, 90, '1970-01-01T00:01:40Z']]],
      ]),
    ).toEqual([]);
  });
});
