import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { freePort, startPostgres, startTemporal, type SupervisedProcess } from '@baton/stand';
import { startAgent, type AgentStandIn } from './agent-stand-in.ts';
import { createScenario, type Scenario } from './scenario.ts';
import { startStack, SUGGEST_AFTER, type Stack, type StackOptions } from './stack.ts';

const stopping: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
});

/** A stack of the scenario's own, which ends with it. */
export async function ownStack(options?: StackOptions): Promise<{ stack: Stack; scenario: Scenario }> {
  const stack = await startStack(options);
  stopping.push(() => stack.stop());
  return { stack, scenario: createScenario(stack.apiUrl) };
}

/** An agent that ends with the scenario. */
export async function ownAgent(...params: Parameters<typeof startAgent>): Promise<AgentStandIn> {
  const agent = await startAgent(...params);
  stopping.push(() => agent.stop());
  return agent;
}

/** A server of the scenario's own that can go away and come back with what it had. */
export interface OwnServer {
  /** Where it is: a URL, or host and port. */
  readonly address: string;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  again(): Promise<void>;
}

interface Running {
  readonly address: string;
  readonly process: Pick<SupervisedProcess, 'kill' | 'ended'>;
  stop(): Promise<void>;
}

/** A Temporal server on a database file. */
export function ownTemporal(): Promise<OwnServer> {
  return ownServer(async (folder, port) =>
    startTemporal({ dbFile: join(folder, 'temporal.db'), port, suggestContinueAsNewAfter: SUGGEST_AFTER }),
  );
}

/** A PostgreSQL that writes to disk as a real one does. */
export function ownPostgres(): Promise<OwnServer> {
  return ownServer(async (folder, port) => {
    const postgres = await startPostgres({ dataDir: join(folder, 'cluster'), port });
    return { address: postgres.url, process: postgres.process, stop: () => postgres.stop() };
  });
}

async function ownServer(start: (folder: string, port: number) => Promise<Running>): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-e2e-'));
  // PostgreSQL may run as another user, who must pass.
  await chmod(folder, 0o711);
  const port = await freePort();
  let running = await start(folder, port);
  const stop = (): Promise<void> => running.stop();
  stopping.push(() => rm(folder, { recursive: true, force: true }), stop);
  return {
    address: running.address,
    stop,
    async kill() {
      running.process.kill();
      await running.process.ended;
    },
    again: async () => {
      running = await start(folder, port);
    },
  };
}
