import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedger } from './ledger.ts';
import type { Turn } from './rounds.ts';

const TURN: Turn = { throughput: 1, p50Ms: 1, latenciesMs: [1, 1] };
let seen: { calls: number; keys: number };
let server: Server;
let url: string;

beforeEach(async () => {
  seen = { calls: 5, keys: 5 };
  server = createServer((_request, response) => void response.end(JSON.stringify(seen)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const turnOf = (calls: number, keys: number) => () => {
  seen = { calls: seen.calls + calls, keys: seen.keys + keys };
  return Promise.resolve(TURN);
};

describe('check()', () => {
  it('lets a turn pass whose calls all reached the agent, also one that was made again', async () => {
    expect(await createLedger(url).check(3, turnOf(6, 6))).toBe(TURN);
    expect(await createLedger(url).check(3, turnOf(7, 6))).toBe(TURN);
  });

  it('rejects a turn whose calls did not all reach the agent, or under too few keys', async () => {
    await expect(createLedger(url).check(3, turnOf(5, 5))).rejects.toThrow(
      'The agent saw 5 calls with 5 keys, and 6 were wanted.',
    );
    await expect(createLedger(url).check(3, turnOf(6, 4))).rejects.toThrow('6 calls with 4 keys');
  });
});
