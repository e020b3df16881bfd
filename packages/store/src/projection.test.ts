import { describe, expect, it } from '@jest/globals';
import type { TraceEvent } from '@baton/core';
import { NOTHING_YET, project, type Projection } from './projection.ts';
import { aStep, numbered } from './samples.ts';

const USAGE = { inputTokens: 1, outputTokens: 2, cachedTokens: 1, costUsd: 0.5, calls: 1, toolCalls: 2 };
const error = { type: 'about:blank', status: 500 };
const step = aStep(1);

function told(...events: readonly TraceEvent[]): Projection {
  return project(
    NOTHING_YET,
    events.map((event, i) => numbered(i + 1, event)),
  );
}

function stepAfter(...events: readonly TraceEvent[]): ReturnType<Projection['steps']['get']> {
  return told(...events).steps.get(1);
}

const started: TraceEvent = { type: 'step.started', step, input: 'in' };
const at = (seq: number): string => numbered(seq, { type: 'run.waiting' }).at;

describe('project()', () => {
  it('follows the status of the run', () => {
    const start: TraceEvent = { type: 'run.started', input: 1 };
    expect(NOTHING_YET.run.status).toBe('pending');
    expect(told(start).run).toMatchObject({
      status: 'running',
      startedAt: at(1),
      lastSeq: 1,
      lastEventAt: at(1),
    });
    expect(told(start, { type: 'run.waiting' }).run.status).toBe('waiting');
    expect(told(start, { type: 'run.waiting' }, { type: 'run.resumed' }).run.status).toBe('running');
    const suspended = told(start, { type: 'run.suspended' }, { type: 'run.waiting' });
    expect(suspended.run).toMatchObject({ status: 'suspended', suspended: true });
  });

  it('keeps the status at the end and tells the end apart', () => {
    const ends: TraceEvent[] = [
      { type: 'run.completed', output: 7, usage: USAGE },
      { type: 'run.faulted', error, usage: USAGE },
      { type: 'run.canceled', reason: 'enough', usage: USAGE },
    ];
    const seen = ends.map((end) => told({ type: 'run.started', input: 1 }, end).run);
    expect(seen.map(({ status }) => status)).toEqual(['running', 'running', 'running']);
    expect(seen.map(({ end }) => end)).toEqual([
      { status: 'completed', output: 7, endedAt: at(2) },
      { status: 'faulted', error, endedAt: at(2) },
      { status: 'canceled', endedAt: at(2) },
    ]);
  });

  it('sums usage whole, by agent and by step', () => {
    const usage = (agent: string): TraceEvent => ({
      type: 'agent.usage',
      step,
      agent,
      version: '1.0.0',
      usage: USAGE,
    });
    const { run, steps } = told(started, usage('writer'), usage('writer'), usage('editor'));
    expect(run.usage).toMatchObject({ inputTokens: 3, costUsd: 1.5 });
    expect(run.usage.byAgent).toMatchObject({ writer: { calls: 2 }, editor: { calls: 1 } });
    expect(steps.get(1)?.usage).toMatchObject({ calls: 3, cachedTokens: 3 });
  });

  it('waits for each step that waits, until it goes on', () => {
    const other = aStep(2);
    const waits = told(
      { type: 'step.waiting', step, waitKind: 'human', humanTaskId: 'task-1', until: at(9) },
      { type: 'step.waiting', step: other, waitKind: 'run', childRunId: 'run-1' },
      { type: 'step.waiting', step: other, waitKind: 'timer' },
    ).run.waitingFor;
    expect(waits).toEqual([
      { kind: 'human', step: step.path, stepId: 1, since: at(1), until: at(9), humanTaskId: 'task-1' },
      { kind: 'timer', step: other.path, stepId: 2, since: at(3) },
    ]);
    const ends: TraceEvent[] = [
      started,
      { type: 'step.resumed', step },
      { type: 'step.completed', step, output: 1 },
      { type: 'step.faulted', step, error },
      { type: 'step.canceled', step },
      { type: 'step.skipped', step },
    ];
    for (const end of ends) {
      expect(told({ type: 'step.waiting', step, waitKind: 'event' }, end).run.waitingFor).toEqual([]);
    }
  });

  it('keeps what a step waited for when it goes on', () => {
    const waited = stepAfter(
      started,
      { type: 'human_task.opened', step, humanTaskId: 'task-1' },
      { type: 'step.waiting', step, waitKind: 'human', humanTaskId: 'task-1' },
      { type: 'human_task.decided', step, humanTaskId: 'task-1', outcome: 'approve' },
      { type: 'step.completed', step, output: 'out', usage: USAGE },
    );
    expect(waited).toMatchObject({
      status: 'completed',
      wait: null,
      humanTaskId: 'task-1',
      output: 'out',
      usage: USAGE,
    });
    const queued: TraceEvent = { type: 'step.waiting', step, waitKind: 'capacity' };
    expect(stepAfter(started, queued)).toMatchObject({ status: 'waiting', wait: { kind: 'capacity' } });
    expect(stepAfter(started, queued, { type: 'step.resumed', step })).toMatchObject({
      status: 'running',
      wait: null,
    });
    const child = stepAfter({ type: 'step.waiting', step, waitKind: 'run', childRunId: 'run-1' });
    expect(child).toMatchObject({
      status: 'waiting',
      childRunId: 'run-1',
      wait: { kind: 'run', childRunId: 'run-1' },
    });
  });

  it('tells attempts apart', () => {
    const retrying: TraceEvent = { type: 'step.retrying', step, error, nextAttemptAt: at(60) };
    const between = stepAfter(started, retrying);
    expect(between).toMatchObject({ status: 'waiting', error, wait: { kind: 'retry', until: at(60) } });
    const second = { ...step, attempt: 2 };
    const done = stepAfter(started, retrying, { type: 'step.completed', step: second, output: 1 });
    expect(done?.attempts).toEqual([
      { attempt: 1, startedAt: at(1), endedAt: at(2), error },
      { attempt: 2, startedAt: at(60), endedAt: at(3) },
    ]);
    expect(done).toMatchObject({ attempt: 2, startedAt: at(1), endedAt: at(3), error: null });
  });

  it('ends steps as faulted, canceled or skipped', () => {
    expect(stepAfter(started, { type: 'step.faulted', step, error })).toMatchObject({
      status: 'faulted',
      error,
      endedAt: at(2),
    });
    expect(stepAfter(started, { type: 'step.canceled', step })).toMatchObject({
      status: 'canceled',
      endedAt: at(2),
    });
    expect(stepAfter({ type: 'step.skipped', step })).toMatchObject({
      status: 'skipped',
      attempts: [],
      startedAt: null,
    });
    expect(stepAfter(started, { type: 'event.emitted', step, event: {} })).toMatchObject({
      status: 'running',
    });
  });

  it('gives the same piece by piece', () => {
    const story: TraceEvent[] = [
      { type: 'run.started', input: 1 },
      started,
      { type: 'step.retrying', step, error, nextAttemptAt: at(60) },
      { type: 'agent.usage', step, agent: 'writer', version: '1', usage: USAGE },
      { type: 'step.completed', step, output: 1 },
      { type: 'run.waiting' },
    ];
    const pieces = story.reduce((known, event, i) => project(known, [numbered(i + 1, event)]), NOTHING_YET);
    expect(pieces).toEqual(told(...story));
  });
});
