import { DEFAULT_RETRY, type Json, type PinnedAgent } from '@baton/core';
import { stopParts, temporalAddress } from '@baton/test-kit';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStage, type Handle, type Stage } from './stage-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
}, 120_000);
afterAll(async () => {
  await stage.stop();
  await stopParts();
});

const WRITER: PinnedAgent = {
  name: 'writer',
  version: '2.0.0',
  adapter: 'framework',
  config: { runtime: 'python', framework: 'langgraph', module: 'writer.py' },
  timeoutMs: 60_000,
  retry: DEFAULT_RETRY,
  // Agents that may be called again without harm are called in the workflow's own worker; this one cannot be.
  effects: 'none',
};

/** The queue on which the first activity of a run waits. */
async function queueOfActivity(handle: Handle): Promise<string> {
  for (;;) {
    const { events } = await handle.fetchHistory();
    const scheduled = events?.find((event) => event.activityTaskScheduledEventAttributes);
    const queue = scheduled?.activityTaskScheduledEventAttributes?.taskQueue?.name;
    if (queue) return queue;
  }
}

/** A worker of the queue of Python agents, which runs until the work is done. */
async function answering<Result>(queue: string, work: Promise<Result>): Promise<Result> {
  const connection = await NativeConnection.connect({ address: await temporalAddress() });
  const invokeAgent = async (): Promise<Json> => ({
    output: 'written',
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, calls: 1, toolCalls: 0 },
    finish: 'stop',
  });
  const worker = await Worker.create({ connection, taskQueue: queue, activities: { invokeAgent } });
  const result = await worker.runUntil(work);
  await connection.close();
  return result;
}

const SNAPSHOT = { agents: { 'writer@2.0.0': WRITER }, pins: { '/do/0/write': 'writer@2.0.0' } };
const TASK = { write: { call: 'agent', with: { agent: 'writer', input: {} } } };

describe('an agent in Python', () => {
  it('is called on the queue of the workers in Python, and never locally', async () => {
    const handle = await stage.start([TASK], SNAPSHOT);
    const queue = await queueOfActivity(handle);
    expect(queue).toBe(`${(await handle.describe()).taskQueue}-python`);
    expect(await answering(queue, handle.result())).toBe('written');
  });

  it('of which only so many calls may be under way is called under a lease of the run', async () => {
    const desk: string[] = [];
    stage.effects.admitAgentCall = async ({ leaseMs }) => {
      desk.push(`admitted for ${leaseMs} ms`);
      return { kind: 'granted' };
    };
    stage.effects.settleAgentCall = async () => void desk.push('settled');
    const agents = { 'writer@2.0.0': { ...WRITER, concurrency: { max: 1 } } };
    const handle = await stage.start([TASK], { ...SNAPSHOT, agents });
    const { taskQueue } = await handle.describe();
    expect(await answering(`${taskQueue}-python`, handle.result())).toBe('written');
    expect(desk).toEqual(['admitted for 180000 ms', 'settled']);
  });
});
