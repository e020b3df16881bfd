import { describe, expect, it } from '@jest/globals';
import { readFailure } from './failure-codec.ts';
import { AppError, canonicalErrorType, errorType, failure, toProblem, storableProblem } from './failure.ts';

describe('failure()', () => {
  it('has status and title of its kind, and is final unless told', () => {
    expect(failure('timeout', 'Too late.')).toEqual({
      type: 'https://open-workflow-specification.org/spec/1.0.0/errors/timeout',
      status: 408,
      title: 'Timeout',
      detail: 'Too late.',
      retryable: false,
    });
    expect(failure('communication', 'Away.', { status: 503, retryable: true, code: 'away' })).toMatchObject({
      status: 503,
      retryable: true,
      code: 'away',
    });
  });
});

describe('canonicalErrorType()', () => {
  it('makes one of the four spellings of a standard error, and leaves others alone', () => {
    const hosts = ['serverlessworkflow.io', 'open-workflow-specification.org'];
    const spellings = hosts.flatMap((host) => [
      `https://${host}/spec/1.0.0/errors/validation`,
      `https://${host}/dsl/errors/types/validation`,
    ]);
    expect(new Set(spellings.map(canonicalErrorType))).toEqual(new Set([errorType('validation')]));
    const others = [
      'https://serverlessworkflow.io/spec/1.0.0/errors/unheard',
      'validation',
      'https://x.example/',
    ];
    expect(others.map(canonicalErrorType)).toEqual(others);
  });
});

describe('toProblem()', () => {
  it('leaves out what only the engine needs, and what is not there', () => {
    expect(toProblem({ ...failure('runtime', 'x'), instance: '/do/0/a' })).toEqual({
      type: errorType('runtime'),
      status: 500,
      title: 'Runtime error',
      detail: 'x',
      instance: '/do/0/a',
    });
    expect(toProblem({ type: 't', status: 400 })).toEqual({ type: 't', status: 400 });
  });
});

describe('AppError', () => {
  it('carries its code and all that an answer needs', () => {
    const cause = new Error('inner');
    const errors = [{ pointer: '/a', detail: 'wrong' }];
    const error = new AppError({ code: 'invalid', message: 'No.', errors, retryAfterSeconds: 5, cause });
    expect(error).toMatchObject({ name: 'AppError', code: 'invalid', message: 'No.', errors, cause });
    expect(error.retryAfterSeconds).toBe(5);
    const bare = new AppError({ code: 'conflict', message: 'No.' });
    expect(bare).toMatchObject({ errors: [] });
    expect(bare.cause).toBeUndefined();
    expect(bare.retryAfterSeconds).toBeUndefined();
  });
});

describe('storableProblem()', () => {
  it('replaces what cannot be stored in every text, and adds none', () => {
    const odd = '\uD800 \0';
    const clean = '\uFFFD \uFFFD';
    const problem = { type: odd, status: 500, title: odd, detail: odd, instance: odd };
    expect(storableProblem(problem)).toEqual({
      ...problem,
      type: clean,
      title: clean,
      detail: clean,
      instance: clean,
    });
    expect(storableProblem({ type: 'x', status: 1 })).toEqual({ type: 'x', status: 1 });
  });
});

describe('readFailure()', () => {
  it('takes what has a type and a status for a failure, and nothing else', () => {
    const told = failure('communication', 'Away.', { retryable: true });
    expect(readFailure({ ...told })).toEqual(told);
    expect(readFailure({ type: 'x', status: 418 })).toEqual({
      type: 'x',
      status: 418,
      title: 'Error',
      retryable: false,
    });
    for (const other of [undefined, null, 'text', 5, [], { type: 'x' }, { status: 500 }])
      expect(readFailure(other)).toBeNull();
  });
});
