import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLocalChain } from './local-chain.ts';

let historyLength: number;
let ends: number;
const task = {
  historyLength: () => historyLength,
  end: async () => {
    ends += 1;
  },
};

beforeEach(() => {
  jest.useFakeTimers();
  historyLength = 3;
  ends = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

describe('createLocalChain()', () => {
  it('ends the workflow task before the eleventh call in a row', async () => {
    const chain = createLocalChain(task);
    for (let call = 1; call <= 10; call += 1) await chain.link();
    expect(ends).toBe(0);
    await chain.link();
    expect(ends).toBe(1);
  });

  it('ends the workflow task once its calls have taken a second', async () => {
    const chain = createLocalChain(task);
    await chain.link();
    jest.advanceTimersByTime(999);
    await chain.link();
    expect(ends).toBe(0);
    jest.advanceTimersByTime(1);
    await chain.link();
    expect(ends).toBe(1);
  });

  it('begins anew in each workflow task', async () => {
    const chain = createLocalChain(task);
    for (let call = 1; call <= 10; call += 1) await chain.link();
    historyLength = 7;
    jest.advanceTimersByTime(5_000);
    for (let call = 1; call <= 10; call += 1) await chain.link();
    expect(ends).toBe(0);
  });
});
