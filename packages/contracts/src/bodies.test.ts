import { describe, expect, it } from '@jest/globals';
import { agentRegistration } from './agents.ts';
import { decisionRequest, humanTaskListQuery } from './human-tasks.ts';
import { runListQuery, runStart } from './runs.ts';
import { channelChange } from './workflows.ts';

const pathsOf = (result: {
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] };
}) => result.error?.issues.map((issue) => issue.path.join('/'));

describe('runStart', () => {
  it('defaults the input to null and keeps what is given', () => {
    expect(runStart.parse({})).toEqual({ input: null });
    expect(runStart.parse({ input: false, tags: { a: 'b' }, priority: 5 })).toEqual({
      input: false,
      tags: { a: 'b' },
      priority: 5,
    });
  });

  it('refuses unknown fields and values out of range', () => {
    expect(runStart.safeParse({ callbackUrl: 'x' }).success).toBe(false);
    expect(pathsOf(runStart.safeParse({ priority: 6, version: 'one', tags: { a: 1 } }))?.toSorted()).toEqual([
      'priority',
      'tags/a',
      'version',
    ]);
    expect(runStart.safeParse({ tags: { 'a:b': 'c' } }).success).toBe(false);
  });
});

describe('runListQuery', () => {
  it('reads numbers, lists with commas and repeated parameters', () => {
    expect(runListQuery.parse({ status: 'running,waiting', tag: 'a:b', limit: '7' })).toEqual({
      status: ['running', 'waiting'],
      tag: ['a:b'],
      limit: 7,
    });
    expect(runListQuery.parse({ tag: ['a:b', 'c:'] })).toEqual({ tag: ['a:b', 'c:'], limit: 50 });
  });

  it('refuses what is no number, status or instant', () => {
    for (const query of [
      { limit: '0' },
      { limit: '1e2' },
      { limit: '' },
      { status: 'done' },
      { startedAfter: '2026' },
      { startedAfter: '0000-01-01T00:00:00Z' },
      { status: ['running', 'x'] },
    ])
      expect(runListQuery.safeParse(query).success).toBe(false);
  });
});

describe('agentRegistration', () => {
  it('fills in every default', () => {
    expect(agentRegistration.parse({ adapter: 'http', config: {} })).toEqual({
      adapter: 'http',
      config: {},
      timeout: 'PT5M',
      retry: { maxAttempts: 5, initialInterval: 'PT1S', backoff: 2, maxInterval: 'PT1M', nonRetryable: [] },
      effects: 'unknown',
    });
    expect(
      agentRegistration.parse({ adapter: 'http', config: {}, retry: { maxAttempts: 1 } }).retry,
    ).toMatchObject({ maxAttempts: 1, backoff: 2 });
  });

  it('refuses lengths that are no length', () => {
    for (const timeout of ['PT0S', 'P1M', '5m', 'P8D']) {
      expect(pathsOf(agentRegistration.safeParse({ adapter: 'http', config: {}, timeout }))).toEqual([
        'timeout',
      ]);
    }
  });
});

describe('human tasks', () => {
  it('take decisions with an action', () => {
    expect(decisionRequest.safeParse({}).success).toBe(false);
    expect(decisionRequest.parse({ action: 'approve', form: null })).toEqual({
      action: 'approve',
      form: null,
    });
  });

  it('are listed by when they are due, as a query parser reads due<=', () => {
    expect(humanTaskListQuery.parse({ 'due<': '2026-01-01T01:00:00+01:00' })).toMatchObject({
      'due<': '2026-01-01T00:00:00.000Z',
    });
  });
});

describe('channelChange', () => {
  it('weighs a version with 100 unless said otherwise', () => {
    expect(channelChange.parse({ versions: [{ version: '1.0.0' }] })).toEqual({
      versions: [{ version: '1.0.0', weight: 100 }],
    });
  });
});
