import type { LocalCall } from '@baton/temporal-activities';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalChain, type LocalChain, type Ways } from './local-chain.ts';

let ends: number;
let chain: LocalChain;

beforeEach(() => {
  ends = 0;
  chain = createLocalChain(async () => {
    ends += 1;
  });
});

/** A call that says which way it went. */
const waysOf = (told: LocalCall<string> = { tookMs: 1, result: 'locally' }): Ways<string> => ({
  local: async () => told,
  ordinary: async (goesOn) => (goesOn ? 'joined' : 'ordinarily'),
});

describe('createLocalChain()', () => {
  it('ends the workflow task before the eleventh call in a row', async () => {
    for (let call = 1; call <= 10; call += 1) await chain.deliver(waysOf());
    expect(ends).toBe(0);
    expect(await chain.deliver(waysOf())).toBe('locally');
    expect(ends).toBe(1);
    for (let call = 2; call <= 10; call += 1) await chain.deliver(waysOf());
    expect(ends).toBe(1);
  });

  it('ends it once its calls have told that they took half a second, or one has failed', async () => {
    await chain.deliver(waysOf({ tookMs: 499, result: 'a' }));
    await chain.deliver(waysOf());
    expect(ends).toBe(0);
    await chain.deliver(waysOf());
    expect(ends).toBe(1);
    const failing = chain.deliver({ ...waysOf(), local: () => Promise.reject(new Error('no')) });
    await expect(failing).rejects.toThrow('no');
    await chain.deliver(waysOf());
    expect(ends).toBe(2);
  });

  it('begins anew with what comes from outside', async () => {
    for (let call = 1; call <= 10; call += 1) await chain.deliver(waysOf());
    chain.begin();
    for (let call = 1; call <= 10; call += 1) await chain.deliver(waysOf());
    expect(ends).toBe(0);
  });

  it('joins what takes too long for a workflow task with an ordinary activity', async () => {
    expect(await chain.deliver(waysOf({ tookMs: 4_000, goesOn: true }))).toBe('joined');
  });

  it('makes one call at a time; others are ordinary', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<LocalCall<string>>();
    const slow: Ways<string> = { ...waysOf(), local: () => answered };
    const all = Array.from({ length: 3 }, () => chain.deliver(slow));
    expect(chain.isCalling()).toBe(true);
    answer({ tookMs: 5, result: 'locally' });
    expect(await Promise.all(all)).toEqual(['locally', 'ordinarily', 'ordinarily']);
    expect(chain.isCalling()).toBe(false);
    expect(await chain.deliver(waysOf())).toBe('locally');
  });
});
