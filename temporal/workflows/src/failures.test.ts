import { errorType, failure } from '@baton/core';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { describe, expect, it } from '@jest/globals';
import { toApplicationFailure, toFailure } from './failures.ts';

/** What Temporal throws into a workflow when an activity fails so. */
function ofActivity(cause: Error): ActivityFailure {
  return new ActivityFailure('Activity task failed', 'invokeAgent', '1', 'NON_RETRYABLE_FAILURE', 'w', cause);
}

/** The same of a child workflow. */
function ofChild(cause: Error): ChildWorkflowFailure {
  const execution = { workflowId: 'w', runId: 'r' };
  return new ChildWorkflowFailure('default', execution, 'content/greet', 'NON_RETRYABLE_FAILURE', cause);
}

describe('toFailure()', () => {
  it('gives back the failure that an activity has told', () => {
    const busy = failure('communication', 'Busy.', { status: 429, retryable: true, retryAfterMs: 2_000 });
    const thrown = ApplicationFailure.create({ message: 'Busy.', type: busy.type, details: [busy] });
    expect(toFailure(ofActivity(thrown))).toEqual(busy);
  });

  it('gives back the problem of a child run, which is not tried again', () => {
    const problem = { type: errorType('authorization'), status: 403, instance: '/do/0/pay' };
    expect(toFailure(ofChild(toApplicationFailure(problem)))).toEqual({
      ...problem,
      title: 'Error',
      retryable: false,
    });
  });

  it.each([undefined, [], ['a text'], [{ type: 'x' }], [{ status: 500 }], [[]]])(
    'makes one of what has no failure in its details: %j',
    (details) => {
      const thrown = new ApplicationFailure('It broke.', 'Error', false, details);
      expect(toFailure(ofActivity(thrown))).toEqual(failure('runtime', 'It broke.', { retryable: true }));
    },
  );

  it('tries nothing again that was thrown not to be', () => {
    expect(toFailure(ofActivity(ApplicationFailure.nonRetryable('No.'))).retryable).toBe(false);
  });

  it('takes a time-out of Temporal for a delivery that was lost', () => {
    const lost = new TimeoutFailure('activity Heartbeat timeout', undefined, 'HEARTBEAT');
    expect(toFailure(ofActivity(lost))).toMatchObject({
      type: errorType('timeout'),
      retryable: true,
      code: 'lost_delivery',
    });
  });

  it('tells cancel and terminate apart', () => {
    expect(toFailure(ofActivity(new CancelledFailure('canceled')))).toMatchObject({ code: 'canceled' });
    expect(toFailure(new CancelledFailure('canceled'))).toMatchObject({ code: 'canceled', retryable: false });
    expect(toFailure(ofChild(new TerminatedFailure('terminated')))).toMatchObject({ code: 'terminated' });
  });

  it('takes anything else for something that may pass', () => {
    expect(toFailure(new TypeError('x is undefined'))).toEqual(
      failure('runtime', 'x is undefined', { retryable: true }),
    );
    expect(toFailure('a text').detail).toBe('The call failed without a message.');
    expect(toFailure(new Error('')).detail).toBe('The call failed without a message.');
  });
});

describe('toApplicationFailure()', () => {
  it('tells type, message and place as Temporal UI shows them, and the problem as detail', () => {
    const problem = {
      type: errorType('timeout'),
      status: 408,
      title: 'T',
      detail: 'Too slow.',
      instance: '/do/0/a',
    };
    expect(toApplicationFailure(problem)).toMatchObject({
      message: 'Too slow. (at /do/0/a)',
      type: errorType('timeout'),
      nonRetryable: true,
      details: [problem],
    });
  });

  it('finds words for a problem that has none', () => {
    const bare = { type: 'https://example.com/errors/odd', status: 500 };
    expect(toApplicationFailure(bare).message).toBe(bare.type);
    expect(toApplicationFailure({ ...bare, title: 'Odd', instance: '' }).message).toBe('Odd');
  });
});
