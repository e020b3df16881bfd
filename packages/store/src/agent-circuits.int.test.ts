import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { AgentCircuit, CircuitRules } from './agent-circuits.ts';
import { otherScope } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
let owner: pg.Client;
beforeAll(async () => {
  fixture = await createStoreFixture();
  owner = new pg.Client({ connectionString: fixture.ownerUrl });
  await owner.connect();
}, 60_000);
afterAll(async () => {
  await owner.end();
  await fixture.stop();
});

const RULES: CircuitRules = {
  failures: 3,
  deliveries: 2,
  lastingMs: 0,
  coolDownMs: 30_000,
  longestCoolDownMs: 100_000,
};

let agents = 0;

/** Calls of an agent version of a test's own. */
function anAgent() {
  agents += 1;
  const of = { agent: `writer-${agents}`, version: '1.0.0' };
  const { agentCircuits } = fixture.store;
  return {
    of,
    get: (): Promise<AgentCircuit> => agentCircuits.get(fixture.scope, of),
    failed: (key: string, rules: Partial<CircuitRules> = {}): Promise<AgentCircuit> =>
      agentCircuits.failed(fixture.scope, { ...of, key }, { ...RULES, ...rules }),
    succeeded: (): Promise<void> => agentCircuits.succeeded(fixture.scope, of),
    probe: (key: string): Promise<boolean> => agentCircuits.probe(fixture.scope, { ...of, key }, 60_000),
    /** Lets the cool-down be over. */
    coolDown: (): Promise<unknown> =>
      owner.query(`UPDATE agent_circuits SET retry_at = now() WHERE agent = $1`, [of.agent]),
  };
}

describe('a circuit', () => {
  it('opens after so many failures in a row', async () => {
    const agent = anAgent();
    expect(await agent.get()).toEqual({
      state: 'closed',
      failures: 0,
      since: null,
      retryAt: null,
      retryAfterMs: 0,
    });
    await agent.failed('a');
    expect(await agent.failed('b')).toMatchObject({ state: 'closed', failures: 2 });
    const opened = await agent.failed('a');
    expect(opened).toMatchObject({
      state: 'open',
      failures: 3,
      since: expect.any(String),
      retryAt: expect.any(String),
    });
    expect(opened.retryAfterMs).toBeGreaterThan(29_000);
    expect(opened.retryAfterMs).toBeLessThan(30_010);
    expect(await agent.get()).toMatchObject({ state: 'open', since: opened.since });
    const elsewhere = await fixture.store.agentCircuits.get(otherScope(), agent.of);
    expect(elsewhere).toMatchObject({ state: 'closed' });
    const newer = await fixture.store.agentCircuits.get(fixture.scope, { ...agent.of, version: '1.0.1' });
    expect(newer).toMatchObject({ state: 'closed' });
  });

  it('takes a success for a new beginning', async () => {
    const agent = anAgent();
    for (const key of ['a', 'b']) await agent.failed(key);
    await agent.succeeded();
    expect(await agent.failed('c')).toMatchObject({ state: 'closed', failures: 1 });
  });

  it('stays closed while all failures are of one delivery', async () => {
    const agent = anAgent();
    for (let n = 1; n <= 5; n += 1)
      expect(await agent.failed('a')).toMatchObject({ state: 'closed', failures: n });
    expect(await agent.failed('b')).toMatchObject({ state: 'open' });
  });

  it('stays closed while the failures have not lasted', async () => {
    const agent = anAgent();
    for (const key of ['a', 'b', 'c', 'd'])
      expect(await agent.failed(key, { lastingMs: 10_000 })).toMatchObject({ state: 'closed' });
    await owner.query(
      `UPDATE agent_circuits SET failing_since = now() - interval '10 seconds' WHERE agent = $1`,
      [agent.of.agent],
    );
    expect(await agent.failed('e', { lastingMs: 10_000 })).toMatchObject({ state: 'open' });
  });

  it('lets one call try when it has cooled down, and is closed by its success', async () => {
    const agent = anAgent();
    for (const key of ['a', 'b', 'c']) await agent.failed(key);
    expect(await agent.probe('d')).toBe(false);
    await agent.coolDown();
    expect(await agent.get()).toMatchObject({ state: 'half-open', retryAfterMs: 0 });
    expect([await agent.probe('d'), await agent.probe('e'), await agent.probe('d')]).toEqual([
      true,
      false,
      true,
    ]);
    await agent.succeeded();
    expect(await agent.get()).toMatchObject({ state: 'closed', failures: 0 });
    expect(await agent.probe('d')).toBe(false);
  });

  it('is open for twice as long, up to a limit, whenever the call that tried has failed', async () => {
    const agent = anAgent();
    for (const key of ['a', 'b', 'c']) await agent.failed(key);
    const lengths: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      await agent.coolDown();
      await agent.probe('d');
      // A call that began before the circuit opened says nothing new.
      expect(await agent.failed('a')).toMatchObject({ state: 'half-open' });
      const { state, retryAfterMs } = await agent.failed('d');
      expect(state).toBe('open');
      lengths.push(Math.round(retryAfterMs / 10_000) * 10_000);
    }
    expect(lengths).toEqual([60_000, 100_000, 100_000]);
  });

  it('lets another call try when the one that tried was lost', async () => {
    const agent = anAgent();
    for (const key of ['a', 'b', 'c']) await agent.failed(key);
    await agent.coolDown();
    await agent.probe('d');
    await owner.query(`UPDATE agent_circuits SET probe_until = now() WHERE agent = $1`, [agent.of.agent]);
    expect([await agent.probe('e'), await agent.probe('d')]).toEqual([true, false]);
  });
});

describe('kept answers', () => {
  const kept = (key: string, reply: string, ttlMs = 60_000) =>
    fixture.store.agentReplies.put(fixture.scope, { key, agent: 'writer', version: '1.0.0', reply, ttlMs });

  it('are given until they are too old, in their workspace', async () => {
    const { agentReplies } = fixture.store;
    expect(await agentReplies.get(fixture.scope, 'k')).toBeNull();
    await kept('k', 'old');
    await kept('k', 'new \0');
    expect(await agentReplies.get(fixture.scope, 'k')).toBe('new \0');
    expect(await agentReplies.get(otherScope(), 'k')).toBeNull();
    await kept('k', 'gone', -1);
    expect(await agentReplies.get(fixture.scope, 'k')).toBeNull();
    expect([await agentReplies.sweep(), await agentReplies.sweep()]).toEqual([1, 0]);
  });
});
