import type { RunId, Scope } from '@baton/core';
import type { RetellRun, RetellRepository } from '@baton/store';
import { retellRun, type RetellPorts, type Retold } from './retell-run.ts';

/** What a rebuild needs. */
export interface RebuildPorts extends Omit<RetellPorts, 'replayer'> {
  /** One for each lane; runs of different lanes are told at once. */
  readonly replayers: readonly RetellPorts['replayer'][];
  /** Closes an open run whose execution is closed, as the reconciler does. */
  readonly settle: (scope: Scope, runId: RunId) => Promise<unknown>;
}

/** A run that is named in the report. */
export interface NamedRun {
  readonly runId: RunId;
  readonly status: RetellRun['status'];
  /** Why, when it failed. */
  readonly error?: unknown;
}

/** What a rebuild came to. */
export interface RebuildReport {
  readonly rebuilt: number;
  /** Accepted runs that no execution was ever seen of: there is nothing to rebuild, and they will be started. */
  readonly unstarted: number;
  /** Runs whose older histories are not retained: rebuilt from the others. */
  readonly partly: readonly NamedRun[];
  /** Runs whose history is not retained: left as they were. */
  readonly withoutHistory: readonly NamedRun[];
  readonly failed: readonly NamedRun[];
}

/** Runs read from the database at once. */
const PAGE = 500;

/** How a rebuild is watched and stopped. */
export interface RebuildOptions {
  /** Told after each run how many have been looked at. */
  readonly onProgress: (looked: number) => void;
  /** Stops between two runs. */
  readonly signal: AbortSignal;
}

type Outcome = Retold | 'unstarted';

/** Rebuilds every run from its histories, as many at once as there are replayers; a run that fails keeps no other back. */
export async function rebuild(
  ports: RebuildPorts,
  { onProgress, signal }: RebuildOptions,
): Promise<RebuildReport> {
  const counts = { whole: 0, unstarted: 0 };
  const named: Record<'partly' | 'no_history' | 'failed', NamedRun[]> = {
    partly: [],
    no_history: [],
    failed: [],
  };
  const runs = allRuns(ports.retell);
  let looked = 0;
  const lane = async (replayer: RetellPorts['replayer']): Promise<void> => {
    for (;;) {
      const next = signal.aborted ? null : await runs.next();
      if (next === null || next.done === true) return;
      const { runId, status } = next.value;
      try {
        const outcome = await rebuildRun({ ...ports, replayer }, next.value);
        if (outcome === 'whole' || outcome === 'unstarted') counts[outcome] += 1;
        else named[outcome].push({ runId, status });
      } catch (error) {
        named.failed.push({ runId, status, error });
      }
      looked += 1;
      onProgress(looked);
    }
  };
  await Promise.all(ports.replayers.map(lane));
  return {
    rebuilt: counts.whole,
    unstarted: counts.unstarted,
    partly: named.partly,
    withoutHistory: named.no_history,
    failed: named.failed,
  };
}

async function* allRuns(retell: RetellRepository): AsyncGenerator<RetellRun> {
  let after: RetellRun | undefined;
  for (;;) {
    const page = await retell.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    after = page.at(-1);
    if (after === undefined) return;
  }
}

async function rebuildRun(ports: RebuildPorts & RetellPorts, run: RetellRun): Promise<Outcome> {
  const { scope, runId, ended, temporalRunId } = run;
  // What was published is told by the execution that ended so, whatever was reset after that.
  const retold = await retellRun(ports, { scope, runId, newest: ended ? temporalRunId : null });
  if (retold === 'no_history') return temporalRunId === null && !ended ? 'unstarted' : retold;
  if (!ended) await ports.settle(scope, runId);
  return retold;
}
