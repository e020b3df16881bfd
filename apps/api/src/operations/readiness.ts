import type { Readiness } from '@baton/contracts';
import type { Store } from '@baton/store';
import type { RunGateway } from '../runs/run-gateway.ts';

/** What readiness looks at. */
export interface ReadinessPorts {
  readonly store: Pick<Store, 'ping'>;
  readonly gateway: Pick<RunGateway, 'ping' | 'lastWorkerPollAt'>;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

const WORKER_SILENCE_MS = 120_000;

/** Asks PostgreSQL, Temporal and, through Temporal, for a worker seen polling within two minutes. */
export async function readiness(ports: ReadinessPorts): Promise<Readiness> {
  const found = await Promise.all([postgres(ports), temporal(ports)]);
  const missing = found.filter((sentence) => sentence !== null);
  return { ready: missing.length === 0, missing };
}

async function postgres({ store }: ReadinessPorts): Promise<string | null> {
  try {
    await store.ping();
    return null;
  } catch {
    // Whatever the reason, what counts is that it does not answer.
    return 'PostgreSQL does not answer.';
  }
}

async function temporal({ gateway, nowMs }: ReadinessPorts): Promise<string | null> {
  try {
    await gateway.ping();
    const polledAt = await gateway.lastWorkerPollAt();
    const silent = polledAt === null || nowMs() - polledAt.getTime() > WORKER_SILENCE_MS;
    return silent ? 'No worker of ours was seen polling Temporal within 2 minutes.' : null;
  } catch {
    // Whatever the reason, what counts is that it does not answer.
    return 'Temporal does not answer.';
  }
}
