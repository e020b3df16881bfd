import type { RunId, Scope } from '@baton/core';
import { settleRun, type ClosingPorts } from './closings.ts';

/** Publishes ends soon after they were stored: the execution closes a moment after the sink has committed. */
export interface Confirmer {
  /** Notes a run whose last event was stored. */
  expect(scope: Scope, runId: RunId): void;
  stop(): Promise<void>;
}

/** Waits between looks, in milliseconds; what is not closed after the last is left to the reconciler. */
const LOOKS = [4, 8, 16, 32, 64, 128, 256, 512];

/** Creates a confirmer. Errors are left to the reconciler, which looks at the same runs later. */
export function createConfirmer(ports: ClosingPorts): Confirmer {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const look = async (scope: Scope, runId: RunId): Promise<void> => {
    for (const waitMs of LOOKS) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (stopping.signal.aborted || (await settleRun(ports, scope, runId))) return;
    }
  };
  return {
    expect(scope, runId) {
      // The reconciler confirms what this quick way could not.
      const looking = look(scope, runId).catch(() => undefined);
      underWay.add(looking);
      void looking.then(() => underWay.delete(looking));
    },
    async stop() {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}
