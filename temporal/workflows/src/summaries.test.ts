import type { OpenCommand, StepRef } from '@baton/core';
import { describe, expect, it } from '@jest/globals';
import { summaryOf } from './summaries.ts';

const step: StepRef = {
  id: 3,
  parent: 0,
  path: '/do/2/charge',
  name: 'charge',
  kind: 'call-http',
  attempt: 1,
};

const invoke = (of: Partial<StepRef> = {}): OpenCommand => ({
  id: 1,
  step: { ...step, ...of },
  kind: 'invoke-agent',
  idempotencyKey: 'k',
  agent: 'writer@1.0.0',
  input: null,
  local: false,
  timeoutMs: 1_000,
});

const call = (uri: string): OpenCommand => ({
  id: 1,
  step,
  kind: 'call-http',
  idempotencyKey: 'k',
  request: { method: 'POST', uri, headers: {}, query: {}, redirect: false, output: 'content' },
  local: false,
  timeoutMs: 1_000,
});

const timer = (purpose: 'wait' | 'timeout' | 'retry'): OpenCommand => ({
  id: 1,
  step,
  kind: 'start-timer',
  dueAt: 0,
  purpose,
});

describe('summaryOf()', () => {
  it('names task and agent, and the attempt from the second on', () => {
    expect(summaryOf(invoke())).toBe('charge: agent writer@1.0.0');
    expect(summaryOf(invoke({ attempt: 2 }))).toBe('charge: agent writer@1.0.0, attempt 2');
  });

  it('names the iteration', () => {
    expect(summaryOf(invoke({ iteration: 0 }))).toBe('charge[0]: agent writer@1.0.0');
  });

  it('shows nothing of a query or fragment', () => {
    expect(summaryOf(call('https://example.com/pay?card=4111'))).toBe('charge: POST https://example.com/pay');
    expect(summaryOf(call('https://example.com/pay#token'))).toBe('charge: POST https://example.com/pay');
  });

  it('cuts what is longer than a line', () => {
    const summary = summaryOf(call(`https://example.com/${'x'.repeat(300)}`));
    expect(summary).toHaveLength(200);
    expect(summary.endsWith('…')).toBe(true);
  });

  it('says what a timer is for', () => {
    expect(summaryOf(timer('wait'))).toBe('charge: wait');
    expect(summaryOf(timer('timeout'))).toBe('charge: time-out');
    expect(summaryOf(timer('retry'))).toBe('charge: wait before the next attempt');
  });

  it('names human tasks and child runs', () => {
    const task: OpenCommand = {
      id: 1,
      step,
      kind: 'open-human-task',
      idempotencyKey: 'k',
      task: {
        kind: 'approval',
        title: 'Ann Smith, born 1970',
        actions: [],
        policy: { mode: 'any', candidates: { users: [], roles: [] }, excludeRequester: true },
        onExpire: 'reject',
        visit: 0,
      },
    };
    expect(summaryOf(task)).toBe('charge: human task');
    const child: OpenCommand = {
      id: 1,
      step,
      kind: 'start-run',
      idempotencyKey: 'k',
      workflow: { namespace: 'content', name: 'greet', version: 'latest' },
      input: null,
      await: true,
    };
    expect(summaryOf(child)).toBe('charge: run content/greet');
  });
});
