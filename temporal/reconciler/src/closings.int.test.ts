import { NO_USAGE, type RunId, type TraceEvent } from '@baton/core';
import type { RunRecord } from '@baton/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkIdle, confirmProvisional, settleRun, type ClosingPorts } from './closings.ts';
import { createConfirmer } from './confirmer.ts';
import { closed, createFakeGateway, OPEN, type FakeGateway } from './gateway-fixture.ts';
import { impatient, type Impatient } from './impatient-fixture.ts';
import { newRunId, openLedger, type Ledger } from './store-fixture.ts';

let ledger: Ledger;
let hurried: Impatient;
let gateway: FakeGateway;
let ports: ClosingPorts;
/** Runs whose histories were asked to tell again. */
let told: RunId[];
beforeAll(async () => {
  ledger = await openLedger();
});
beforeEach(() => {
  gateway = createFakeGateway();
  hurried = impatient(ledger.store);
  told = [];
  ports = {
    runs: hurried.runs,
    events: ledger.store.events,
    gateway,
    retell: async (_scope, runId) => void told.push(runId),
  };
});
afterAll(() => ledger.stop());

const COMPLETED: TraceEvent = { type: 'run.completed', output: { done: true }, usage: NO_USAGE };

/** A run that has told of its start, and of what else is given. */
async function aRunThatTold(...events: TraceEvent[]): Promise<RunId> {
  const runId = await ledger.accept();
  await ledger.tell(runId, [{ type: 'run.started', input: {} }, ...events]);
  return runId;
}

async function shown(runId: RunId): Promise<RunRecord> {
  const run = await ledger.store.runs.get(ledger.scope, runId);
  if (run === null) throw new Error(`Run ${runId} is gone.`);
  return run;
}

async function lastEvent(runId: RunId) {
  const events = await ledger.store.events.list(ledger.scope, runId);
  return events.at(-1);
}

const settle = (runId: RunId): Promise<boolean> => settleRun(ports, ledger.scope, runId);

describe('settleRun()', () => {
  it('publishes the end that a run has told of itself', async () => {
    const runId = await aRunThatTold(COMPLETED);
    expect((await shown(runId)).status).toBe('running');
    gateway.executions.set(runId, closed('completed'));
    expect(await settle(runId)).toBe(true);
    expect(await shown(runId)).toMatchObject({ status: 'completed', output: { done: true } });
    expect(await lastEvent(runId)).toMatchObject({ type: 'run.completed', origin: 'run' });
    expect(await settle(runId)).toBe(true);
  });

  it('shows nothing of an end while the execution is open', async () => {
    const runId = await aRunThatTold(COMPLETED);
    gateway.executions.set(runId, OPEN);
    expect(await settle(runId)).toBe(false);
    expect((await shown(runId)).status).toBe('running');
  });

  it('knows nothing of a run that Temporal does not know', async () => {
    const runId = await aRunThatTold();
    expect(await settle(runId)).toBe(false);
    expect((await shown(runId)).status).toBe('running');
  });

  it('believes Temporal, not the run, when they tell different ends', async () => {
    const runId = await aRunThatTold(COMPLETED);
    gateway.executions.set(runId, closed('terminated'));
    expect(await settle(runId)).toBe(true);
    expect(await shown(runId)).toMatchObject({ status: 'canceled', output: null });
  });

  it('closes a terminated run as canceled, at the instant of its end, and its human tasks', async () => {
    const runId = await aRunThatTold();
    const task = await ledger.ask(runId);
    gateway.executions.set(runId, closed('terminated'));
    expect(await settle(runId)).toBe(true);
    expect(await shown(runId)).toMatchObject({
      status: 'canceled',
      error: { type: 'urn:baton:problem:terminated', title: 'Terminated' },
      endedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(await lastEvent(runId)).toMatchObject({ type: 'run.canceled', origin: 'reconciler' });
    expect((await ledger.store.humanTasks.get(ledger.scope, task.id))?.status).toBe('canceled');
  });

  it('closes a run whose execution time-out was reached as faulted with a time-out', async () => {
    const runId = await aRunThatTold();
    gateway.executions.set(runId, closed('timed_out'));
    await settle(runId);
    const { status, error } = await shown(runId);
    expect([status, error?.type]).toEqual(['faulted', expect.stringMatching(/\/timeout$/)]);
  });

  it('closes a run that ended without a word of its own as Temporal says', async () => {
    const ends = ['completed', 'canceled', 'failed'] as const;
    const runs = await Promise.all(ends.map(() => aRunThatTold()));
    runs.forEach((runId, i) => gateway.executions.set(runId, closed(ends[i] ?? 'failed')));
    await Promise.all(runs.map(settle));
    const statuses = (await Promise.all(runs.map(shown))).map(({ status }) => status);
    expect(statuses).toEqual(['completed', 'canceled', 'faulted']);
  });

  it('ends a run now when Temporal does not say when', async () => {
    const runId = await aRunThatTold();
    const before = Date.now();
    gateway.executions.set(runId, { ...closed('failed'), closedAt: null });
    await settle(runId);
    expect(Date.parse((await shown(runId)).endedAt ?? '')).toBeGreaterThanOrEqual(before);
  });

  it('has a run told again before it closes it, when the closed execution is not the one it was heard of from', async () => {
    const runId = await aRunThatTold(COMPLETED);
    gateway.executions.set(runId, { ...closed('completed'), temporalRunId: 'execution-2' });
    let untoldStatus: unknown;
    ports = {
      ...ports,
      retell: async (scope) => {
        untoldStatus = (await shown(runId)).status;
        await ledger.store.retell.begin(scope, { runId, executions: ['execution-2'] });
      },
    };
    expect(await settle(runId)).toBe(true);
    expect(untoldStatus).toBe('running');
    expect((await shown(runId)).status).toBe('completed');
  });

  it('shows a run as stalled while its workflow task fails again and again', async () => {
    const runId = await aRunThatTold();
    gateway.executions.set(runId, { ...OPEN, taskAttempt: 3 });
    await settle(runId);
    expect((await shown(runId)).stalled).toBe(false);
    gateway.executions.set(runId, { ...OPEN, taskAttempt: 4 });
    await settle(runId);
    expect((await shown(runId)).stalled).toBe(true);
    gateway.executions.set(runId, { ...OPEN, taskAttempt: 1 });
    await settle(runId);
    expect((await shown(runId)).stalled).toBe(false);
  });

  it('closes a run once, whoever looks at it at the same time', async () => {
    const runId = await aRunThatTold();
    gateway.executions.set(runId, closed('terminated'));
    await Promise.all([settle(runId), settle(runId), settle(runId)]);
    const events = await ledger.store.events.list(ledger.scope, runId);
    expect(events.map(({ type }) => type)).toEqual(['run.started', 'run.canceled']);
  });
});

describe('confirmProvisional()', () => {
  it('publishes every end that waits and whose execution is closed', async () => {
    const [done, open] = [await aRunThatTold(COMPLETED), await aRunThatTold(COMPLETED)];
    gateway.executions.set(done, closed('completed'));
    gateway.executions.set(open, OPEN);
    expect(await confirmProvisional(ports)).toBe(false);
    expect([(await shown(done)).status, (await shown(open)).status]).toEqual(['completed', 'running']);
    expect(hurried.ages).toEqual([1_000]);
  });
});

describe('checkIdle()', () => {
  it('closes runs that ended unheard, and looks at others first afterwards', async () => {
    const [ended, open] = [await aRunThatTold(), await aRunThatTold()];
    gateway.executions.set(ended, closed('terminated'));
    gateway.executions.set(open, OPEN);
    const heardBefore = await lastHeard(open);
    expect(await checkIdle(ports)).toBe(false);
    expect((await shown(ended)).status).toBe('canceled');
    expect(await lastHeard(open)).toBeGreaterThan(heardBefore);
    expect(hurried.ages).toContain(60_000);
  });

  it('has an open run told again once it goes on in another execution, and only then', async () => {
    const [reset, same] = [await aRunThatTold(), await aRunThatTold()];
    gateway.executions.set(reset, { ...OPEN, temporalRunId: 'execution-2' });
    gateway.executions.set(same, OPEN);
    await checkIdle(ports);
    expect(told).toEqual([reset]);
    expect((await shown(reset)).status).toBe('running');
  });

  it('looks at others first after one that cannot be settled', async () => {
    const runId = await aRunThatTold();
    gateway.executions.set(runId, { ...OPEN, temporalRunId: 'execution-2' });
    const heardBefore = await lastHeard(runId);
    const retell = async (): Promise<never> => {
      throw new Error('Its history cannot be replayed.');
    };
    await expect(checkIdle({ ...ports, retell })).rejects.toThrow('Its history cannot be replayed.');
    while ((await lastHeard(runId)) <= heardBefore) await new Promise(setImmediate);
  });

  async function lastHeard(runId: RunId): Promise<number> {
    const idle = await ledger.store.runs.listOpenIdle({ olderThanMs: 0, limit: 1_000 });
    return Date.parse(idle.find((run) => run.runId === runId)?.lastHeardAt ?? '');
  }
});

describe('createConfirmer()', () => {
  it('publishes an end as soon as the execution is closed', async () => {
    const runId = await aRunThatTold(COMPLETED);
    gateway.executions.set(runId, OPEN);
    const confirmer = createConfirmer(ports);
    confirmer.expect(ledger.scope, runId, OPEN.temporalRunId);
    gateway.executions.set(runId, closed('completed'));
    while ((await shown(runId)).status === 'running') await new Promise(setImmediate);
    expect((await shown(runId)).status).toBe('completed');
    await confirmer.stop();
  });

  it('leaves to the reconciler what it cannot confirm', async () => {
    gateway.state = 'failing';
    const confirmer = createConfirmer(ports);
    confirmer.expect(ledger.scope, newRunId(), OPEN.temporalRunId);
    await expect(confirmer.stop()).resolves.toBeUndefined();
  });

  it('looks no more once it is stopped', async () => {
    const runId = await aRunThatTold(COMPLETED);
    gateway.executions.set(runId, closed('completed'));
    const confirmer = createConfirmer(ports);
    confirmer.expect(ledger.scope, runId, OPEN.temporalRunId);
    await confirmer.stop();
    expect((await shown(runId)).status).toBe('running');
  });
});
