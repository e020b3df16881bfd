import { describe, expect, it } from '@jest/globals';
import { runRounds, type Contender } from './rounds.ts';

interface Log {
  readonly turns: string[];
  underWay: number;
  most: number;
}

const contender = (name: string, log: Log): Contender => ({
  name,
  prepare: (count) => {
    log.turns.push(name);
    const operation = async (): Promise<void> => {
      log.underWay += 1;
      log.most = Math.max(log.most, log.underWay);
      await new Promise((resolve) => setImmediate(resolve));
      log.underWay -= 1;
    };
    return Promise.resolve(Array.from({ length: count }, () => operation));
  },
  settle: () => Promise.resolve(),
});

const log = (): Log => ({ turns: [], underWay: 0, most: 0 });

describe('runRounds()', () => {
  it('takes turns, and begins each round with another contender', async () => {
    const seen = log();
    const contenders = ['a', 'b', 'c'].map((name) => contender(name, seen));
    await runRounds({ contenders, rounds: 3, turnMs: 0, concurrency: 1 });
    // Each warms up before the rounds begin.
    expect(seen.turns.join(' ')).toBe('a b c a b c b c a c a b');
  });

  it('has as many operations under way as it is told, and times each of them', async () => {
    const seen = log();
    const turns = await runRounds({
      contenders: [contender('a', seen)],
      rounds: 2,
      turnMs: 0,
      concurrency: 7,
    });
    expect(seen.most).toBe(7);
    expect(turns.get('a')?.map(({ latenciesMs }) => latenciesMs.length)).toEqual([7, 7]);
  });

  it('begins no round once its time is over, but measures one', async () => {
    const contenders = [contender('a', log()), contender('b', log())];
    const turns = await runRounds({ contenders, rounds: 5, turnMs: 0, concurrency: 1, budgetMs: 0 });
    expect([...turns.values()].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('rejects when a result is wrong', async () => {
    const wrong: Contender = {
      ...contender('wrong', log()),
      prepare: () => Promise.resolve([() => Promise.reject(new Error('2 was wanted.'))]),
    };
    await expect(runRounds({ contenders: [wrong], rounds: 1, turnMs: 0, concurrency: 1 })).rejects.toThrow(
      '2 was wanted.',
    );
  });
});
