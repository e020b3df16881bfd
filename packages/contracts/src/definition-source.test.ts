import { describe, expect, it } from '@jest/globals';
import { MAX_DEFINITION_BYTES, parseSource, validateSource } from './definition-source.ts';

const wrongInTenPlaces = `document:
  dsl: '2.0.0'
  namespace: default
  name: orders
  version: 1.0
do:
  - greet:
      sett: { hello: world }
  - charge:
      set: { total: '\${ .price + }' }
      then: shpi
  - ship:
      call: grpc
      with: {}
  - pause:
      wait: P1M
  - fetch:
      call: http
      with:
        method: fetch
        endpoint: https://example.com/\${ .id }
  - sign:
      set: { key: '\${ $secrets.key }' }
      timeout: sloow
`;

describe('parseSource()', () => {
  it('reads YAML 1.2 values', () => {
    const { document, problems } = parseSource('a: [1, 0x10, yes, ~, "x"]\n200: true\n', 'yaml');
    expect(problems).toEqual([]);
    expect(document).toEqual({ a: [1, 16, 'yes', null, 'x'], 200: true });
  });

  it('finds the place of keys and items, and of what is absent by its parent', () => {
    const { locate } = parseSource('do:\n  - a/b:\n      set: { x: 1 }\n', 'yaml');
    expect(locate('/do')).toEqual({ line: 1, column: 1 });
    expect(locate('/do/0')).toEqual({ line: 2, column: 5 });
    expect(locate('/do/0/a~1b/set/x')).toEqual({ line: 3, column: 14 });
    expect(locate('/do/0/a~1b/then/deeper')).toEqual({ line: 2, column: 5 });
    expect(locate('')).toEqual({ line: 1, column: 1 });
    expect(locate('nonsense')).toEqual({ line: 1, column: 1 });
  });

  it('reads JSON with tabs and finds repeated keys in it', () => {
    const { document, problems } = parseSource('{\n\t"a": 1,\n\t"b": {"a": 2, "a": 3}\n}', 'json');
    expect(document).toEqual({ a: 1, b: { a: 2 } });
    expect(problems).toEqual([
      {
        pointer: '/b/a',
        line: 3,
        column: 16,
        message: 'The key "a" is given twice: remove or rename one.',
        severity: 'error',
      },
    ]);
  });

  it('says where JSON ends being JSON', () => {
    expect(parseSource('{\n  "a": 1,\n  b: 2\n}', 'json').problems).toMatchObject([{ line: 3, column: 3 }]);
    expect(parseSource('{"a":', 'json').problems).toMatchObject([{ line: 1, column: 6 }]);
    expect(parseSource('a: 1', 'json').document).toBeUndefined();
  });

  it('says where YAML ends being YAML and how to correct it', () => {
    const { document, problems, locate } = parseSource('a: 1\nb: x: y\n', 'yaml');
    expect(document).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ pointer: '', line: 2, column: 4, severity: 'error' });
    expect(problems[0]?.message).toContain('put the value in quotes');
    expect(locate('/a')).toEqual({ line: 1, column: 1 });
    expect(parseSource('? [a\n', 'yaml').problems[0]?.message).toContain('not valid YAML');
  });

  it('quotes little of the text, and no half of a character', () => {
    const long = `x${'😀'.repeat(400)}`;
    for (const text of [
      'a: "\\😀"',
      `a: !${long} 1`,
      `%${long}\n---\na: 1`,
      `a: *${long}`,
      `${long}: 1\n${long}: 2\n`,
      `a: &${long} [*${long}]`,
    ]) {
      const [problem] = parseSource(text, 'yaml').problems;
      expect([problem?.message.isWellFormed(), (problem?.message.length ?? 999) < 450]).toEqual([true, true]);
    }
    expect(parseSource(long, 'json').problems[0]?.message.isWellFormed()).toBe(true);
  });

  it('refuses tags, merge keys, odd keys and numbers that JSON lacks', () => {
    expect(parseSource('a: !!binary aGk=', 'yaml').problems[0]?.message).toContain('remove the tag');
    const { document, problems } = parseSource('<<: {a: 1}\n? [k]\n: 1\nn: .inf\n: x\n', 'yaml');
    expect(document).toEqual({ n: null, '': 'x' });
    expect(problems.map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  it('follows aliases within bounds', () => {
    const text = 'base: &b { x: &n 1, y: *n }\ncopy: *b\nlist: &l [1]\nagain: [*l]\n';
    expect(parseSource(text, 'yaml').document).toEqual({
      base: { x: 1, y: 1 },
      copy: { x: 1, y: 1 },
      list: [1],
      again: [[1]],
    });
    expect(parseSource('a: *nowhere', 'yaml').problems[0]?.message).toContain('define it first');
    expect(parseSource('a: &a [*a]', 'yaml').problems[0]?.message).toContain('contains itself');
  });

  it('does not fall for a billion laughs', () => {
    const rows = Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}x]`);
    const { problems } = parseSource(['a0: &a0 [x]', ...rows.slice(1)].join('\n'), 'yaml');
    expect(problems[0]?.message).toContain('Aliases repeat more than 10000 values');
    expect(problems).toHaveLength(1);
  });

  it('refuses what is too large, too deep or empty', () => {
    expect(parseSource(`a: ${'é'.repeat(MAX_DEFINITION_BYTES / 2)}`, 'yaml').problems[0]?.message).toContain(
      '256 KiB',
    );
    expect(parseSource(' \n', 'yaml').problems[0]?.message).toContain('is empty');
    expect(parseSource('# nothing', 'yaml').document).toBeNull();
  });

  const message = 'The definition is nested too deeply: at most 64 levels.';

  it.each([
    ['lists', '['.repeat(5_000), { line: 1, column: 65 }],
    ['closed lists', `\n${'['.repeat(65)}${']'.repeat(65)}`, { line: 2, column: 65 }],
    ['objects', '{"a":'.repeat(70), { line: 1, column: 64 * 5 + 1 }],
    [
      'lines',
      Array.from({ length: 70 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      { line: 65, column: 65 },
    ],
    ['items', '- '.repeat(5_000), { line: 1, column: 129 }],
    ['keys', '? '.repeat(5_000), { line: 1, column: 129 }],
    [
      'many that are too deep',
      `a: [${`${'['.repeat(70)}${']'.repeat(70)},`.repeat(9)}]`,
      { line: 1, column: 67 },
    ],
  ])('refuses nesting of more than 64 levels once, where it begins: %s', (_what, text, place) => {
    expect(parseSource(text, 'yaml').problems).toEqual([
      { pointer: '', ...place, message, severity: 'error' },
    ]);
  });

  it('reads 64 levels, and counts those that come with aliases', () => {
    const levels = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(parseSource(levels(64), 'yaml').problems).toEqual([]);
    const far = `a: &a ${levels(40)}\nb: ${'['.repeat(30)}*a, *a${']'.repeat(30)}\n`;
    expect(parseSource(far, 'yaml').problems).toMatchObject([{ line: 1, message }]);
  });

  it('counts documents, and says the same of a place once', () => {
    expect(parseSource('a: 1\n---\nb: 2\n', 'yaml').problems).toEqual([
      { pointer: '', line: 2, column: 1, message: 'There are 2 documents; send one.', severity: 'error' },
    ]);
    expect(parseSource('a: 1\n---\nb: 2\n---\nc: 3', 'yaml').problems).toMatchObject([
      { line: 2, message: 'There are 3 documents; send one.' },
    ]);
    expect(parseSource('['.repeat(40), 'yaml').problems).toHaveLength(1);
    expect(parseSource('a:\n\tb: 2\n\tc: 3\n', 'yaml').problems.map(({ line }) => line)).toContain(2);
  });
});

describe('validateSource()', () => {
  it('gives ten things wrong ten problems with line, column and fix', () => {
    const { valid, problems, document } = validateSource(wrongInTenPlaces, 'yaml');
    expect(valid).toBe(false);
    expect(document).toBeDefined();
    expect(problems.map(({ line, column, pointer }) => `${line}:${column} ${pointer}`)).toEqual([
      '2:3 /document/dsl',
      '5:3 /document/version',
      '8:7 /do/0/greet/sett',
      '10:14 /do/1/charge/set/total',
      '11:7 /do/1/charge/then',
      '13:7 /do/2/ship/call',
      '16:7 /do/3/pause/wait',
      '20:9 /do/4/fetch/with/method',
      '21:9 /do/4/fetch/with/endpoint',
      '23:14 /do/5/sign/set/key',
      '24:7 /do/5/sign/timeout',
    ]);
    for (const { message } of problems) expect(message).toMatch(/[.?:] ?/);
  });

  it('returns the definition and what it refers to', () => {
    const { valid, problems, definition, references } = validateSource(
      `document: { dsl: '1.0.3', namespace: default, name: a, version: '1.0.0' }
do:
  - write: { call: agent, with: { agent: writer, version: '2' } }
  - other: { run: { workflow: { namespace: default, name: b, version: latest } } }
`,
      'yaml',
    );
    expect({ valid, problems }).toEqual({ valid: true, problems: [] });
    expect(definition?.tasks.map(({ name }) => name)).toEqual(['write', 'other']);
    expect(references).toEqual({
      agents: [{ name: 'writer', version: '2', pointer: '/do/0/write/with/agent' }],
      workflows: [
        { namespace: 'default', name: 'b', version: 'latest', pointer: '/do/1/other/run/workflow' },
      ],
    });
  });

  it('keeps warnings apart from errors', () => {
    const text = `document: { dsl: '1.0.3', namespace: n, name: a, version: '1.0.0' }
do:
  - a: { set: { x: 1 }, then: end }
  - b: { set: { x: 2 } }
`;
    const { valid, problems } = validateSource(text, 'yaml');
    expect(valid).toBe(true);
    expect(problems).toMatchObject([{ pointer: '/do/1/b', line: 4, column: 5, severity: 'warning' }]);
  });

  it('answers unreadable texts without a document', () => {
    const { valid, document, references } = validateSource('a: [', 'yaml');
    expect({ valid, document, references }).toEqual({
      valid: false,
      document: undefined,
      references: { agents: [], workflows: [] },
    });
  });
});
