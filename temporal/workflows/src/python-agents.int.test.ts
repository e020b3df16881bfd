import { DEFAULT_RETRY, type PinnedAgent } from '@baton/core';
import { stopParts } from '@baton/test-kit';
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

describe('an agent in Python', () => {
  it('is called on the queue of the workers in Python, and never locally', async () => {
    const snapshot = { agents: { 'writer@2.0.0': WRITER }, pins: { '/do/0/write': 'writer@2.0.0' } };
    const task = { write: { call: 'agent', with: { agent: 'writer', input: {} } } };
    const handle = await stage.start([task], snapshot);
    const { taskQueue } = await handle.describe();
    expect(await queueOfActivity(handle)).toBe(`${taskQueue}-python`);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
  });
});
