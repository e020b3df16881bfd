import type { AgentConcurrency, RunId } from '@baton/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { AskedCall, ReleasedCall } from './agent-calls.ts';
import { newRunId, otherScope } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
let owner: pg.Client;
beforeAll(async () => {
  fixture = await createStoreFixture();
  owner = new pg.Client({ connectionString: fixture.ownerUrl });
  await owner.connect();
}, 60_000);
beforeEach(() => owner.query('TRUNCATE agent_calls, outbox'));
afterAll(async () => {
  await owner.end();
  await fixture.stop();
});

const ask = (key: string, limits: AgentConcurrency, more: Partial<AskedCall> = {}): AskedCall => ({
  key,
  agent: 'writer',
  version: '1.0.0',
  runId: newRunId(),
  stepId: 1,
  workflowId: `workspace.${key}`,
  limits,
  holder: `holder of ${key}`,
  leaseMs: 60_000,
  patienceMs: 60_000,
  ...more,
});

/** Asks, and says how it went: granted, or how many go first. */
async function admit(key: string, limits: AgentConcurrency, more: Partial<AskedCall> = {}): Promise<unknown> {
  const told = await fixture.store.agentCalls.admit(fixture.scope, ask(key, limits, more));
  return told.outcome === 'granted' ? 'granted' : told.ahead;
}

const release = (key: string, more: Partial<ReleasedCall> = {}): Promise<void> =>
  fixture.store.agentCalls.release(fixture.scope, {
    key,
    agent: 'writer',
    holder: `holder of ${key}`,
    ...more,
  });

/** Keys of the calls that were woken since this was asked last. */
async function woken(): Promise<readonly unknown[]> {
  const messages = await fixture.store.outbox.takeDue({ limit: 500 });
  return messages.map(({ kind, body }) => (kind === 'agent_call_due' ? body['key'] : kind));
}

/** Lets what was granted or woken run out. */
const runOut = (...keys: string[]): Promise<unknown> =>
  owner.query(`UPDATE agent_calls SET expires_at = now() - interval '1 second' WHERE key = ANY($1)`, [keys]);

describe('admit()', () => {
  it('grants as many as may be, and tells the others how many go first', async () => {
    const limits = { max: 2 };
    expect([await admit('a', limits), await admit('b', limits)]).toEqual(['granted', 'granted']);
    expect([await admit('c', limits), await admit('d', limits)]).toEqual([0, 1]);
    expect(await admit('e', limits, { agent: 'reader' })).toBe('granted');
  });

  it('takes the same key for the same call: a holder holds on, one that waits keeps its place', async () => {
    const limits = { max: 1 };
    await admit('a', limits);
    await admit('b', limits);
    await admit('c', limits);
    expect([await admit('a', limits), await admit('b', limits), await admit('c', limits)]).toEqual([
      'granted',
      0,
      1,
    ]);
    await release('a');
    expect([await admit('c', limits), await admit('d', limits), await admit('b', limits)]).toEqual([
      1,
      2,
      'granted',
    ]);
  });

  it('counts versions by themselves, and all of them for the workspace', async () => {
    const second = { version: '2.0.0' };
    await admit('a', { max: 1 });
    expect(await admit('b', { max: 1 }, second)).toBe('granted');
    expect(await admit('c', { perWorkspace: 3 }, { version: '3.0.0' })).toBe('granted');
    expect(await admit('d', { perWorkspace: 3 }, { version: '3.0.0' })).toBe(0);
  });

  it('lets a call of another version pass those that could not go anyway, and no others', async () => {
    const narrow = { max: 1, perWorkspace: 3 };
    const second = { version: '2.0.0' };
    await admit('a', narrow);
    expect(await admit('b', narrow)).toBe(0);
    expect(await admit('c', { perWorkspace: 3 }, second)).toBe('granted');
    expect(await admit('d', { perWorkspace: 3 }, second)).toBe('granted');
    expect(await admit('e', { perWorkspace: 3 }, second)).toBe(1);
    await release('a');
    // There is room for one, and the one that waits longer has it.
    expect(await admit('e', { perWorkspace: 3 }, second)).toBe(1);
    expect(await admit('b', narrow)).toBe('granted');
  });

  it('passes over those that do not ask again, who keep their places', async () => {
    const limits = { max: 1 };
    await admit('a', limits);
    await admit('b', limits);
    await admit('c', limits);
    await runOut('b');
    expect(await admit('c', limits)).toBe(0);
    expect(await admit('b', limits)).toBe(0);
    expect(await admit('c', limits)).toBe(1);
  });

  it('gives the place of a holder that has died to others, and the holder its turn again', async () => {
    const limits = { max: 1 };
    await admit('a', limits);
    await admit('b', limits);
    await runOut('a');
    expect(await admit('b', limits)).toBe('granted');
    expect(await admit('a', limits)).toBe(0);
  });

  it('serves two hundred that ask at once: never more than may be, first come, first served, all in the end', async () => {
    const limits = { max: 7 };
    const keys = Array.from({ length: 200 }, (_, n) => `call ${n}`);
    const held = new Set<string>();
    const served: string[] = [];
    let most = 0;
    const hold = (key: string): void => {
      held.add(key);
      served.push(key);
      most = Math.max(most, held.size);
    };
    const first = await Promise.all(keys.map((key) => admit(key, limits)));
    keys.filter((_, n) => first[n] === 'granted').forEach(hold);
    expect(held.size).toBe(7);
    const waiting = new Set(first.filter((ahead) => ahead !== 'granted'));
    expect(waiting).toEqual(new Set(Array.from({ length: 193 }, (_, ahead) => ahead)));
    const { rows } = await owner.query<{ key: string }>('SELECT key FROM agent_calls ORDER BY place');
    const places = rows.map(({ key }) => key);
    while (held.size > 0) {
      const leaving = [...held].slice(0, 3);
      leaving.forEach((key) => held.delete(key));
      await Promise.all(leaving.map((key) => release(key)));
      const due = (await woken()).map(String).toSorted((a, b) => places.indexOf(a) - places.indexOf(b));
      // The last one that was woken asks first, and everybody asks twice.
      const told = await Promise.all([...due.toReversed(), ...due].map((key) => admit(key, limits)));
      expect(new Set(told)).toEqual(new Set(due.length === 0 ? [] : ['granted']));
      due.forEach(hold);
    }
    expect(most).toBe(7);
    expect(served.toSorted()).toEqual(keys.toSorted());
    const early = new Set(served.slice(0, 7));
    expect(served.slice(7)).toEqual(places.filter((key) => !early.has(key)));
  }, 60_000);
});

describe('release()', () => {
  it('wakes whose turn it is, once, by the outbox', async () => {
    const limits = { max: 2 };
    for (const key of ['a', 'b', 'c', 'd', 'e']) await admit(key, limits);
    expect(await woken()).toEqual([]);
    await release('a');
    expect(await woken()).toEqual(['c']);
    await release('b');
    expect(await woken()).toEqual(['d']);
    await release('a');
    expect(await woken()).toEqual([]);
  });

  it('heeds the newest holder only, and those that wait when it is told to', async () => {
    const limits = { max: 1 };
    await admit('a', limits, { holder: 'lost worker' });
    await admit('a', limits, { holder: 'next worker' });
    await release('a', { holder: 'lost worker' });
    expect(await admit('b', limits)).toBe(0);
    await release('b');
    expect(await admit('c', limits)).toBe(1);
    await release('b', { orWaiting: true });
    expect(await admit('c', limits)).toBe(0);
    await release('a', { holder: 'lost worker', orWaiting: true });
    expect(await admit('c', limits)).toBe(0);
    await release('a', { holder: 'next worker' });
    expect(await admit('c', limits)).toBe('granted');
  });

  it('touches nothing of another workspace', async () => {
    await admit('a', { max: 1 });
    await fixture.store.agentCalls.release(otherScope(), {
      key: 'a',
      agent: 'writer',
      holder: 'holder of a',
    });
    expect(await admit('b', { max: 1 })).toBe(0);
  });
});

describe('renew()', () => {
  it('puts the end off for the holder, and tells who has lost it', async () => {
    const renew = (holder: string): Promise<boolean> =>
      fixture.store.agentCalls.renew(fixture.scope, { key: 'a', holder, leaseMs: 60_000 });
    await admit('a', { max: 1 }, { leaseMs: 1_000 });
    expect([await renew('holder of a'), await renew('somebody')]).toEqual([true, false]);
    const { rows } = await owner.query(
      `SELECT expires_at > now() + interval '30 seconds' AS later FROM agent_calls`,
    );
    expect(rows).toEqual([{ later: true }]);
    await runOut('a');
    expect(await renew('holder of a')).toBe(false);
  });
});

describe('callDue()', () => {
  it('wakes the next when a lease has run out, and when the one that was woken did not come', async () => {
    const limits = { max: 1 };
    for (const key of ['a', 'b', 'c']) await admit(key, limits);
    expect(await fixture.store.agentCalls.callDue()).toBe(0);
    await runOut('a');
    expect(await fixture.store.agentCalls.callDue()).toBe(1);
    expect(await fixture.store.agentCalls.callDue()).toBe(0);
    expect(await woken()).toEqual(['b']);
    await runOut('b');
    expect(await fixture.store.agentCalls.callDue()).toBe(1);
    expect(await woken()).toEqual(['c']);
    expect(await admit('b', limits)).toBe('granted');
  });

  it('heeds the limits of every version and of the workspace', async () => {
    const [wide, narrow] = [
      { max: 3, perWorkspace: 4 },
      { max: 1, perWorkspace: 4 },
    ];
    const second = { version: '2.0.0' };
    for (const key of ['a', 'b', 'c']) await admit(key, wide);
    await admit('d', narrow, second);
    await admit('e', narrow, second);
    await admit('f', wide);
    await runOut('a', 'b', 'd');
    expect(await fixture.store.agentCalls.callDue()).toBe(2);
    expect(await woken()).toEqual(expect.arrayContaining(['e', 'f']));
  });

  it('forgets what nobody has asked for in a day', async () => {
    await admit('a', { max: 1 });
    await owner.query(`UPDATE agent_calls SET expires_at = now() - interval '25 hours'`);
    await fixture.store.agentCalls.callDue();
    expect((await owner.query('SELECT key FROM agent_calls')).rows).toEqual([]);
  });
});

describe('ahead()', () => {
  it('counts for the calls of some runs that wait', async () => {
    const runs: RunId[] = [newRunId(), newRunId(), newRunId()];
    const [one, two, three] = runs;
    if (one === undefined || two === undefined || three === undefined) throw new Error('No runs.');
    const limits = { max: 1 };
    await admit('a', limits, { runId: one });
    await admit('b', limits, { runId: one, stepId: 2 });
    await admit('c', limits, { runId: two, stepId: 3 });
    await admit('d', { max: 1 }, { runId: three, version: '2.0.0' });
    await admit('e', { max: 1, perWorkspace: 1 }, { runId: three, version: '2.0.0', stepId: 4 });
    const told = await fixture.store.agentCalls.ahead(fixture.scope, runs);
    expect(told.toSorted((x, y) => x.stepId - y.stepId)).toEqual([
      { runId: one, stepId: 2, ahead: 0 },
      { runId: two, stepId: 3, ahead: 1 },
      { runId: three, stepId: 4, ahead: 2 },
    ]);
    expect(await fixture.store.agentCalls.ahead(otherScope(), runs)).toEqual([]);
    expect(await fixture.store.agentCalls.ahead(fixture.scope, [])).toEqual([]);
  });
});

describe('a run that is closed from outside', () => {
  it('waits for nothing and holds nothing any more', async () => {
    const { runId } = await fixture.accept();
    await admit('a', { max: 1 }, { runId });
    await admit('b', { max: 1 });
    await fixture.store.runs.closeFromOutside(fixture.scope, runId, {
      status: 'canceled',
      origin: 'reconciler',
    });
    expect(await fixture.store.agentCalls.callDue()).toBe(1);
    expect(await admit('b', { max: 1 })).toBe('granted');
  });
});
