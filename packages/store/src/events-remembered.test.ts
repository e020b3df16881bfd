import { describe, expect, it } from '@jest/globals';
import { createRememberedRuns, type RememberedRun } from './events-remembered.ts';
import { NOTHING_YET } from './projection.ts';
import { foldStep } from './projection-steps.ts';
import { aStep, numbered } from './samples.ts';

const run = (more: Partial<RememberedRun> = {}): RememberedRun => ({
  temporalRunId: 'execution-1',
  lastPosition: 1,
  state: NOTHING_YET.run,
  steps: new Map(),
  size: 10,
  ...more,
});

const step = foldStep(undefined, {
  ...numbered(1, { type: 'step.started', step: aStep(1), input: null }),
  type: 'step.started',
  step: aStep(1),
  input: null,
});

describe('createRememberedRuns()', () => {
  it('forgets the run first that was noted longest ago', () => {
    const known = createRememberedRuns({ runs: 2 });
    for (const key of ['a', 'b', 'a', 'c']) known.note(key, run());
    expect(['a', 'b', 'c'].map((key) => known.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('holds no more than it may', () => {
    const known = createRememberedRuns({ size: 100 });
    known.note('a', run({ size: 60 }));
    known.note('a', run({ size: 70 }));
    known.note('b', run({ size: 40 }));
    expect(known.get('a')).toBeUndefined();
    expect(known.get('b')).toBeDefined();
    known.note('c', run({ size: 60 }));
    expect([known.get('b'), known.get('c')].map((one) => one !== undefined)).toEqual([true, true]);
  });

  it('does not remember runs of very many steps, nor what it knew of them before', () => {
    const known = createRememberedRuns({ steps: 1 });
    known.note('a', run({ steps: new Map([[1, step]]) }));
    expect(known.get('a')).toBeDefined();
    known.note(
      'a',
      run({
        steps: new Map([
          [1, step],
          [2, step],
        ]),
      }),
    );
    expect(known.get('a')).toBeUndefined();
  });

  it('forgets when it is told to', () => {
    const known = createRememberedRuns();
    known.note('a', run());
    known.forget('a');
    known.forget('b');
    expect(known.get('a')).toBeUndefined();
  });
});
