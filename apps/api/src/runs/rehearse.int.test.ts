import { describe, expect, it } from '@jest/globals';
import { ENGINE_VERSION, type JsonObject, type Snapshot } from '@baton/core';
import { createDryRun } from './rehearse.ts';

const dryRun = createDryRun(() => 0);
const snapshotOf = (tasks: readonly JsonObject[]): Snapshot => ({
  engine: ENGINE_VERSION,
  runId: '0190a000-0000-7000-8000-000000000001',
  workspaceId: '0190a000-0000-7000-8000-000000000002',
  definition: { document: { dsl: '1.0.3', namespace: 'tests', name: 'x', version: '1.0.0' }, do: tasks },
  agents: {},
  pins: {},
  requester: 'dev|ann',
  priority: 3,
  input: { n: 1 },
});

describe('createDryRun()', () => {
  it('gives the tree of steps, with waits that take no time', async () => {
    const tasks = [
      { nap: { wait: { hours: 1 } } },
      { each: { for: { in: '${ [1, 2] }' }, do: [{ one: { set: { x: '${ $item }' } } }] } },
    ];
    const { status, output, steps } = await dryRun(snapshotOf(tasks), {});
    expect([status, output]).toEqual(['completed', { x: 2 }]);
    expect(steps).toMatchObject([
      {
        name: 'nap',
        status: 'completed',
        startedAt: '1970-01-01T00:00:00.000Z',
        endedAt: '1970-01-01T01:00:00.000Z',
      },
      {
        name: 'each',
        status: 'completed',
        steps: expect.arrayContaining([expect.objectContaining({ name: 'one' })]),
      },
    ]);
  });

  it('answers calls with mocks, and faults with their errors', async () => {
    const tasks = [{ ask: { call: 'http', with: { method: 'get', endpoint: 'http://127.0.0.1/' } } }];
    expect(await dryRun(snapshotOf(tasks), { ask: { temperature: 3 } })).toMatchObject({
      status: 'completed',
      output: { temperature: 3 },
    });
    expect(await dryRun(snapshotOf(tasks), { ask: { error: { status: 503 } } })).toMatchObject({
      status: 'faulted',
      error: { status: 503 },
    });
  });

  it('gives up a loop without end, while this thread stays free', async () => {
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 5);
    const endless = dryRun(
      snapshotOf([{ a: { set: { x: 1 }, then: 'b' } }, { b: { set: { x: 2 }, then: 'a' } }]),
      {},
    );
    await expect(endless).rejects.toMatchObject({ code: 'invalid' });
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(20);
  });
});
