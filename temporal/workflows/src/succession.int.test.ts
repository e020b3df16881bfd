import { failure, type Failure, type Json, type JsonObject } from '@baton/core';
import { startTemporal, type RunningTemporal } from '@baton/stand';
import { heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createStage, snapshotOf, type Stage } from './stage-fixture.ts';

let temporal: RunningTemporal;
let stage: Stage;
beforeAll(async () => {
  temporal = await startTemporal({ suggestContinueAsNewAfter: 25 });
  stage = await createStage(temporal.address);
}, 120_000);
beforeEach(() => {
  for (const name of Object.keys(stage.effects)) Reflect.deleteProperty(stage.effects, name);
});
afterAll(async () => {
  await stage.stop();
  await temporal.stop();
});

const get = (endpoint: string): JsonObject => ({ call: 'http', with: { method: 'get', endpoint } });
const LISTEN: JsonObject = { hear: { listen: { to: { one: { with: { type: 'go' } } } } } };

/** A branch that makes the execution long: each signal is an event of the history. */
const heard = (count: number): JsonObject => ({
  chatter: { for: { in: `[range(${count})]` }, do: [LISTEN] },
});

type Handle = Awaited<ReturnType<Stage['start']>>;

async function talk(handle: Handle, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await handle.signal('event', { type: 'go', id: String(n), data: n });
}

const executionOf = async (handle: Handle): Promise<string> => (await handle.describe()).runId;

/** The executions of a run, which must be more than one. */
async function goesOn(handle: Handle, first: string): Promise<void> {
  while ((await executionOf(handle)) === first) await new Promise((resolve) => setTimeout(resolve, 20));
}

const beside = (...tasks: JsonObject[]): JsonObject => ({
  both: { fork: { branches: tasks } },
});

describe('a run that continues as new', () => {
  it('keeps a human task open, which a decision ends', async () => {
    const opened: string[] = [];
    let outcome: Json = null;
    stage.effects.openHumanTask = async ({ idempotencyKey }) => {
      opened.push(idempotencyKey);
      return { humanTaskId: 'task-1', outcome };
    };
    stage.effects.takeHumanTaskOutcome = async () => outcome;
    const review = { review: { call: 'human', with: { title: 'Publish it?' } } };
    const handle = await stage.start([beside(review, heard(60))]);
    const first = await executionOf(handle);
    await talk(handle, 60);
    await goesOn(handle, first);
    outcome = { outcome: 'approve' };
    await handle.signal('humanTaskDecided', { humanTaskId: 'task-1', decisionId: 'd-1' });
    expect(await handle.result()).toMatchObject([{ outcome: 'approve' }, expect.anything()]);
    expect(opened.length).toBeGreaterThan(1);
    expect(new Set(opened).size).toBe(1);
    expect(stage.told(handle).filter((type) => type === 'human_task.opened')).toHaveLength(1);
  });

  it('waits for calls under way, and delivers none of them twice', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    let calls = 0;
    stage.effects.callHttp = async () => {
      calls += 1;
      await answered;
      return 'late';
    };
    // Twice as many events as would do: new calls are held back, and this one is waited for.
    const handle = await stage.start([beside({ slow: get('https://slow.example/') }, heard(60))]);
    const first = await executionOf(handle);
    await talk(handle, 60);
    expect(await executionOf(handle)).toBe(first);
    answer();
    expect(await handle.result()).toMatchObject(['late', expect.anything()]);
    expect(calls).toBe(1);
  });

  it('delivers a call again under its key when it takes too long', async () => {
    const keys: string[] = [];
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    stage.effects.callHttp = async ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      if (keys.length > 1) return 'at last';
      const beats = setInterval(heartbeat, 2_000);
      await answered;
      clearInterval(beats);
      return 'too late';
    };
    const handle = await stage.start([beside({ slow: get('https://slow.example/') }, heard(60))]);
    await talk(handle, 60);
    expect(await handle.result()).toMatchObject(['at last', expect.anything()]);
    answer();
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  }, 90_000);

  it('keeps timers, a time-out and the words of a cancel', async () => {
    const wait = { nap: { wait: 'PT1H', timeout: { after: 'PT10S' } } };
    const handle = await stage.start([beside(wait, heard(60))]);
    const first = await executionOf(handle);
    await talk(handle, 50);
    await goesOn(handle, first);
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('time-out') },
    });

    const canceled = await stage.start([beside({ nap: { wait: 'PT1H' } }, heard(60))]);
    const before = await executionOf(canceled);
    await canceled.signal('cancelReason', 'Enough.');
    await talk(canceled, 50);
    await goesOn(canceled, before);
    await canceled.cancel();
    await expect(canceled.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(stage.trace(canceled).at(-1)).toMatchObject({ type: 'run.canceled', reason: 'Enough.' });
  });
});

describe('child runs of a run that continues as new', () => {
  const child = { sub: { run: { workflow: { namespace: 'content', name: 'greet', version: '1.0.0' } } } };

  async function withChild(tasks: JsonObject[]) {
    const snapshot = snapshotOf(tasks);
    const accepted = {
      runId: snapshot.runId,
      workflowId: `child.${snapshot.runId}`,
      workflowType: 'content/greet',
      snapshot,
    };
    stage.effects.createChildRun = async () => accepted;
    const handle = await stage.start([beside(child, heard(60))]);
    const first = await executionOf(handle);
    await talk(handle, 50);
    await goesOn(handle, first);
    return { handle, accepted, alone: handle.client.getHandle(accepted.workflowId) };
  }

  it('go on, and their recorded end is the answer', async () => {
    let end: { output: Json } | null = null;
    stage.effects.takeChildRunEnd = async () => end;
    const { handle, accepted, alone } = await withChild([LISTEN]);
    expect((await alone.describe()).status.name).toBe('RUNNING');
    await handle.signal('childRunEnded', { childRunId: accepted.runId });
    await handle.signal('childRunEnded', null);
    await alone.signal('event', { type: 'go', data: 'grown up' });
    end = { output: ['grown up'] };
    await handle.signal('childRunEnded', { childRunId: accepted.runId });
    for (let n = 50; n < 60; n += 1) await handle.signal('event', { type: 'go', id: String(n), data: n });
    expect(await handle.result()).toMatchObject([['grown up'], expect.anything()]);
    expect(stage.told(handle).filter((type) => type === 'run.started')).toHaveLength(1);
  });

  it('are canceled with it', async () => {
    stage.effects.takeChildRunEnd = async () => null;
    const { handle, alone } = await withChild([LISTEN]);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    await expect(alone.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  });

  it('fault it with their problem', async () => {
    let end: { failure: Failure } | null = null;
    stage.effects.takeChildRunEnd = async () => end;
    const { handle, accepted } = await withChild([LISTEN]);
    end = { failure: failure('runtime', 'The child could not.') };
    // An execution that begins just now asks by itself, and may have ended the run before the signal comes.
    await handle.signal('childRunEnded', { childRunId: accepted.runId }).catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
    const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('The child could not.') } });
  });
});
