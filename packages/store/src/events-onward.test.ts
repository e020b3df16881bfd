import { describe, expect, it } from '@jest/globals';
import { NO_USAGE } from '@baton/core';
import { planOnward, type Onward } from './events-onward.ts';
import type { SinkBatch } from './events.ts';
import { aBatch, aStep, newRunId, otherScope, sinkEvent } from './samples.ts';

const run = { scope: otherScope(), runId: newRunId() };
const started = sinkEvent(1, { type: 'run.started', input: 1 });
const stepStarted = sinkEvent(2, { type: 'step.started', step: aStep(1), input: 2 });
const stepDone = sinkEvent(3, { type: 'step.completed', step: aStep(1), output: 3 });
const other = sinkEvent(4, { type: 'step.started', step: aStep(2), input: 4 });
const completed = sinkEvent(5, { type: 'run.completed', output: 5, usage: NO_USAGE });

function planned(batch: SinkBatch, before?: Onward): Onward {
  const plan = planOnward(batch, before?.next ?? undefined);
  if (plan === null) throw new Error('It was taken for something that does not go on.');
  return plan;
}

const first = planned(aBatch(run, [started, stepStarted]));

describe('planOnward()', () => {
  it('takes the first events of a run for a run that has none', () => {
    expect(first.known).toEqual({ lastSeq: 0, lastPosition: 0 });
    expect(first.plan.inserts.map(({ seq, position }) => [seq, position])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(first.next).toMatchObject({ temporalRunId: 'execution-1', lastPosition: 2 });
  });

  it('goes on from what is known, and writes only the steps that the events name', () => {
    const second = planned(aBatch(run, [stepDone, other]), first);
    expect(second.known).toEqual({ lastSeq: 2, lastPosition: 2 });
    expect([...second.projection.steps.keys()]).toEqual([1, 2]);
    expect(second.projection.steps.get(1)).toMatchObject({ status: 'completed', input: 2, output: 3 });
    const third = planned(aBatch(run, [completed]), second);
    expect(third.projection.steps.size).toBe(0);
    expect(third.projection.run.end).toMatchObject({ status: 'completed', output: 5 });
  });

  it('remembers nothing of a run that has ended, and its end has no position yet', () => {
    const all = planned(aBatch(run, [started, stepStarted, stepDone, other, completed]));
    expect(all.next).toBeNull();
    expect(all.plan.inserts.at(-1)).toMatchObject({ type: 'run.completed', position: null });
    expect(all.plan.lastPosition).toBe(4);
  });

  it('leaves to the long way what was replayed, skips or repeats numbers, or comes of another execution', () => {
    const known = first.next ?? undefined;
    expect(planOnward(aBatch(run, [stepDone], { replayed: true }), known)).toBeNull();
    expect(planOnward(aBatch(run, [other]), known)).toBeNull();
    expect(planOnward(aBatch(run, [stepStarted, stepDone]), known)).toBeNull();
    expect(planOnward(aBatch(run, [stepDone, completed]), known)).toBeNull();
    expect(planOnward(aBatch(run, [stepDone], { temporalRunId: 'execution-2' }), known)).toBeNull();
    expect(planOnward(aBatch(run, [stepDone]), undefined)).toBeNull();
  });
});
