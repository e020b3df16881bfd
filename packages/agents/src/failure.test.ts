import { describe, expect, it } from '@jest/globals';
import { failure, type Failure } from '@baton/core';
import { EgressError } from '@baton/egress';
import { AgentFailureError } from './adapter.ts';
import { answerToFailure } from './answer-failure.ts';
import { CIRCUIT_OPEN, tellsOfLife, tellsOfOutage, toAgentFailure } from './failure.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

const translate = (status: number, headers: Record<string, string> = {}, body = '') =>
  answerToFailure(
    { status, headers, body: new TextEncoder().encode(body) },
    { label: 'Agent "a"', now: NOW },
  );

const kind = (type: string): string => type.slice(type.lastIndexOf('/') + 1);

describe('answerToFailure()', () => {
  it('decides by the status what it is and whether it is tried again', () => {
    const table: [number, string, boolean][] = [
      [300, 'communication', false],
      [301, 'communication', false],
      [304, 'communication', false],
      [307, 'communication', false],
      [400, 'communication', false],
      [401, 'authentication', false],
      [402, 'communication', false],
      [403, 'authorization', false],
      [404, 'communication', false],
      [405, 'communication', false],
      [408, 'timeout', true],
      [409, 'communication', false],
      [410, 'communication', false],
      [413, 'communication', false],
      [415, 'communication', false],
      [422, 'communication', false],
      [425, 'communication', false],
      [429, 'communication', true],
      [500, 'communication', true],
      [501, 'communication', true],
      [502, 'communication', true],
      [503, 'communication', true],
      [504, 'communication', true],
      [599, 'communication', true],
    ];
    const found = table.map(([status]) => {
      const { type, retryable } = translate(status);
      return [status, kind(type), retryable];
    });
    expect(found).toEqual(table);
    expect(translate(404)).toMatchObject({ status: 404, code: 'http_404', title: 'Communication error' });
  });

  it('reads Retry-After as seconds and as a date, up to a day', () => {
    const wait = (value: string) => translate(429, { 'retry-after': value }).retryAfterMs;
    expect(wait('0')).toBe(0);
    expect(wait(' 120 ')).toBe(120_000);
    expect(wait('Fri, 02 Jan 2026 03:04:15 GMT')).toBe(10_000);
    expect(wait('Fri, 02 Jan 2026 03:00:00 GMT')).toBe(0);
    expect(wait('99999999999')).toBe(86_400_000);
    expect(wait('soon')).toBeUndefined();
    expect(translate(503, { 'retry-after': '3' }).retryAfterMs).toBe(3_000);
    expect(translate(404, { 'retry-after': '3' }).retryAfterMs).toBeUndefined();
  });

  it('quotes at most 1 KiB and never half a character', () => {
    const detail = translate(500, {}, '€'.repeat(2_000)).detail ?? '';
    const quoted = detail.slice('Agent "a" answered 500: '.length);
    expect(Buffer.byteLength(quoted)).toBeLessThanOrEqual(1024);
    expect(quoted).toMatch(/^€+…$/);
  });
});

describe('toAgentFailure()', () => {
  it('takes what egress refuses for final and what the network does for passing', () => {
    const facts = (code: EgressError['code']) => {
      const { type, status, retryable } = toAgentFailure(new EgressError(code, 'a sentence.'), 'Agent "a"');
      return [kind(type), status, retryable];
    };
    expect(facts('blocked_address')).toEqual(['authorization', 403, false]);
    expect(facts('bad_url')).toEqual(['configuration', 400, false]);
    expect(facts('connect_failed')).toEqual(['communication', 503, true]);
    expect(facts('connection_lost')).toEqual(['communication', 502, true]);
    expect(facts('timeout')).toEqual(['timeout', 408, true]);
    expect(facts('too_large')).toEqual(['communication', 502, false]);
    expect(facts('closed')).toEqual(['runtime', 500, true]);
  });

  it('hands a failure on as it is', () => {
    const given = failure('validation', 'The output does not match.');
    expect(toAgentFailure(new AgentFailureError(given), 'Agent "a"')).toBe(given);
  });

  it('leaves unknown errors retryable', () => {
    expect(toAgentFailure(new TypeError('odd'), 'Agent "a"')).toMatchObject({
      retryable: true,
      code: 'unknown',
      detail: 'Agent "a" failed: odd',
    });
    expect(toAgentFailure('odd', 'Agent "a"').retryable).toBe(true);
  });
});

describe('tellsOfOutage() and tellsOfLife()', () => {
  const told = (failed: Failure): readonly boolean[] => [tellsOfOutage(failed), tellsOfLife(failed)];

  it('tell an agent that is away from one that refuses', () => {
    for (const status of [500, 503]) expect(told(translate(status))).toEqual([true, false]);
    for (const status of [301, 401, 404, 422, 429]) expect(told(translate(status))).toEqual([false, true]);
    for (const code of ['connect_failed', 'connection_lost', 'timeout', 'malformed_json'] as const)
      expect(told(toAgentFailure(new EgressError(code, 'x'), 'Agent "a"'))).toEqual([true, false]);
  });

  it('do not take for either what never reached the agent', () => {
    for (const code of ['blocked_address', 'closed', 'too_large'] as const)
      expect(told(toAgentFailure(new EgressError(code, 'x'), 'Agent "a"'))).toEqual([false, false]);
    for (const code of [CIRCUIT_OPEN, 'secrets_away'])
      expect(told(failure('communication', 'x', { retryable: true, code }))).toEqual([false, false]);
    expect(told(failure('configuration', 'x'))).toEqual([false, false]);
  });
});
