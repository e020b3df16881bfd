import { AgentFailureError } from '@baton/agents';
import { errorType, failure } from '@baton/core';
import { CancelledFailure } from '@temporalio/activity';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { aCaller, told } from './activity-fixture.ts';
import { createEffects, type Effect, type EffectContext, type Work } from './effects.ts';
import { createLocalCalls } from './local-calls.ts';

const LABEL = 'Agent "writer"';

const runEffect = <T>(effect: Omit<Effect, 'key'>, work: Work<T>): Promise<T> =>
  createEffects<T>(createLocalCalls()).run({ ...effect, key: 'key-1' }, work);

/** Fails with the signal's reason once it is aborted, as a call that is given up does. */
function untilAborted({ signal }: EffectContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('given up'));
    });
  });
}

afterEach(() => {
  jest.useRealTimers();
});

describe('run()', () => {
  it('tells the work whose run it is for and until when somebody waits', async () => {
    const { run, scope, runId } = aCaller();
    const before = Date.now();
    const context = await run((effect) => runEffect(effect, async (given) => given), {
      label: LABEL,
      timeoutMs: 60_000,
    });
    expect(context).toMatchObject({ runId, workspaceId: scope.workspaceId });
    expect(context.deadlineAt).toBeGreaterThanOrEqual(before + 60_000);
    expect(context.signal.aborted).toBe(false);
  });

  it('tells Temporal at once and every five seconds that it lives, and no more when it has ended', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const { environment } = aCaller();
    const beats = jest.fn();
    environment.on('heartbeat', beats);
    await environment.run(() =>
      runEffect({ label: LABEL, timeoutMs: 60_000 }, async () => {
        expect(beats).toHaveBeenCalledTimes(1);
        jest.advanceTimersByTime(4_999);
        expect(beats).toHaveBeenCalledTimes(1);
        jest.advanceTimersByTime(5_001);
        expect(beats).toHaveBeenCalledTimes(3);
      }),
    );
    jest.advanceTimersByTime(60_000);
    expect(beats).toHaveBeenCalledTimes(3);
  });

  it('aborts the work when the call is canceled, and is canceled itself whatever the work throws', async () => {
    const { environment } = aCaller();
    const running = environment.run(() =>
      runEffect({ label: LABEL, timeoutMs: 60_000 }, (context) => {
        const abort = untilAborted(context);
        environment.cancel();
        return abort;
      }),
    );
    const error: unknown = await running.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CancelledFailure);
    expect(error).toMatchObject({ message: 'The call was canceled.', cause: { message: 'given up' } });
  });

  it('is canceled by a work that throws no error too', async () => {
    const { environment } = aCaller();
    const running = environment.run(() =>
      runEffect({ label: LABEL, timeoutMs: 60_000 }, async () => {
        environment.cancel();
        return Promise.reject('a text');
      }),
    );
    await expect(running).rejects.toMatchObject({ cause: undefined, message: 'The call was canceled.' });
  });

  it('reports a time-out of its own when the deadline passes, whatever the work makes of the abort', async () => {
    const { environment } = aCaller();
    const failed = await told(environment.run(() => runEffect({ label: LABEL, timeoutMs: 5 }, untilAborted)));
    expect(failed).toMatchObject({
      type: errorType('timeout'),
      message: 'Agent "writer": No complete answer within 5 ms.',
      nonRetryable: true,
      failure: { status: 408, retryable: true, code: 'timeout' },
    });
  });

  it('waits as long as it is told, also when no timer of Node can wait that long', async () => {
    const { environment } = aCaller();
    const month = 30 * 24 * 60 * 60 * 1_000;
    const aborted = await environment.run(() =>
      runEffect({ label: LABEL, timeoutMs: month }, async ({ signal }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return signal.aborted;
      }),
    );
    expect(aborted).toBe(false);
  });

  it('hands a failure on as it is, and never lets Temporal retry it', async () => {
    const { environment } = aCaller();
    const busy = failure('communication', 'Busy.', { status: 429, retryable: true, retryAfterMs: 2_000 });
    const failed = await told(
      environment.run(() =>
        runEffect({ label: LABEL, timeoutMs: 60_000 }, async () => {
          throw new AgentFailureError(busy);
        }),
      ),
    );
    expect(failed).toEqual({ type: busy.type, message: 'Busy.', nonRetryable: true, failure: busy });
  });

  it('takes an error it does not know for one that may pass', async () => {
    const { environment } = aCaller();
    const failed = await told(
      environment.run(() =>
        runEffect({ label: LABEL, timeoutMs: 60_000 }, async () => {
          throw new TypeError('x is undefined');
        }),
      ),
    );
    expect(failed.message).toBe('Agent "writer" failed: x is undefined');
    expect(failed.failure).toMatchObject({ type: errorType('runtime'), retryable: true, code: 'unknown' });
  });
});

describe('runLocally()', () => {
  const EFFECT = { label: LABEL, timeoutMs: 60_000, key: 'key-1' };

  it('gives what came in time, and how long it took', async () => {
    const { environment } = aCaller();
    const effects = createEffects<string>(createLocalCalls());
    const beats = jest.fn();
    environment.on('heartbeat', beats);
    const told = await environment.run(() => effects.runLocally(EFFECT, async () => 'done'));
    expect(told).toEqual({ result: 'done', tookMs: expect.any(Number) });
    expect(beats).not.toHaveBeenCalled();
  });

  it('lets what takes long go on, for the ordinary activity to join', async () => {
    const effects = createEffects<string>(createLocalCalls(), { longestLocalMs: 5 });
    const { promise: answered, resolve: answer } = Promise.withResolvers<string>();
    const work = jest.fn((_context: EffectContext) => answered);
    expect(await aCaller().environment.run(() => effects.runLocally(EFFECT, work))).toEqual({
      goesOn: true,
      tookMs: expect.any(Number),
    });
    const joined = aCaller().environment.run(() => effects.run({ ...EFFECT, goesOn: true }, work));
    answer('late');
    expect(await joined).toBe('late');
    expect(work).toHaveBeenCalledTimes(1);
    expect(work.mock.calls[0]?.[0].signal.aborted).toBe(false);
  });

  it('can be canceled by the one who joined, and begins anew where nothing goes on', async () => {
    const effects = createEffects<string>(createLocalCalls(), { longestLocalMs: 5 });
    await aCaller().environment.run(() => effects.runLocally(EFFECT, untilAborted));
    const { environment } = aCaller();
    const joined = environment.run(() => effects.run({ ...EFFECT, goesOn: true }, untilAborted));
    environment.cancel();
    await expect(joined).rejects.toBeInstanceOf(CancelledFailure);
    const anew = aCaller().environment.run(() =>
      effects.run({ ...EFFECT, goesOn: true }, async () => 'anew'),
    );
    expect(await anew).toBe('anew');
  });

  it('is given up, and not waited for, when nobody wants it any more', async () => {
    const localCalls = createLocalCalls();
    const effects = createEffects<string>(localCalls);
    const signals: AbortSignal[] = [];
    const local = aCaller().environment.run(() =>
      effects.runLocally(EFFECT, (context) => {
        signals.push(context.signal);
        return untilAborted(context);
      }),
    );
    while (signals.length === 0) await new Promise(setImmediate);
    localCalls.abandon('another key', false);
    expect(signals[0]?.aborted).toBe(false);
    localCalls.abandon(EFFECT.key, false);
    expect(await local).toMatchObject({ goesOn: true });
    expect(signals[0]?.aborted).toBe(true);
    localCalls.abandon(EFFECT.key, false);
  });

  it('fails as the effect does', async () => {
    const effects = createEffects<string>(createLocalCalls());
    const failed = await told(
      aCaller().environment.run(() => effects.runLocally({ ...EFFECT, timeoutMs: 5 }, untilAborted)),
    );
    expect(failed.failure).toMatchObject({ code: 'timeout' });
  });
});
