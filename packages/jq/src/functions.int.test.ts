import { beforeAll, describe, expect, it } from '@jest/globals';
import { besideJq, type Run } from './beside-jq-fixture.ts';
import { isObject, type Json } from './json.ts';

/** Programs and the inputs each of them gets. */
type Table = readonly (readonly [programs: readonly string[], inputs: readonly Json[]])[];

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Each element alone, with its errors as values: one program for many inputs, as each call of jq is a process of its own. */
const each = (program: string): string => `[.[] | try [${program}] catch "failed"]`;

/** Two libraries of mathematics differ in the last digits. */
function close(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => close(item, b[index]));
  if (a === undefined || b === undefined || !isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.join() === Object.keys(b).join() && keys.every((key) => close(a[key], b[key]));
}

describe('functions beside jq', () => {
  let jq: Run;
  let ours: Run;

  beforeAll(async () => {
    ({ jq, ours } = await besideJq());
  });

  /** The outcomes that differ. */
  function differences(table: Table): readonly string[] {
    return table.flatMap(([programs, inputs]) =>
      programs.flatMap((program) => {
        const [mine] = ours(each(program), [...inputs]).outputs;
        const [theirs] = jq(each(program), [...inputs]).outputs;
        if (!Array.isArray(mine) || !Array.isArray(theirs)) return [`${program} does not compile in both`];
        return inputs.flatMap((input, index) => {
          const [a, b] = [mine[index], theirs[index]];
          if (close(a, b)) return [];
          const shown = [input, a ?? null, b ?? null].map((value) => JSON.stringify(value));
          return [`${shown[0]} | ${program}: ours ${shown[1]}, jq ${shown[2]}`];
        });
      }),
    );
  }

  it('compute numbers', () => {
    const numbers = [0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.75, 10, -10, 100, 171, 1e-3, 1e10];
    const one =
      words(`abs fabs floor ceil round trunc rint nearbyint sqrt cbrt exp exp2 exp10 expm1 log log2 log10 log1p
      logb sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh frexp modf significand isnan isinfinite isnormal
      tostring tojson @text @json lgamma tgamma lgamma_r erf erfc -(.) (.%7) (.%(-3)) tojson|fromjson`);
    const two = words('pow atan2 fmin fmax fdim fmod copysign drem ldexp scalb scalbln nextafter nexttoward');
    const pairs = numbers.slice(0, 11).flatMap((a) => [0, 1, -1, 2, 0.5, 3, -7].map((b) => [a, b]));
    expect(
      differences([
        [one, [...numbers, null, '1', [1], {}, true]],
        [two.map((name) => `${name}(.[0]; .[1])`), [...pairs, [null, 1], [1, 'a']]],
        [['fma(.[0]; .[1]; 2)', '.[0] * .[1]', '.[0] / .[1]', '.[0] % .[1]', '.[0] - .[1]'], pairs],
        [['[nan, infinite, -infinite] | map(isnan, isinfinite, floor, sqrt, logb, modf, significand)'], [0]],
        [['pow(nan; 0), pow(1; nan), pow(-1; infinite), fmin(nan; 1), fmax(1; nan), fdim(nan; 1)'], [0]],
        [['nextafter(nan; 1), nextafter(1; 1), remainder(1; 0)?, drem(infinite; 1), drem(5; infinite)'], [0]],
      ]),
    ).toEqual([]);
  });

  it('compute the functions of Bessel and Gauss', () => {
    const near = [
      0, 1e-300, 1e-9, 0.001, 0.4, 1, 2.2, 3, 7.5, 12, 24.9, 25, 26.25, 31, 1000, 1e10, -1, -3.5, -40,
    ];
    const orders = [0, 1, 2, 3, 7, 20, 60, 150, -1, -2, -5, 2.9];
    const pairs = orders.flatMap((n) => near.map((x) => [n, x]));
    const gauss = [-6, -3, -1.01, -0.99, -0.3, 0.3, 0.9, 1.001, 1.7, 2.5, 4, 8, 20, 30];
    const beyond = '[infinite, -infinite, nan] | map(erf, erfc, j0, j1, jn(3; .))';
    expect(
      differences([
        [words('j0 j1 y0 y1'), [...near, 'x', null]],
        [['jn(.[0]; .[1])', 'yn(.[0]; .[1])'], pairs],
        [words('erf erfc'), [...gauss, ...near, 'x']],
        [[beyond, '[infinite, nan] | map(y0, y1, yn(3; .))'], [0]],
      ]),
    ).toEqual([]);
  });

  it('write and read moments', () => {
    const moments = [
      0, 1, -2, 951_782_400, 1_709_164_800.25, 1_735_603_200, 1_230_768_000, 4_102_444_799, -86_400.5,
    ];
    const formats = words('a A b B C d D e F g G h H I j m M n p r R s S t T u U V w W y Y z %').map(
      (letter) => `%${letter}`,
    );
    const read = [
      ['2015-03-05T23:51:47Z', '%Y-%m-%dT%H:%M:%SZ'],
      ['10 March 2024 11:05 PM', '%d %B %Y %I:%M %p'],
      ['Thu, 05 Mar 2015 23:51:47', '%a, %d %b %Y %T'],
      ['03/05/15', '%D'],
      ['2024-13-01', '%Y-%m-%d'],
      ['2024-01-01 trailing', '%Y-%m-%d'],
      ['x', '%Y'],
      ['100%', '100%%'],
    ];
    expect(
      differences([
        [['gmtime', 'todate', 'gmtime|todate', 'strftime("%d.%m.")'], moments],
        [formats.map((format) => `gmtime | strftime("${format}")`), moments],
        [['strftime("%c|%x|%X")', 'strftime(1)', 'strftime("")'], moments],
        [
          ['strftime("%Y")', 'mktime', 'todate'],
          ['x', null, [2024, 'x'], [2024, 1, 10, 1, 2, 3.5, 0, 0], {}],
        ],
        [['.[0] as $text | .[1] as $format | $text | strptime($format)'], read],
        [['.[0] as $text | .[1] as $format | $text | strptime($format) | mktime'], read.slice(0, 4)],
        [
          ['fromdate', 'fromdateiso8601', 'strptime("%Y")'],
          ['2015-03-05T23:51:47Z', 'x', 1, null],
        ],
      ]),
    ).toEqual([]);
  });

  it('handle texts', () => {
    const texts = [
      '',
      'a',
      'abc',
      'ABC xyz',
      ' \t pad \n',
      'a,b, c',
      'é😀ß',
      '<&\'">',
      '12',
      'null',
      "it's",
      'a\\b',
    ];
    const others = [null, 1, true, ['a'], { a: 1 }];
    const names =
      words(`length utf8bytelength ascii_downcase ascii_upcase explode trim ltrim rtrim tojson tostring tonumber
      @text @json @html @uri @csv @tsv @sh @base64  toboolean test("a") type
      split("") split(",") .[1:] .[:-1] .[-2:] reverse implode? explode|implode .*2 .*0 ./"," not`);
    const calls = [
      'ltrimstr("a")',
      'rtrimstr("c")',
      'trimstr("a")',
      'startswith("a")',
      'endswith("c")',
      'index("b")',
    ];
    const more = [
      'indices(",")',
      'rindex("a")',
      'contains("b")',
      'inside("abc abc")',
      'split(", *"; null)',
      'has("a")',
    ];
    expect(
      differences([
        [
          [...names, ...calls, ...more],
          [...texts, ...others],
        ],
        [
          ['@csv', '@tsv', '@sh', '@html', 'join(",")', 'add', 'implode', 'tojson'],
          [['a"b', 1, null, true, '\t'], [[1]], [65, 128_512]],
        ],
        [['@base64d'], ['YWJj', 'YQ==', 'YQ', '!!', 'x']],
        [['"n=\\(.) @"', '@json "j=\\(.)"', '@uri "u=\\(.)"', '@sh "s=\\(.)"', '@csv "c=\\([., 1])"'], texts],
      ]),
    ).toEqual([]);
  });

  it('match patterns', () => {
    const texts = ['', 'foo bar', 'Foo\nbar', 'aX bx c', 'test 12-34', 'éa😀a'];
    const patterns = [
      '"a"',
      '"[a-z]+"',
      '"(?<w>[a-z]+)"',
      '"^"',
      '"\\\\d+"',
      '"(x)|(y)"',
      '"B"; "i"',
      '"o b"; "x"',
      '"."; "g"',
    ];
    const functions = words('test match capture scan splits');
    const edits = [
      'sub("a"; "<\\(.)>")',
      'gsub("(?<x>[ao])"; "\\(.x)!")',
      'gsub("^"; ">")',
      'sub("x"; "1", "2")',
    ];
    expect(
      differences([
        [functions.flatMap((name) => patterns.map((pattern) => `${name}(${pattern})`)), texts],
        [[...edits, 'gsub("A"; "b"; "i")', '[match("a"; "gi").offset]', '[scan("(a)(b)?")]'], texts],
        [
          [
            'test("(")',
            'test("a"; "q")',
            'test(1)',
            'test(["a", "i"])',
            'match(["a"])',
            'capture("a"; null)',
          ],
          texts,
        ],
        [
          ['test("a")', 'sub("a"; "b")', 'splits("a")'],
          [null, 1, ['a']],
        ],
      ]),
    ).toEqual([]);
  });

  it('rearrange arrays and objects', () => {
    const inputs: Json[] = [
      [],
      [3, 1, 2],
      [1, [2, [3]]],
      ['b', 'a'],
      [null, true, false],
      {},
      { b: 1, a: { c: [2] } },
      'a',
      1,
      null,
    ];
    const names =
      words(`length keys keys_unsorted values add any all flatten flatten(1) flatten(-1) reverse sort unique min max
      to_entries from_entries paths tostream transpose first last nth(1) combinations tojson type not group_by(.) unique_by(.) sort_by(.) min_by(.) max_by(.) map(.) map_values(.) map_values(empty) del(.[0]) del(.a)
      del(.[]) del(..)? to_entries|from_entries walk(.) getpath(["a"]) getpath(["b","c"]) paths(type=="number") has(0) has("a")
      any(.) all(.) isempty(.[]) min_by(.a)? .[0] .a .["a"] .[1:] .[:1] .[null:2] .[] .. ..? recurse(.[]?) splits("a")
      bsearch(1) bsearch(0) indices(1) indices([1]) inside([1,2,3]) contains([]) contains({}) pick(.a) pick(.[0]) have_literal_numbers limit(1;.[]) skip(1;.[]) first(.[]) last(.[]) until(true;.) [limit(0;.[])] ltrimstr(1) tojson|fromjson
      setpath(["a"];1) setpath([0];1) setpath([];1) delpaths([["a"]]) delpaths([[0]]) delpaths([[]]) setpath(["a","b"];1) add(.[]?)
      to_entries|map(.key) with_entries(.value|=tostring) getpath([0,1]) @json abs? getpath(["a",0])? limit(-1;.[])? splits(1)?`);
    const updates = [
      '.[0] = 9',
      '.a = 9',
      '.a |= empty',
      '.[1:] = [7]',
      '.a += 1',
      '.[] += 1',
      '.a //= 3',
      '.[-1] = 0',
      '.a.b |= 4',
    ];
    const slices = [
      '.[1.5:]',
      '.[:1.7]',
      '.["a":]',
      '.[{}]?',
      'try .[{start: 1}] catch 0',
      '.[true]',
      '.[null]',
      '.[[1]]',
    ];
    expect(differences([[[...names, ...updates, ...slices], inputs]])).toEqual([]);
  });

  it('read JSON texts', () => {
    const good = [
      '1',
      ' [1, 2 ] ',
      '{"a": {"b": []}}',
      '"\\u00e9\\n\\"\\\\\\/"',
      '"\\ud83d\\ude00"',
      '-1.5e3',
      'nan',
      '[nan]',
      'null',
    ];
    const bad = [
      '',
      '[',
      '[1',
      '[1,]',
      '{',
      '{"a"}',
      '{"a":1,}',
      '{a:1}',
      '"x',
      '"\\q"',
      '1 2',
      'tru',
      "'a'",
      '"\t"',
      '[1 2]',
      ']',
      '{1:2}',
      '01x',
    ];
    expect(
      differences([
        [
          ['fromjson', 'tonumber'],
          [...good, ...bad, 'infinity', '1e1000', '0x1', '+1', '1.', '.5', '"\\ud83d"'],
        ],
      ]),
    ).toEqual([]);
  });
});
