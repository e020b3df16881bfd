import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mintCallbackToken, readCallbackToken } from './callback-token.ts';
import type { NewCallback } from './callbacks.ts';
import { otherScope } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await createStoreFixture();
}, 60_000);
afterAll(() => fixture.stop());

const SENT = { mediaType: 'application/json', body: '{"a":1}' };

/** A URL of a delivery; by default of a new one. */
async function opened(more: Partial<NewCallback> = {}): Promise<{ key: string; tokenHash: string }> {
  const { tokenHash } = mintCallbackToken(fixture.scope);
  const callback = { tokenHash, key: randomUUID(), workflowId: 'w-1', expiresInMs: 60_000, ...more };
  await fixture.store.callbacks.open(fixture.scope, callback);
  return callback;
}

const answer = (tokenHash: string, sent = SENT) =>
  fixture.store.callbacks.answer(fixture.scope, tokenHash, sent);
const find = (key: string) => fixture.store.callbacks.find(fixture.scope, key);

describe('callback tokens', () => {
  it('carry their workspace, and nothing that can be guessed', () => {
    const { token, tokenHash } = mintCallbackToken(fixture.scope);
    expect(token).toMatch(/^[\w-]{64}$/);
    expect(readCallbackToken(token)).toEqual({ scope: fixture.scope, tokenHash });
    expect(mintCallbackToken(fixture.scope).token).not.toBe(token);
    for (const wrong of ['', 'x', `${token}a`, token.slice(1), `${token.slice(1)}/`])
      expect(readCallbackToken(wrong)).toBeNull();
  });
});

describe('answer()', () => {
  it('takes one answer, and wakes the run in the same transaction', async () => {
    const { key, tokenHash } = await opened();
    expect(await find(key)).toMatchObject({ kind: 'open', accepted: false });
    await fixture.store.callbacks.accept(fixture.scope, key);
    expect(await find(key)).toMatchObject({ kind: 'open', accepted: true });
    expect(await fixture.store.callbacks.look(fixture.scope, tokenHash)).toBe('open');
    expect(await answer(tokenHash)).toBe('received');
    expect(await answer(tokenHash, { ...SENT, body: '2' })).toBe('taken');
    expect(await find(key)).toEqual({ kind: 'answered', ...SENT });
    const due = await fixture.store.outbox.takeDue({ limit: 100 });
    expect(due.filter(({ body }) => body['key'] === key)).toMatchObject([
      { kind: 'agent_called_back', workflowId: 'w-1' },
    ]);
  });

  it('takes the first of many answers at once, whichever URL of the delivery they come to', async () => {
    const { key, tokenHash } = await opened();
    const again = await opened({ key });
    const outcomes = await Promise.all(
      [tokenHash, again.tokenHash, tokenHash, again.tokenHash].map((hash) => answer(hash)),
    );
    expect(outcomes.toSorted()).toEqual(['received', 'taken', 'taken', 'taken']);
  });

  it('knows no token of another workspace, and none that was never minted', async () => {
    const { tokenHash } = await opened();
    expect(await fixture.store.callbacks.answer(otherScope(), tokenHash, SENT)).toBe('unknown');
    expect(await answer('0'.repeat(64))).toBe('unknown');
  });

  it('takes nothing late, and nothing that is not wanted any more', async () => {
    const late = await opened({ expiresInMs: 0 });
    expect(await answer(late.tokenHash)).toBe('gone');
    expect(await find(late.key)).toBeNull();
    const { key, tokenHash } = await opened();
    await answer(tokenHash);
    await fixture.store.callbacks.close(fixture.scope, key);
    expect(await answer(tokenHash)).toBe('gone');
    expect(await find(key)).toBeNull();
    const next = await opened({ key });
    expect(await answer(next.tokenHash)).toBe('received');
  });
});

describe('sweep()', () => {
  it('removes what expired long ago', async () => {
    const { tokenHash } = await opened({ expiresInMs: -1_000 });
    await fixture.store.callbacks.sweep(60_000);
    expect(await answer(tokenHash)).toBe('gone');
    await fixture.store.callbacks.sweep(500);
    expect(await answer(tokenHash)).toBe('unknown');
  });
});
