import { workflowIdOf, type NumberedTrace, type RunId, type Scope } from '@baton/core';
import type { Database, Queryable } from './database.ts';
import type { AppendResult, SinkBatch } from './events.ts';
import { mergeEvents, type MergePlan, type StoredEvent } from './events-merge.ts';
import { loadHolding, loadSteps, loadStored, lockRuns, type LockedRun } from './events-read.ts';
import { confirmEvents, insertEvents, supersedeEvents, writeProjections } from './events-write.ts';
import { NOTHING_YET, project, type Projection } from './projection.ts';

/** A run of an append: what arrived for it, and its row under its lock. */
interface Arrival {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly batches: readonly SinkBatch[];
}

/** A run whose events are merged. */
export interface MergedRun {
  readonly run: LockedRun;
  readonly plan: MergePlan;
}

/** The sink's path: locks the runs in the order of their ids, merges, writes; all runs in one transaction. */
export async function appendEvents(db: Database, batches: readonly SinkBatch[]): Promise<AppendResult> {
  const arrivals = groupByRun(batches);
  if (arrivals.size === 0) return { unknown: [] };
  return db.transaction(async (tx) => {
    const runs = await lockRuns(tx, [...arrivals.values()]);
    const merged = await mergeAll(tx, runs, arrivals);
    await writeMerged(tx, merged);
    const found = new Set(runs.map((run) => workflowIdOf(run.scope, run.runId)));
    return { unknown: [...arrivals].flatMap(([key, { runId }]) => (found.has(key) ? [] : [runId])) };
  });
}

function groupByRun(batches: readonly SinkBatch[]): ReadonlyMap<string, Arrival> {
  const arrivals = new Map<string, Arrival & { readonly batches: SinkBatch[] }>();
  for (const batch of batches) {
    if (batch.events.length === 0) continue;
    const key = workflowIdOf(batch.scope, batch.runId);
    const arrival = arrivals.get(key) ?? { scope: batch.scope, runId: batch.runId, batches: [] };
    arrival.batches.push(batch);
    arrivals.set(key, arrival);
  }
  return arrivals;
}

async function mergeAll(
  tx: Queryable,
  runs: readonly LockedRun[],
  arrivals: ReadonlyMap<string, Arrival>,
): Promise<readonly MergedRun[]> {
  const work = runs.flatMap((run) => {
    const batches = arrivals.get(workflowIdOf(run.scope, run.runId))?.batches ?? [];
    const seqs = batches.flatMap(({ events }) => events.map(({ seq }) => seq));
    // Old rivals tell whether an arriving task has lost before, so then all rows are looked at.
    return [{ run, batches, fromSeq: run.rivals ? 0 : Math.min(...seqs) }];
  });
  const stored = await loadStored(tx, work);
  return work.map(({ run, batches }) => ({
    run,
    plan: mergeEvents({ ...run, stored: stored.get(workflowIdOf(run.scope, run.runId)) ?? [] }, batches),
  }));
}

async function writeMerged(tx: Queryable, merged: readonly MergedRun[]): Promise<void> {
  const lost = merged.flatMap(({ run, plan }) => at(run, plan.supersede));
  const confirmed = merged.flatMap(({ run, plan }) => at(run, plan.confirm));
  const inserts = merged.flatMap(({ run, plan }) => at(run, plan.inserts));
  if (confirmed.length > 0) await confirmEvents(tx, confirmed);
  if (lost.length > 0) await supersedeEvents(tx, lost);
  if (inserts.length === 0) return;
  await insertEvents(tx, inserts);
  const projections = await projectAll(
    tx,
    merged.filter(({ plan }) => plan.inserts.length > 0),
  );
  await writeProjections(tx, projections);
}

function at<Event extends StoredEvent>(
  run: LockedRun,
  events: readonly Event[],
): readonly (Event & Arriving)[] {
  return events.map((event) => ({ ...event, scope: run.scope, runId: run.runId }));
}

type Arriving = Pick<LockedRun, 'scope' | 'runId'>;

/** A run's new projection, and the steps of it that have to be written. */
export interface ProjectedRun extends MergedRun {
  readonly projection: Projection;
}

async function projectAll(tx: Queryable, merged: readonly MergedRun[]): Promise<readonly ProjectedRun[]> {
  const rebuilt = merged.filter(({ plan }) => plan.rebuild).map(({ run }) => run);
  const holding = rebuilt.length === 0 ? new Map<string, never>() : await loadHolding(tx, rebuilt);
  const steps = await loadSteps(
    tx,
    merged.flatMap(({ run, plan }) => ({
      scope: run.scope,
      runId: run.runId,
      stepIds: stepIdsOf(plan.fresh),
    })),
  );
  return merged.map(({ run, plan }) => {
    const key = workflowIdOf(run.scope, run.runId);
    const projection = plan.rebuild
      ? project(NOTHING_YET, holding.get(key) ?? [])
      : project({ run: run.state, steps: steps.get(key) ?? new Map() }, plan.fresh);
    return { run, plan, projection };
  });
}

function stepIdsOf(events: readonly NumberedTrace[]): readonly number[] {
  return [...new Set(events.flatMap((event) => ('step' in event ? [event.step.id] : [])))];
}
