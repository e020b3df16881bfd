import type { Json, JsonObject } from '@baton/core';
import type { AgentAdmission } from '@baton/temporal-activities';
import { stopParts } from '@baton/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pinned, replyOf, told } from './feature-parts-fixture.ts';
import { createStage, type Handle, type Stage } from './stage-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
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
