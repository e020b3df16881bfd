import type { Turn } from './rounds.ts';

/** The agent's own count of what reached it. */
export interface Ledger {
  /** Takes a turn, and rejects unless each of its operations made this many calls, each with a key of its own. */
  check(callsPerOperation: number, take: () => Promise<Turn>): Promise<Turn>;
}

interface Count {
  readonly calls: number;
  readonly keys: number;
}

/** The ledger of the agent at a URL. */
export function createLedger(agentUrl: string): Ledger {
  const read = async (): Promise<Count> => {
    const response = await fetch(`${agentUrl}/ledger`);
    const count: unknown = await response.json();
    return { calls: numberOf(count, 'calls'), keys: numberOf(count, 'keys') };
  };
  return {
    async check(callsPerOperation, take) {
      const before = await read();
      const turn = await take();
      const after = await read();
      const wanted = turn.latenciesMs.length * callsPerOperation;
      const keys = after.keys - before.keys;
      const calls = after.calls - before.calls;
      if (keys !== wanted || calls < wanted)
        throw new Error(`The agent saw ${calls} calls with ${keys} keys, and ${wanted} were wanted.`);
      return turn;
    },
  };
}

function numberOf(count: unknown, name: string): number {
  const fields = new Map<string, unknown>(
    typeof count === 'object' && count !== null ? Object.entries(count) : [],
  );
  return Number(fields.get(name));
}
