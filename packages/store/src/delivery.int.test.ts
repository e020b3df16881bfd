import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { BeginResult, IdempotencyClaim, IdempotencyParams } from './idempotency.ts';
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

describe('outbox', () => {
  const message = {
    kind: 'signal',
    workflowId: 'workspace.run',
    body: { name: 'go', payload: 'a\u0000' },
  } as const;
  const makeDue = (): Promise<unknown> =>
    owner.query(`UPDATE outbox SET next_attempt_at = now() - interval '1 second'`);

  it('gives each message to one taker, once, until its lease ends', async () => {
    const { outbox } = fixture.store;
    for (let n = 0; n < 30; n += 1) await outbox.enqueue(fixture.scope, message);
    const taken = await Promise.all(Array.from({ length: 10 }, () => outbox.takeDue({ limit: 10 })));
    const ids = taken.flat().map(({ id }) => id);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
    expect(await outbox.takeDue({ limit: 10 })).toEqual([]);

    await makeDue();
    const [again] = await outbox.takeDue({ limit: 1 });
    expect(again).toMatchObject({ ...message, scope: fixture.scope, attempts: 0 });
    for (const id of ids) await outbox.markDelivered(fixture.scope, id);
    await makeDue();
    expect(await outbox.takeDue({ limit: 10 })).toEqual([]);
    expect(await outbox.countPending()).toBe(0);
    expect(await outbox.sweep(60_000)).toBe(0);
    expect(await outbox.sweep(0)).toBe(30);
  });

  it('takes a message as soon as it is there', async () => {
    const { outbox } = fixture.store;
    // Half of all moments are rounded up to the millisecond, which must not make a message due later.
    for (let n = 0; n < 100; n += 1) {
      await outbox.enqueue(fixture.scope, message);
      const taken = await outbox.takeDue({ limit: 1 });
      expect(taken).toHaveLength(1);
      for (const { id } of taken) await outbox.markDelivered(fixture.scope, id);
    }
    expect(await outbox.sweep(0)).toBe(100);
  });

  it('puts a failed message back with a growing delay', async () => {
    const { outbox } = fixture.store;
    await outbox.enqueue(fixture.scope, message);
    const delays: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      await makeDue();
      const [taken] = await outbox.takeDue({ limit: 1 });
      expect(taken?.attempts).toBe(n);
      await outbox.reschedule(fixture.scope, taken?.id ?? '', 'Temporal is away');
      const { rows } = await owner.query<{ delay: number }>(
        `SELECT extract(epoch FROM next_attempt_at - now())::int AS delay FROM outbox WHERE id = $1`,
        [taken?.id],
      );
      delays.push(Number(rows[0]?.delay));
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('keeps no message that only wakes a call once it is delivered', async () => {
    const { outbox } = fixture.store;
    await owner.query('DELETE FROM outbox');
    await outbox.enqueue(fixture.scope, { kind: 'agent_call_due', workflowId: 'w', body: { key: 'k' } });
    const [taken] = await outbox.takeDue({ limit: 1 });
    await outbox.markDelivered(fixture.scope, taken?.id ?? '');
    expect((await owner.query('SELECT id FROM outbox')).rows).toEqual([]);
  });

  it('holds one message for one key', async () => {
    const before = await fixture.store.outbox.countPending();
    const cancel = { kind: 'cancel', workflowId: 'workspace.run', body: {}, key: 'cancel-1' } as const;
    await Promise.all(Array.from({ length: 5 }, () => fixture.store.outbox.enqueue(fixture.scope, cancel)));
    expect(await fixture.store.outbox.countPending()).toBe(before + 1);
  });
});

describe('idempotency', () => {
  const params = (key: string, more: Partial<IdempotencyParams> = {}): IdempotencyParams => ({
    key,
    method: 'POST',
    path: '/v1/workflows/a/runs',
    principal: 'local|ada',
    bodyHash: 'hash-1',
    ...more,
  });
  const response = { status: 202, headers: { location: '/v1/runs/1' }, body: { id: '1', text: 'a\u0000' } };
  const begin = (key: string, more?: Partial<IdempotencyParams>): Promise<BeginResult> =>
    fixture.store.idempotency.begin(fixture.scope, params(key, more));
  const claimOf = (result: BeginResult): IdempotencyClaim => {
    if (result.outcome !== 'fresh') throw new Error(`The key is ${result.outcome}.`);
    return result.claim;
  };

  it('lets one of fifty requests through and gives its answer to the others', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => begin('crowd')));
    const fresh = results.filter(({ outcome }) => outcome === 'fresh');
    expect(fresh).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'in_flight')).toHaveLength(49);
    const [first] = fresh;
    if (first === undefined) throw new Error('Nobody was first.');
    expect(await fixture.store.idempotency.complete(claimOf(first), response)).toBe(true);
    expect(await begin('crowd')).toEqual({ outcome: 'replay', response });
    expect(await begin('crowd', { bodyHash: 'hash-2' })).toEqual({ outcome: 'mismatch' });
  });

  it('tells keys of other paths, people and workspaces apart', async () => {
    const others = [
      await begin('apart'),
      await begin('apart', { path: '/v1/agents/a/invocations' }),
      await begin('apart', { principal: 'local|bob' }),
      await fixture.store.idempotency.begin(otherScope(), params('apart')),
    ];
    expect(others.map(({ outcome }) => outcome)).toEqual(['fresh', 'fresh', 'fresh', 'fresh']);
  });

  it('frees a key whose request did nothing', async () => {
    const claim = claimOf(await begin('freed'));
    expect((await begin('freed')).outcome).toBe('in_flight');
    await fixture.store.idempotency.abandon(claim);
    expect((await begin('freed')).outcome).toBe('fresh');
  });

  it('hands a key in flight for over a minute on, and refuses the late answer', async () => {
    const claim = claimOf(await begin('lost'));
    await owner.query(
      `UPDATE idempotency_keys SET claimed_at = now() - interval '61 seconds' WHERE key = 'lost'`,
    );
    expect((await begin('lost', { bodyHash: 'hash-2' })).outcome).toBe('mismatch');
    const taken = claimOf(await begin('lost'));
    expect(await fixture.store.idempotency.complete(claim, response)).toBe(false);
    expect(await fixture.store.idempotency.complete(taken, response)).toBe(true);
  });

  it('forgets what has expired', async () => {
    await fixture.store.idempotency.complete(claimOf(await begin('old')), response);
    await owner.query(
      `UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = 'old'`,
    );
    expect((await begin('old', { bodyHash: 'hash-2' })).outcome).toBe('fresh');
    await owner.query(
      `UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = 'old'`,
    );
    expect(await fixture.store.idempotency.sweep()).toBe(1);
  });
});

describe('artifacts', () => {
  it('are found by the hash of their bytes, in their workspace', async () => {
    const { artifacts } = fixture.store;
    const body = Uint8Array.from([0, 1, 2, 255]);
    const [first, second] = await Promise.all([
      artifacts.put(fixture.scope, { mediaType: 'application/octet-stream', body }),
      artifacts.put(fixture.scope, { mediaType: 'application/octet-stream', body }),
    ]);
    expect(first).toEqual(second);
    const found = await artifacts.get(fixture.scope, first.sha256);
    expect(found).toMatchObject({ size: 4, mediaType: 'application/octet-stream' });
    expect([...(found?.body ?? [])]).toEqual([...body]);
    expect(await artifacts.get(otherScope(), first.sha256)).toBeNull();
    expect(await artifacts.get(fixture.scope, 'none')).toBeNull();
  });

  it('keep a body of a megabyte', async () => {
    const body = new Uint8Array(1_048_576).fill(7);
    const { sha256 } = await fixture.store.artifacts.put(fixture.scope, { mediaType: 'a/b', body });
    expect((await fixture.store.artifacts.get(fixture.scope, sha256))?.body.byteLength).toBe(body.byteLength);
  });
});
