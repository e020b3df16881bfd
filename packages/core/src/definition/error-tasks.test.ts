import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../json.ts';
import { problemsOf, taskOf } from './definition.fixture.ts';

const set = { set: { x: 1 } };
const attempt = (handler: JsonObject): JsonObject => ({ try: [{ a: set }], catch: handler });
const problems = (handler: JsonObject): readonly string[] =>
  problemsOf(attempt(handler)).map((problem) => problem.replace(/^\/catch/, ''));

describe('raise', () => {
  it('reads an error', () => {
    const error = {
      type: 'https://example.com/errors/gone',
      status: 410,
      title: 'Gone: ${ .what }',
      detail: '${ .why }',
      instance: '/do/0',
    };
    expect(taskOf({ raise: { error } })).toMatchObject({ kind: 'raise', error });
  });

  it('says what is wrong', () => {
    expect(problemsOf({ raise: {} })).toEqual(['/raise The block "raise" needs "error": add it.']);
    expect(problemsOf({ raise: { error: 'gone' } })).toEqual([
      '/raise/error use.errors has no "gone"; declare it there.',
    ]);
    expect(problemsOf({ raise: { error: { status: '410', details: 'x' } } })).toEqual([
      '/raise/error/details Unknown key "details" in an error; did you mean "detail"?',
      '/raise/error An error needs "type": add it.',
      '/raise/error/status "status" must be a whole number from 100 to 599, not text.',
    ]);
  });
});

describe('try', () => {
  it('reads what is caught and what then', () => {
    const task = {
      try: [{ a: set }],
      catch: {
        errors: {
          with: { type: 'https://example.com/e', status: 404, title: 'T', details: 'D', instance: '/do/0' },
        },
        as: 'err',
        when: '$err.status == 404',
        exceptWhen: '${ $err.title == "x" }',
        retry: {
          when: '$err.status >= 500',
          exceptWhen: '.x',
          delay: { seconds: 1 },
          backoff: { exponential: {} },
          limit: { attempt: { count: 3, duration: 'PT1M' }, duration: 'PT5M' },
          jitter: { from: 'PT0S', to: '${ $err.wait }' },
        },
        do: [{ h: { set: { e: '${ $err }' } } }],
        then: 'end',
      },
    };
    expect(taskOf(task)).toMatchObject({
      kind: 'try',
      tasks: [{ name: 'a', pointer: '/do/0/t/try/0/a' }],
      catch: {
        with: { type: 'https://example.com/e', status: 404, title: 'T', detail: 'D', instance: '/do/0' },
        as: 'err',
        when: '$err.status == 404',
        exceptWhen: ' $err.title == "x" ',
        retry: {
          when: '$err.status >= 500',
          exceptWhen: '.x',
          delay: { ms: 1_000 },
          backoff: 'exponential',
          limit: { count: 3, attemptDuration: { ms: 60_000 }, duration: { ms: 300_000 } },
          jitter: { from: { ms: 0 }, to: { expression: ' $err.wait ' } },
        },
        tasks: [{ name: 'h', pointer: '/do/0/t/catch/do/0/h' }],
        then: 'end',
      },
    });
  });

  it('catches everything as $error by default', () => {
    expect(taskOf(attempt({}))).toMatchObject({ catch: { with: {}, as: 'error' } });
    expect(taskOf(attempt({ errors: {}, retry: {} }))).toMatchObject({
      catch: { with: {}, retry: { backoff: 'constant', limit: {} } },
    });
    expect(problems({ do: [{ h: { set: { e: '${ $error }' } } }] })).toEqual([]);
  });

  it('knows the error in the handler only', () => {
    expect(problemsOf({ try: [{ a: { set: '${ $error }' } }], catch: {} })[0]).toMatch(
      /^\/try\/0\/a\/set \$error is not/,
    );
    expect(problems({ retry: { limit: { attempt: { duration: '${ $error.x }' } } } })[0]).toMatch(
      /\$error is not defined/,
    );
  });

  it('says what is wrong', () => {
    expect(problemsOf({ try: [{ a: set }] })).toEqual([' A try task needs "catch": add it.']);
    expect(problemsOf({ try: 1, catch: 1 })).toEqual([
      '/try "try" must be a list, not 1.',
      '/catch The block "catch" must be an object (errors, as, when, exceptWhen, retry, do, then), not 1.',
    ]);
    expect(problemsOf({ catch: {}, try: [{ a: { set: 1 } }] })).toHaveLength(1);
    expect(problems({ errors: { with: {} } })).toEqual([
      '/errors/with The block "catch.errors.with" is empty: name what to compare, or remove it.',
    ]);
    expect(problems({ errors: { with: { type: '${ .x }', status: 1, kind: 'x' } }, as: 'task' })).toEqual([
      '/as $task is the language\'s own variable: give "as" another name.',
      '/errors/with/kind Unknown key "kind" in the block "catch.errors.with"; known: type, status, instance, title, detail, details.',
      '/errors/with/status "status" must be a whole number from 100 to 599, not 1.',
      '/errors/with/type Filters of errors are compared as they are: write the condition in "when".',
    ]);
    expect(problems({ retry: 5 })).toEqual([
      '/retry A retry policy must be an object (when, exceptWhen, delay, backoff, limit, jitter), not 5.',
    ]);
    expect(problems({ retry: 'often' })).toEqual(['/retry use.retries has no "often"; declare it there.']);
    expect(problems({ errors: { with: 5 } })).toHaveLength(1);
  });

  it('checks retries', () => {
    expect(problems({ retry: { backoff: {}, limit: { attempt: { count: -1 } } } })).toEqual([
      '/retry/backoff The block "backoff" needs exactly one of constant, linear, exponential.',
      '/retry/limit/attempt/count "count" must be a whole number from 0 to 10000, not -1.',
    ]);
    expect(
      problems({
        retry: { backoff: { linear: { factor: 2 }, constant: {} }, jitter: { from: 'PT2S', to: 'PT1S' } },
      }),
    ).toEqual([
      '/retry/jitter The jitter ends before it begins: make "from" the shorter of the two.',
      '/retry/backoff/linear/factor Unknown key "factor" in the settings of a backoff; there is none to choose from.',
      '/retry/backoff The block "backoff" needs exactly one of constant, linear, exponential.',
    ]);
    expect(problems({ retry: { backoff: 'linear', limit: 3, jitter: {} } })).toEqual([
      '/retry/jitter The block "jitter" needs "from": add it.',
      '/retry/jitter The block "jitter" needs "to": add it.',
      '/retry/backoff The block "backoff" must be an object (constant, linear, exponential), not text.',
      '/retry/limit The block "limit" must be an object (attempt, duration), not 3.',
    ]);
  });
});
