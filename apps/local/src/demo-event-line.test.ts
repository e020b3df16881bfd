import { describe, expect, it } from '@jest/globals';
import type { RunStreamEvent } from '@baton/sdk';
import { createEventLines, printable } from './demo-event-line.ts';

const step = { id: 2, path: '/do/0/analyse', name: 'analyse', attempt: 1 };

function event(position: number, fields: object): RunStreamEvent {
  const common = { position, runId: 'r', at: '2026-01-31T12:00:00.000Z', type: 'run.started' as const };
  return { ...common, ...fields };
}

describe('createEventLines()', () => {
  it('says how long a step took', () => {
    const lineOf = createEventLines();
    expect(lineOf(event(11, { type: 'step.started', step }))).toBe('  11  step.started        analyse');
    expect(lineOf(event(12, { type: 'step.completed', step, at: '2026-01-31T12:00:00.035Z' }))).toBe(
      '  12  step.completed      analyse  (35 ms)',
    );
  });

  it('tells steps of one name apart by their number', () => {
    const lineOf = createEventLines();
    lineOf(event(1, { type: 'step.started', step }));
    lineOf(event(2, { type: 'step.started', step: { ...step, id: 3 }, at: '2026-01-31T12:00:01.000Z' }));
    const line = lineOf(event(3, { type: 'step.completed', step, at: '2026-01-31T12:00:02.000Z' }));
    expect(line).toContain('(2000 ms)');
  });

  it('names iteration and attempt, and why a step is tried again', () => {
    const again = { ...step, iteration: 4, attempt: 2 };
    const error = { type: 'https://errors.example/communication', status: 500, detail: 'Nobody\nanswered.' };
    expect(createEventLines()(event(3, { type: 'step.retrying', step: again, error }))).toBe(
      '   3  step.retrying       analyse[4] attempt 2  Nobody answered.',
    );
  });

  it('says the outcome of a decision and what a step waits for', () => {
    const lineOf = createEventLines();
    expect(lineOf(event(4, { type: 'step.waiting', step, waitKind: 'human' }))).toMatch(
      /analyse {2}for human$/,
    );
    expect(lineOf(event(5, { type: 'human_task.decided', step, outcome: 'approve' }))).toMatch(/approve$/);
    expect(lineOf(event(6, { type: 'run.waiting' }))).toBe('   6  run.waiting');
  });

  it('shows live frames without a number, cut to one line', () => {
    const line = createEventLines()({ position: null, type: 'agent.chunk', text: 'x'.repeat(500) });
    expect(line).toMatch(/^ {3}· {2}agent\.chunk {9}x+…$/);
    expect(line.length).toBeLessThan(200);
  });
});

describe('printable()', () => {
  it('takes out what could move the cursor', () => {
    expect(printable('a\u001b[2Jb\u0007\r\n\tc\u202e')).toBe('a[2Jb\n\tc');
  });
});
