import type { Json, JsonObject } from '@baton/core';
import type { LaterAnswer } from '@baton/temporal-activities';
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

/** What the agent was asked, and what it has sent. */
interface Agent {
  sent: Json | null;
  withinMs: number;
  readonly asked: string[];
  readonly looked: string[];
  readonly closed: string[];
}

let agent: Agent;
beforeEach(() => {
  for (const name of Object.keys(stage.effects)) Reflect.deleteProperty(stage.effects, name);
  const now: Agent = { sent: null, withinMs: 60_000, asked: [], looked: [], closed: [] };
  agent = now;
  stage.effects.invokeAgent = async ({ idempotencyKey, calledBack }): Promise<Json> => {
    (calledBack === true ? now.looked : now.asked).push(idempotencyKey);
    const later: LaterAnswer = {
      kind: 'later',
      until: new Date(Date.now() + now.withinMs).toISOString(),
    };
    return now.sent === null ? { ...later } : replyOf(now.sent);
  };
  stage.effects.closeAgentCallback = async ({ idempotencyKey }) => void now.closed.push(idempotencyKey);
});

const { tasks, more } = pinned({ config: { callback: {} }, effects: 'idempotent' });

/** A run whose agent has said that it will answer. */
async function waiting(): Promise<{ readonly handle: Handle; readonly key: string }> {
  const handle = await stage.start(tasks, more);
  await told(stage, handle, 'run.waiting');
  return { handle, key: agent.asked[0] ?? '' };
}

describe('a call whose agent answers later', () => {
  it('waits for the answer, which a signal announces, and asks once', async () => {
    const { handle, key } = await waiting();
    expect(await handle.query<JsonObject>('run')).toMatchObject({ waiting: true });
    agent.sent = 'written';
    await handle.signal('agentCalledBack', { key });
    expect(await handle.result()).toBe('written');
    expect(agent).toMatchObject({ asked: [key], looked: [key], closed: [] });
    expect(stage.told(handle).filter((type) => type.startsWith('step.'))).toEqual([
      'step.started',
      'step.waiting',
      'step.completed',
    ]);
  });

  it('does not believe a signal, but looks', async () => {
    const { handle, key } = await waiting();
    for (const forged of [null, {}, { key: 7 }, { key: 'another' }])
      await handle.signal('agentCalledBack', forged);
    await handle.signal('agentCalledBack', { key });
    while (agent.looked.length === 0) await handle.query('run');
    expect(stage.told(handle)).not.toContain('step.completed');
    agent.sent = 'written';
    await handle.signal('agentCalledBack', { key });
    expect(await handle.result()).toBe('written');
    expect(agent.looked).toEqual([key, key]);
  });

  it('looks at the deadline, whether a signal came or not', async () => {
    agent.withinMs = 300;
    const { handle } = await waiting();
    agent.sent = 'written';
    expect(await handle.result()).toBe('written');
    expect(agent.looked.length).toBeGreaterThan(0);
  });

  it('makes the URL unusable when the run is canceled, which ends only then', async () => {
    const { handle, key } = await waiting();
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(agent.closed).toEqual([key]);
  });
});
