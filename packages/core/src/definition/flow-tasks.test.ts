import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../json-codec.ts';
import { documentBlock, problemsOf, problemsOfDocument, taskOf } from './definition.fixture.ts';

const set = { set: { x: 1 } };
const hooks = { input: {}, output: {}, export: {} };

describe('do', () => {
  it('holds tasks with pointers', () => {
    expect(taskOf({ do: [{ 'a/b': set }] })).toEqual({
      kind: 'do',
      tasks: [
        { name: 'a/b', pointer: '/do/0/t/do/0/a~1b', task: { kind: 'set', value: { x: 1 }, ...hooks } },
      ],
      ...hooks,
    });
  });
});

describe('set', () => {
  it('takes an object or one expression', () => {
    expect(taskOf({ set: '${ .x }' })).toEqual({ kind: 'set', value: '${ .x }', ...hooks });
    expect(taskOf({ set: { a: [{ b: '${ $input.c }' }] } })).toMatchObject({
      value: { a: [{ b: '${ $input.c }' }] },
    });
  });

  it('takes nothing else', () => {
    const rule = '/set "set" must be an object with members or one ${ … } expression, not';
    expect(problemsOf({ set: {} })).toEqual([`${rule} an empty object.`]);
    expect(problemsOf({ set: '.x' })).toEqual([`${rule} text.`]);
    expect(problemsOf({ set: null })).toEqual([`${rule} null.`]);
  });
});

describe('switch', () => {
  it('keeps cases in order', () => {
    const cases = [{ a: { when: '.x', then: 'end' } }, { other: { then: 'exit' } }];
    expect(taskOf({ switch: cases })).toMatchObject({
      cases: [
        { name: 'a', when: '.x', then: 'end' },
        { name: 'other', then: 'exit' },
      ],
    });
  });

  it('needs cases with different names, a way on, and one default at most', () => {
    expect(problemsOf({ switch: [] })).toEqual(['/switch "switch" is empty: add at least one item.']);
    expect(
      problemsOf({
        switch: [{ a: { when: '.x +', then: 'nil' } }, { a: {} }, { b: { then: 'end' } }, { c: 1 }, {}],
      }),
    ).toEqual([
      '/switch/4 A switch case is written as one name with its body, "- name: …", not as an object with 0 keys.',
      '/switch/1/a The cases of this switch have "a" twice: rename one.',
      '/switch/0/a/when Not valid jq at line 1, column 5 of the expression: Unexpected end of the program.',
      '/switch/0/a/then No task of this scope is called "nil"; known: t, continue, exit, end.',
      '/switch/1/a A switch case needs "then": add it.',
      '/switch/3/c A switch case must be an object (when, then), not 1.',
      '/switch/2/b A switch has at most one case without "when": give this one a condition.',
    ]);
  });
});

describe('for', () => {
  it('names its variables and limits what is open at once', () => {
    const task = {
      for: { each: 'color', at: 'i', in: '${ .colors }' },
      while: '$color != "red" and $i < 5',
      metadata: { baton: { concurrency: 8 } },
      do: [{ a: { set: { c: '${ $color }', i: '${ $i }' } } }],
    };
    expect(taskOf(task)).toMatchObject({
      kind: 'for',
      each: 'color',
      at: 'i',
      in: { expression: ' .colors ' },
      while: '$color != "red" and $i < 5',
      concurrency: 8,
    });
    expect(
      taskOf({ for: { in: [1, '${ .x }'] }, do: [{ a: { set: '${ $item + $index }' } }] }),
    ).toMatchObject({
      each: 'item',
      at: 'index',
      in: { template: [1, '${ .x }'] },
      concurrency: 1,
    });
  });

  it('says what is wrong with it', () => {
    const body = [{ a: set }];
    expect(problemsOf({ for: {}, do: body })).toEqual(['/for The block "for" needs "in": add it.']);
    expect(problemsOf({ for: { in: '.x' } })).toEqual([' A for task needs "do": add it.']);
    expect(problemsOf({ for: 1, do: [{ a: { set: 5 } }] })).toEqual([
      '/for The block "for" must be an object (each, in, at), not 1.',
      '/do/0/a/set "set" must be an object with members or one ${ … } expression, not 5.',
    ]);
    expect(problemsOf({ for: { in: 5, each: '$x', at: 'input' }, do: body })).toEqual([
      '/for/each "each" cannot be "$x": use letters, digits and "_", without "$", beginning with a letter.',
      '/for/at $input is the language\'s own variable: give "at" another name.',
      '/for/in "in" must be a jq expression in quotes, not 5.',
    ]);
    expect(problemsOf({ for: { in: '.x', each: 'a', at: 'a' }, do: body })).toEqual([
      '/for "each" and "at" are both called "a": rename one.',
    ]);
    expect(problemsOf({ for: { in: '$item', each: 7 }, do: body })).toEqual([
      '/for/each "each" must be text, not 7: put it in quotes.',
      '/for/in $item is not defined at line 1, column 1 of the expression; known: $context, $input, $task, $workflow, $runtime.',
    ]);
    expect(
      problemsOf({ for: { in: '.x' }, do: body, metadata: { baton: { concurrency: 501, x: 1 } } }),
    ).toEqual([
      '/metadata/baton/x Unknown key "x" in the block metadata.baton; known: concurrency.',
      '/metadata/baton/concurrency "concurrency" must be a whole number from 1 to 500, not 501.',
    ]);
  });
});

describe('fork', () => {
  it('holds branches', () => {
    expect(taskOf({ fork: { compete: true, branches: [{ a: set }, { b: set }] } })).toMatchObject({
      kind: 'fork',
      compete: true,
      branches: [{ name: 'a' }, { name: 'b' }],
    });
    expect(
      taskOf({ fork: { branches: [{ a: { do: [{ b: { ...set, then: 'c' } }, { c: set }] } }] } }),
    ).toMatchObject({
      compete: false,
    });
  });

  it('does not let branches jump to each other', () => {
    expect(
      problemsOf({ fork: { branches: [{ a: { ...set, then: 'b' } }, { b: { ...set, then: 'end' } }] } }),
    ).toEqual([
      '/fork/branches/0/a/then Branches of a fork run side by side and cannot jump to each other: write continue, exit, end or leave "then" out.',
    ]);
  });

  it('has between one and a hundred branches with different names', () => {
    expect(problemsOf({ fork: {} })).toEqual(['/fork The block "fork" needs "branches": add it.']);
    expect(problemsOf({ fork: { branches: 1, compete: 'yes' } })).toEqual([
      '/fork/compete "compete" must be true or false, not text.',
      '/fork/branches "branches" must be a list, not 1.',
    ]);
    expect(problemsOf({ fork: { branches: [{ a: set }, { a: set }] } })).toEqual([
      '/fork/branches/1/a The branches of this fork have "a" twice: rename one.',
    ]);
    const many = Array.from({ length: 101 }, (_, i) => ({ [`b${i}`]: set }));
    expect(problemsOf({ fork: { branches: many } })).toEqual([
      '/fork/branches This fork has 101 branches; at most 100 are allowed: use "for" with metadata.baton.concurrency.',
    ]);
  });
});

describe('wait', () => {
  it('takes a duration in any form', () => {
    expect(taskOf({ wait: 'P1W' })).toEqual({ kind: 'wait', duration: { ms: 604_800_000 }, ...hooks });
    expect(taskOf({ wait: { hours: 1, seconds: 5 } })).toMatchObject({ duration: { ms: 3_605_000 } });
    expect(taskOf({ wait: '${ .delay }' })).toMatchObject({ duration: { expression: ' .delay ' } });
  });

  it('refuses what has no fixed length', () => {
    expect(problemsOf({ wait: 'P1Y' })).toEqual([
      '/wait "wait" cannot have years or months, whose length varies: write days or weeks.',
    ]);
    expect(problemsOf({ wait: { months: 1, days: 1 } })).toEqual([
      '/wait/months The duration "wait" cannot have months, whose length varies: write days.',
    ]);
    const rule =
      'give days, hours, minutes, seconds or milliseconds as whole numbers, together at most 36,500 days';
    expect(problemsOf({ wait: {} })).toEqual([`/wait "wait" is not a duration: ${rule}.`]);
    expect(problemsOf({ wait: { days: 0.5 } })).toEqual([`/wait "wait" is not a duration: ${rule}.`]);
    expect(problemsOf({ wait: 5 })).toEqual([
      '/wait "wait" must be an ISO 8601 duration such as PT30S, PT1H30M or P2D, or an object, not 5.',
    ]);
    expect(problemsOf({ wait: 'PT${ .n }S' })).toEqual([
      '/wait "wait" must be a duration or one expression as a whole: ${ … }.',
    ]);
    expect(problemsOf({ wait: '${ .n + }' })).toHaveLength(1);
  });
});

describe('run', () => {
  const workflow = { namespace: 'default', name: 'child', version: 'latest' };

  it('runs another workflow', () => {
    expect(taskOf({ run: { workflow: { ...workflow, input: { a: '${ .a }' } }, await: false } })).toEqual({
      kind: 'run-workflow',
      ...workflow,
      childInput: { a: '${ .a }' },
      await: false,
      ...hooks,
    });
    expect(taskOf({ run: { workflow: { ...workflow, version: '1.2.3' } } })).toMatchObject({ await: true });
  });

  it('refuses the rest by name', () => {
    expect(problemsOf({ run: { container: {}, script: {}, shell: {}, return: 'all' } })).toEqual([
      '/run/container run container is not available in this version of Baton; available: run workflow.',
      '/run/script run script is not available in this version of Baton; available: run workflow.',
      '/run/shell run shell is not available in this version of Baton; available: run workflow.',
      '/run/return A workflow returns its output: "return" belongs to processes, remove it.',
    ]);
    expect(problemsOf({ run: { await: true } })).toEqual([
      '/run The block "run" needs "workflow": name the workflow to run.',
    ]);
    expect(problemsOf({ run: 'child' })).toEqual([
      '/run The block "run" must be an object (workflow, await), not text.',
    ]);
  });

  it('needs a whole name', () => {
    expect(problemsOf({ run: { workflow: {} } })).toHaveLength(3);
    expect(problemsOf({ run: { workflow: { ...workflow, name: 'a b', version: '1' } } })).toEqual([
      '/run/workflow/name "name" cannot be "a b": use 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.',
      '/run/workflow/version "version" cannot be "1": write a semantic version such as 1.0.0, or latest.',
    ]);
  });
});

describe('reachability', () => {
  const warnings = (...tasks: readonly object[]): readonly string[] =>
    problemsOfDocument(parseJson(JSON.stringify({ document: documentBlock, do: tasks }))).map(
      (text) => text.split(' ')[0] ?? '',
    );

  it('follows every way out of a task', () => {
    const raise = { raise: { error: { type: 'https://example.com/e', status: 500 } } };
    expect(warnings({ a: raise }, { b: set })).toEqual(['/do/1/b']);
    expect(warnings({ a: { ...raise, if: '.x' } }, { b: set })).toEqual([]);
    expect(warnings({ a: { switch: [{ d: { then: 'c' } }] } }, { b: set }, { c: set })).toEqual(['/do/1/b']);
    expect(
      warnings({ a: { switch: [{ d: { when: '.x', then: 'c' } }], then: 'end' } }, { b: set }, { c: set }),
    ).toEqual(['/do/1/b']);
    expect(
      warnings({ a: { try: [{ x: set }], catch: { then: 'c' }, then: 'end' } }, { b: set }, { c: set }),
    ).toEqual(['/do/1/b']);
    expect(
      warnings({ a: { ...set, then: 'c' } }, { b: { ...set, then: 'end' } }, { c: { ...set, then: 'b' } }),
    ).toEqual([]);
  });

  it('is not judged while tasks have problems', () => {
    expect(warnings({ a: { ...set, then: 'end' } }, { b: { set: 5 } })).toEqual(['/do/1/b/set']);
  });
});
