import type { HumanTaskRepository, RunRepository } from '@baton/store';
import { snapshotFromJson, type Gateway } from '@baton/temporal-client';

/** What starting accepted runs needs. */
export interface StartPorts {
  readonly runs: RunRepository;
  readonly gateway: Gateway;
}

/** Runs started in one round. */
const BATCH = 50;

/**
 * Starts accepted runs that Temporal does not know: their start failed or stayed ambiguous. A child run is its
 * parent's to start as long as the parent is open. True when there may be more.
 */
export async function startAccepted({ runs, gateway }: StartPorts): Promise<boolean> {
  const unstarted = await runs.listUnstarted({ olderThanMs: 2_000, limit: BATCH });
  for (const { scope, run, snapshot } of unstarted) {
    const known = await gateway.describe(scope, run.id);
    if (known !== null) await runs.markStarted(scope, run.id, known.temporalRunId);
    else if (run.parent === null) {
      await gateway.start(snapshotFromJson(snapshot));
      const started = await gateway.describe(scope, run.id);
      if (started !== null) await runs.markStarted(scope, run.id, started.temporalRunId);
    } else {
      const parent = await runs.get(scope, run.parent.runId);
      if (parent === null || parent.endedAt !== null) {
        await runs.closeFromOutside(scope, run.id, { status: 'canceled', origin: 'reconciler' });
      }
    }
  }
  return unstarted.length === BATCH;
}

/** Decisions signalled again in one round. */
const DECISIONS = 100;

/** Signals decisions again whose run has not said that it knows. True when there may be more. */
export async function signalUnacknowledged(ports: {
  readonly humanTasks: HumanTaskRepository;
  readonly gateway: Gateway;
}): Promise<boolean> {
  const waiting = await ports.humanTasks.listUnacknowledged({ olderThanMs: 10_000, limit: DECISIONS });
  for (const { workflowId, taskId, outcomeId } of waiting) {
    await ports.gateway.humanTaskDecided(workflowId, { humanTaskId: taskId, decisionId: outcomeId });
  }
  return waiting.length === DECISIONS;
}
