import type { RunId, Scope } from '@baton/core';
import { settle, type ClosingPorts } from './closings.ts';

/** Publishes ends soon after they were stored: the execution closes a moment after the sink has committed. */
export interface Confirmer {
  /** Notes a run whose last event was stored, with Temporal's id of the execution that told it. */
  expect(scope: Scope, runId: RunId, temporalRunId: string): void;
  stop(): Promise<void>;
}

/** Creates a confirmer. Errors, and what is not closed soon, are left to the reconciler, which looks at the same runs later. */
export function createConfirmer(ports: ClosingPorts): Confirmer {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const { signal } = stopping;
  const confirm = async (scope: Scope, runId: RunId, temporalRunId: string): Promise<void> => {
    const execution = await ports.gateway.untilClosed(scope, runId, { temporalRunId, signal });
    if (execution !== null && !signal.aborted) await settle(ports, { scope, runId, execution });
  };
  return {
    expect(scope, runId, temporalRunId) {
      // The reconciler confirms what this quick way could not.
      const confirming = confirm(scope, runId, temporalRunId).catch(() => undefined);
      underWay.add(confirming);
      void confirming.then(() => underWay.delete(confirming));
    },
    async stop() {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}
