import { DEFAULT_RETRY, failure, type Json, type JsonObject, type PinnedAgent } from '@baton/core';
import type { AgentAdmission } from '@baton/temporal-activities';
import { stopParts } from '@baton/test-kit';
import { ApplicationFailure } from '@temporalio/workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pinned, replyOf, told } from './feature-parts-fixture.ts';
import { pythonQueueOf } from './python-agents.ts';
import { createStage, type Handle, type Stage } from './stage-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage(undefined, pythonQueueOf);
}, 120_000);
afterAll(async () => {
  await stage.stop();
  await stopParts();
});

/** What the agent's desk is asked, and what it answers. */
interface Desk {
  granted: boolean;
  readonly asked: string[];
  readonly called: string[];
  readonly settled: string[];
}

let desk: Desk;
beforeEach(() => {
  for (const name of Object.keys(stage.effects)) Reflect.deleteProperty(stage.effects, name);
  const now: Desk = { granted: false, asked: [], called: [], settled: [] };
  desk = now;
  const queued: AgentAdmission = { kind: 'queued', ahead: 3 };
  stage.effects.invokeAgent = async ({ idempotencyKey }): Promise<Json> => {
    now.called.push(idempotencyKey);
    return now.granted ? replyOf('written') : { ...queued };
  };
  stage.effects.admitAgentCall = async ({ idempotencyKey }) => {
    now.asked.push(idempotencyKey);
    return now.granted ? { kind: 'granted' } : queued;
  };
  stage.effects.settleAgentCall = async ({ agent, idempotencyKey }) =>
    void now.settled.push(`${agent} ${idempotencyKey}`);
});

const { tasks, more } = pinned({ concurrency: { max: 1 } });

/** A run whose call waits. */
async function waiting(): Promise<{ readonly handle: Handle; readonly key: string }> {
  const handle = await stage.start(tasks, more);
  await told(stage, handle, 'run.waiting');
  return { handle, key: desk.called[0] ?? '' };
}

describe('a call of an agent that cannot be called yet', () => {
  it('is made when its turn has come, under the same key', async () => {
    const { handle, key } = await waiting();
    expect(await handle.query<JsonObject>('run')).toMatchObject({ waiting: true });
    desk.granted = true;
    await handle.signal('agentCallDue', { key });
    expect(await handle.result()).toBe('written');
    expect(desk).toMatchObject({ asked: [key], called: [key, key], settled: [] });
    expect(stage.told(handle).filter((type) => type.startsWith('step.'))).toEqual([
      'step.started',
      'step.waiting',
      'step.resumed',
      'step.completed',
    ]);
  });

  it('does not believe a signal, but asks', async () => {
    const { handle, key } = await waiting();
    for (const forged of [null, {}, { key: 7 }, { key: 'another' }])
      await handle.signal('agentCallDue', forged);
    await handle.signal('agentCallDue', { key });
    while (desk.asked.length === 0) await handle.query('run');
    expect(stage.told(handle)).not.toContain('step.resumed');
    desk.granted = true;
    await handle.signal('agentCallDue', { key });
    expect(await handle.result()).toBe('written');
    expect(desk.asked).toEqual([key, key]);
  });

  it('gives its place up when the run is canceled, which ends only then', async () => {
    const { handle, key } = await waiting();
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(desk.settled).toEqual([`writer ${key}`]);
  });

  it('is not made while the run is suspended', async () => {
    const { handle, key } = await waiting();
    await handle.signal('suspend');
    desk.granted = true;
    await handle.signal('agentCallDue', { key });
    await told(stage, handle, 'run.suspended');
    expect(desk.asked).toEqual([]);
    await handle.signal('resume');
    expect(await handle.result()).toBe('written');
  });

  it('waits on when its turn was given to another before it reached a worker', async () => {
    const { handle, key } = await waiting();
    stage.effects.admitAgentCall = async () => ({ kind: 'granted' });
    await handle.signal('agentCallDue', { key });
    while (desk.called.length < 2) await handle.query('run');
    desk.granted = true;
    await handle.signal('agentCallDue', { key });
    expect(await handle.result()).toBe('written');
    expect(stage.told(handle).filter((type) => type === 'step.waiting')).toHaveLength(2);
  });
});

describe('a call that a worker in Python makes', () => {
  const python = (more: Partial<PinnedAgent>): ReturnType<typeof pinned> =>
    pinned({ adapter: 'framework', config: { runtime: 'python' }, concurrency: { max: 1 }, ...more });
  /** What is settled, and how it went. */
  let settled: unknown[];
  beforeEach(() => {
    const now: unknown[] = [];
    settled = now;
    stage.effects.settleAgentCall = async ({ made }) =>
      void now.push(made === undefined ? 'left' : 'reply' in made ? made.reply : made.failure.code);
    stage.effects.invokeAgent = async () => ({ ...replyOf('by Python') });
  });

  /** Runs the agent of one run as a worker in Python would. */
  async function run(more: Partial<PinnedAgent> = {}): Promise<Handle> {
    const { tasks: asks, more: pins } = python(more);
    return stage.start(asks, pins);
  }

  it('is admitted before and settled after it', async () => {
    desk.granted = true;
    const handle = await run();
    expect(await handle.result()).toBe('by Python');
    expect(desk.asked).toHaveLength(1);
    expect(settled).toEqual([replyOf('by Python')]);
  });

  it('waits its turn', async () => {
    const handle = await run();
    await told(stage, handle, 'run.waiting');
    desk.granted = true;
    await handle.signal('agentCallDue', { key: desk.asked[0] ?? '' });
    expect(await handle.result()).toBe('by Python');
    expect(stage.told(handle).filter((type) => type.startsWith('step.'))).toEqual([
      'step.started',
      'step.waiting',
      'step.resumed',
      'step.completed',
    ]);
  });

  it('is not made when its answer is kept', async () => {
    stage.effects.admitAgentCall = async () => ({
      kind: 'answered',
      reply: { ...replyOf('kept'), cached: true },
    });
    const handle = await run({ cache: { ttlMs: 1_000 } });
    expect(await handle.result()).toBe('kept');
    expect(settled).toEqual([]);
  });

  it('tells how it failed, and leaves when it is not made', async () => {
    desk.granted = true;
    const retry = { ...DEFAULT_RETRY, maxAttempts: 1 };
    const away = failure('communication', 'Away.', { retryable: true, code: 'http_503' });
    const fails = async (): Promise<never> => {
      throw ApplicationFailure.create({ message: 'Away.', nonRetryable: true, details: [away] });
    };
    stage.effects.invokeAgent = fails;
    await expect((await run({ retry })).result()).rejects.toThrow();
    expect(settled).toEqual(['http_503']);
    stage.effects.admitAgentCall = fails;
    await expect((await run({ retry })).result()).rejects.toThrow();
    expect(settled).toEqual(['http_503', 'left']);
  });

  it('is an ordinary call when its agent declares nothing', async () => {
    const { concurrency: _none, ...agent } = python({}).more.agents['writer@2.0.0'] ?? raise();
    const { tasks: asks, more: pins } = python({});
    const handle = await stage.start(asks, { ...pins, agents: { 'writer@2.0.0': agent } });
    expect(await handle.result()).toBe('by Python');
    expect(desk.asked).toEqual([]);
    expect(settled).toEqual([]);
  });
});

function raise(): never {
  throw new Error('The agent is not pinned.');
}
