import { DEFAULT_RETRY, failure, NO_USAGE, type Json, type JsonObject, type PinnedAgent } from '@baton/core';
import { stopParts } from '@baton/test-kit';
import { ApplicationFailure } from '@temporalio/workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FEATURES } from './features-fixture.ts';
import { createStage, snapshotOf, type Stage } from './stage-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
}, 120_000);
beforeEach(() => {
  for (const name of Object.keys(stage.effects)) Reflect.deleteProperty(stage.effects, name);
});
afterAll(async () => {
  await stage.stop();
  await stopParts();
});

const LISTEN: JsonObject = { hear: { listen: { to: { one: { with: { type: 'go' } } } } } };
const REVIEW: JsonObject = { review: { call: 'human', with: { title: 'Publish it?' } } };
const get = (endpoint = 'https://a.example/'): JsonObject => ({
  call: 'http',
  with: { method: 'get', endpoint },
});

const WRITER: PinnedAgent = {
  name: 'writer',
  version: '2.0.0',
  adapter: 'http',
  config: {},
  timeoutMs: 60_000,
  retry: DEFAULT_RETRY,
  effects: 'unknown',
};

/** What a promise is settled with from outside. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Why a run did not complete, as Temporal tells. */
async function causeOf(result: Promise<unknown>): Promise<unknown> {
  const error: unknown = await result.then(
    () => new Error('The run completed.'),
    (thrown: unknown) => thrown,
  );
  return error instanceof Error ? error.cause : error;
}

describe('a run', () => {
  it('completes with the output of its last task, and tells every event once, in order', async () => {
    const handle = await stage.start([{ a: { set: { n: '${ .n + 1 }' } } }], { input: { n: 1 } });
    expect(await handle.result()).toEqual({ n: 2 });
    expect(stage.told(handle)).toEqual(['run.started', 'step.started', 'step.completed', 'run.completed']);
  });

  it('faults with the problem as the detail of its failure', async () => {
    const error = { type: 'https://example.com/errors/odd', status: 418, title: 'Odd', detail: 'No tea.' };
    const cause = await causeOf((await stage.start([{ stop: { raise: { error } } }])).result());
    expect(cause).toMatchObject({
      type: error.type,
      message: 'No tea. (at /do/0/stop)',
      details: [{ ...error, instance: '/do/0/stop' }],
    });
  });

  it('tells people with tools of Temporal where it is', async () => {
    const handle = await stage.start([LISTEN]);
    const picture = async (): Promise<Json> => handle.query<Json>('run');
    expect(await picture()).toMatchObject({
      waiting: true,
      suspended: false,
      steps: 1,
      open: expect.arrayContaining([{ task: '/do/0/hear', kind: 'listen' }]),
    });
    await handle.cancel();
    expect(await causeOf(handle.result())).toMatchObject({ name: 'CancelledFailure' });
  });
});

describe('signals', () => {
  it('that come before their listener, even before the first workflow task, are heard', async () => {
    const handle = await stage.start([{ first: { wait: 'PT0.1S' } }, LISTEN], {
      signal: ['event', { type: 'go', data: 1 }],
    });
    expect(await handle.result()).toEqual([1]);
  });

  it('that are no events change nothing', async () => {
    const handle = await stage.start([LISTEN], { signal: ['event', 'a text'] });
    await handle.signal('event', null);
    await handle.signal('event', [1]);
    await handle.signal('event', { type: 'other' });
    await handle.signal('event', { type: 'go', data: 2 });
    expect(await handle.result()).toEqual([2]);
  });

  it('suspend a run before it does anything, and let it go on', async () => {
    stage.effects.callHttp = async () => 'called';
    const handle = await stage.start([{ a: { set: { n: 1 } } }, { b: get() }], { signal: ['suspend'] });
    expect(await handle.query<JsonObject>('run')).toMatchObject({ suspended: true });
    expect(stage.told(handle)).not.toContain('run.completed');
    await handle.signal('resume');
    expect(await handle.result()).toBe('called');
    expect(stage.told(handle)).toEqual(expect.arrayContaining(['run.suspended', 'run.resumed']));
  });
});

describe('an agent that pauses', () => {
  it('goes on with what people have decided', async () => {
    const handle = await FEATURES['call-agent-paused']?.(stage);
    if (handle === undefined) throw new Error('The feature has no scenario.');
    const answer = { outcome: 'approve', items: [{ outcome: 'approve', id: 'c-1' }] };
    expect(await handle.result()).toEqual(['t-1', answer]);
    expect(stage.told(handle)).toEqual(
      expect.arrayContaining(['human_task.opened', 'human_task.decided', 'run.completed']),
    );
  });
});

describe('calls', () => {
  it('are local after a short one, in chains short enough for a cancel to be seen', async () => {
    const canceled = gate();
    const fifth = gate();
    let calls = 0;
    stage.effects.callHttp = async () => {
      calls += 1;
      if (calls === 5) {
        fifth.open();
        await canceled.opened;
      }
      return calls;
    };
    const handle = await stage.start([{ many: { for: { in: '[range(500)]' }, do: [{ a: get() }] } }]);
    await fifth.opened;
    await handle.cancel();
    canceled.open();
    expect(await causeOf(handle.result())).toMatchObject({ name: 'CancelledFailure' });
    // The first is an ordinary call; of a chain of ten at most nine follow the fifth.
    expect(calls).toBeLessThanOrEqual(5 + 10);
    expect(stage.told(handle).at(-1)).toBe('run.canceled');
    const { events } = await handle.fetchHistory();
    const scheduled = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
    expect(scheduled).toHaveLength(1);
  });

  it('are local in chains of no more than a second, after which a cancel is seen', async () => {
    const canceled = gate();
    const fifth = gate();
    let calls = 0;
    stage.effects.callHttp = async () => 'quick';
    stage.effects.callHttpLocally = async () => {
      calls += 1;
      if (calls === 5) {
        fifth.open();
        await canceled.opened;
      }
      return { tookMs: 400, result: calls };
    };
    const handle = await stage.start([{ many: { for: { in: '[range(100)]' }, do: [{ a: get() }] } }]);
    await fifth.opened;
    await handle.cancel();
    canceled.open();
    expect(await causeOf(handle.result())).toMatchObject({ name: 'CancelledFailure' });
    // Three calls of 400 ms fill a second: the fifth is the second of its chain, and one more may follow it.
    expect(calls).toBeLessThanOrEqual(6);
  });

  it('that fail are tried again by the run, never by Temporal, with one key', async () => {
    const keys: string[] = [];
    stage.effects.callHttp = async ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      if (keys.length === 3) return 'at last';
      const busy = failure('communication', 'Busy.', { status: 503, retryable: true });
      throw ApplicationFailure.create({ message: 'Busy.', nonRetryable: true, details: [busy] });
    };
    const retry = { delay: { milliseconds: 1 }, limit: { attempt: { count: 5 } } };
    const handle = await stage.start([{ safe: { try: [{ a: get() }], catch: { retry } } }]);
    expect(await handle.result()).toBe('at last');
    expect(new Set(keys).size).toBe(1);
    expect(stage.told(handle).filter((type) => type === 'step.retrying')).toHaveLength(2);
  });

  it('to agents get the pinned version and give its output', async () => {
    stage.effects.invokeAgent = async ({ agent, input }) => ({
      output: [agent.version, input],
      usage: { ...NO_USAGE, calls: 1 },
      finish: 'stop',
    });
    const tasks = [{ ask: { call: 'agent', with: { agent: 'writer', input: { topic: 'x' } } } }];
    const agents = { 'writer@2.0.0': WRITER };
    const handle = await stage.start(tasks, { agents, pins: { '/do/0/ask': 'writer@2.0.0' } });
    expect(await handle.result()).toEqual(['2.0.0', { topic: 'x' }]);
  });
});

describe('human tasks', () => {
  it('believe the recorded outcome, not the signal', async () => {
    const asked = { taken: 0 };
    let outcome: Json = null;
    const looked = [gate(), gate()];
    stage.effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: null });
    stage.effects.takeHumanTaskOutcome = async ({ humanTaskId }) => {
      expect(humanTaskId).toBe('task-1');
      looked[asked.taken]?.open();
      asked.taken += 1;
      return outcome;
    };
    const handle = await stage.start([REVIEW]);
    for (const forged of [null, {}, { humanTaskId: 7 }, { humanTaskId: 'task-2' }])
      await handle.signal('humanTaskDecided', forged);
    await handle.signal('humanTaskDecided', { humanTaskId: 'task-1', decisionId: 'forged' });
    await looked[0]?.opened;
    expect(await handle.query<JsonObject>('run')).toMatchObject({ waiting: true });
    outcome = { outcome: 'approve', action: 'approve' };
    await handle.signal('humanTaskDecided', { humanTaskId: 'task-1', decisionId: 'd-1' });
    expect(await handle.result()).toMatchObject({ outcome: 'approve' });
    expect(asked.taken).toBe(2);
  });

  it('take a decision that was made before the run began to wait', async () => {
    stage.effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: { outcome: 'reject' } });
    expect(await (await stage.start([REVIEW])).result()).toMatchObject({ outcome: 'reject' });
  });

  it('are canceled with their run, which ends only then', async () => {
    const canceled: string[] = [];
    stage.effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: null });
    stage.effects.cancelHumanTask = async ({ humanTaskId }) => void canceled.push(humanTaskId);
    const handle = await stage.start([REVIEW]);
    while (!stage.told(handle).includes('human_task.opened')) await handle.query('run');
    await handle.cancel();
    expect(await causeOf(handle.result())).toMatchObject({ name: 'CancelledFailure' });
    expect(canceled).toEqual(['task-1']);
  });

  it('expire by the clock of the run, in the database', async () => {
    stage.effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome: null });
    stage.effects.expireHumanTask = async () => ({ outcome: 'expired' });
    const review = { review: { call: 'human', with: { title: 'Publish it?', expires: 'PT0.2S' } } };
    expect(await (await stage.start([review])).result()).toMatchObject({ outcome: 'expired' });
  });
});

describe('child runs', () => {
  const child = (wait: boolean): JsonObject => ({
    sub: { run: { workflow: { namespace: 'content', name: 'greet', version: '1.0.0' }, await: wait } },
  });

  it('give their output to the run that waits for them', async () => {
    stage.effects.createChildRun = async () => aChild([{ a: { set: { hello: true } } }]);
    expect(await (await stage.start([child(true)])).result()).toEqual({ hello: true });
  });

  it('that nobody waits for outlive the run', async () => {
    const listening = aChild([LISTEN]);
    stage.effects.createChildRun = async () => listening;
    const handle = await stage.start([child(false)], { input: { mine: 1 } });
    expect(await handle.result()).toEqual({ mine: 1 });
    const alone = handle.client.getHandle(listening.workflowId);
    expect((await alone.describe()).status.name).toBe('RUNNING');
    await alone.signal('event', { type: 'go', data: 3 });
    expect(await alone.result()).toEqual([3]);
  });

  it('fault the run that waits for them with their own problem', async () => {
    const error = { type: 'https://example.com/errors/odd', status: 418, title: 'Odd' };
    stage.effects.createChildRun = async () => aChild([{ stop: { raise: { error } } }]);
    const cause = await causeOf((await stage.start([child(true)])).result());
    expect(cause).toMatchObject({ type: error.type });
  });

  function aChild(tasks: JsonObject[]) {
    const snapshot = snapshotOf(tasks);
    const { runId } = snapshot;
    return { runId, workflowId: `child.${runId}`, workflowType: 'content/greet', snapshot };
  }
});
