import { describe, expect, it, jest } from '@jest/globals';
import { createLoop, type LoopParams } from './loop.ts';

/** Rounds that end when the test says so. */
function steered() {
  const ends: ((more: boolean) => void)[] = [];
  let begun: () => void = () => undefined;
  const round = jest.fn<LoopParams['round']>(
    () =>
      new Promise((resolve) => {
        ends.push(resolve);
        begun();
      }),
  );
  const next = async (): Promise<(more: boolean) => void> => {
    if (ends.length === 0) await new Promise<void>((resolve) => (begun = resolve));
    const end = ends.shift();
    if (end === undefined) throw new Error('No round has begun.');
    return end;
  };
  return { round, next };
}

const never = 2 ** 31 - 1;
const unexpected = (_name: string, error: unknown): never => {
  throw error;
};

describe('createLoop()', () => {
  it('begins with a round, and goes on at once while there is more', async () => {
    const { round, next } = steered();
    const loop = createLoop({ name: 'x', everyMs: never, round, onError: unexpected });
    loop.start();
    (await next())(true);
    (await next())(true);
    (await next())(false);
    await loop.stop();
    expect(round).toHaveBeenCalledTimes(3);
  });

  it('runs a round at every tick', async () => {
    const { round, next } = steered();
    const loop = createLoop({ name: 'x', everyMs: 1, round, onError: unexpected });
    loop.start();
    (await next())(false);
    (await next())(false);
    (await next())(false);
    await loop.stop();
    expect(round.mock.calls.length).toBeGreaterThanOrEqual(3);
  });

  it('runs a round when it is woken from its pause, and after the round in which it was woken', async () => {
    const { round, next } = steered();
    const loop = createLoop({ name: 'x', everyMs: never, round, onError: unexpected });
    loop.start();
    const first = await next();
    loop.wake();
    first(false);
    (await next())(false);
    await new Promise(setImmediate);
    loop.wake();
    (await next())(false);
    await loop.stop();
    expect(round).toHaveBeenCalledTimes(3);
  });

  it('tells of a round that failed, by name, and goes on', async () => {
    const told: unknown[] = [];
    let rounds = 0;
    const twice = new Promise<void>((resolve) => {
      const loop = createLoop({
        name: 'relay',
        everyMs: 1,
        round: async () => {
          rounds += 1;
          if (rounds === 1) throw new Error('no');
          void loop.stop().then(resolve);
          return false;
        },
        onError: (name, error) => told.push([name, error]),
      });
      loop.start();
    });
    await twice;
    expect(told).toEqual([['relay', new Error('no')]]);
  });

  it('stops only when the round under way has ended, which is told to hurry', async () => {
    const { round, next } = steered();
    const loop = createLoop({ name: 'x', everyMs: never, round, onError: unexpected });
    loop.start();
    const end = await next();
    const stopped = jest.fn();
    const stopping = loop.stop().then(stopped);
    expect(round.mock.calls[0]?.[0].aborted).toBe(true);
    await new Promise(setImmediate);
    expect(stopped).not.toHaveBeenCalled();
    end(true);
    await stopping;
    expect(round).toHaveBeenCalledTimes(1);
  });

  it('stops although it was never started', async () => {
    const { round } = steered();
    await createLoop({ name: 'x', everyMs: 1, round, onError: unexpected }).stop();
    expect(round).not.toHaveBeenCalled();
  });
});
