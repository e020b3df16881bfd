import { describe, expect, it } from '@jest/globals';
import { AppError } from '@baton/core';
import { isDefect, toHttpProblem } from './problem.ts';

const request = { path: '/v1/x', requestId: 'r1' };

describe('toHttpProblem()', () => {
  it('carries code, sentence, pointers and Retry-After of a refusal', () => {
    const error = new AppError({
      code: 'too_many',
      message: 'Slow down.',
      retryAfterSeconds: 3,
      errors: [{ pointer: '/a', detail: 'b' }],
    });
    expect(toHttpProblem(error, request)).toEqual({
      document: {
        type: 'urn:baton:problem:too-many',
        title: 'Too many requests',
        status: 429,
        detail: 'Slow down.',
        instance: '/v1/x',
        requestId: 'r1',
        errors: [{ pointer: '/a', detail: 'b' }],
      },
      headers: { 'Retry-After': '3' },
    });
  });

  it('tells nothing of a defect but the request id', () => {
    const { document } = toHttpProblem(new Error('password=hunter2'), request);
    expect([document.status, JSON.stringify(document).includes('hunter2')]).toEqual([500, false]);
    expect(isDefect(new Error('x'))).toBe(true);
  });

  it('makes a database that is away a 503', () => {
    const away = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const { document, headers } = toHttpProblem(away, request);
    expect([document.status, headers, isDefect(away)]).toEqual([503, { 'Retry-After': '5' }, false]);
  });
});
