import { workflowIdOf, type RunId, type Scope } from '@baton/core';
import type { Database, Queryable } from './database.ts';
import { isDatabaseUnavailable } from './database-errors.ts';
import type { AppendResult, SinkBatch } from './events.ts';
import type { RememberedRuns } from './events-remembered.ts';
import { mergeEvents } from './events-merge.ts';
import { planOnward, writeOnward, type Onward } from './events-onward.ts';
import { loadHolding, loadSteps, loadStored, lockRuns, storedFrom, type LockedRun } from './events-read.ts';
import { writeEvents, writeProjections } from './events-write.ts';
import type { MergePlan } from './merge-plan.ts';
import { NOTHING_YET, project, stepIdsOf, type Projection } from './projection.ts';

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

/** The sink's path: what simply goes on takes the short way, everything else the long one. */
export async function appendEvents(
  db: Database,
  known: RememberedRuns,
  batches: readonly SinkBatch[],
): Promise<AppendResult> {
  const arrivals = groupByRun(batches);
  const written = await appendOnward(db, known, arrivals);
  const others = [...arrivals].filter(([key]) => !written.has(key));
  for (const [key] of others) known.forget(key);
  return appendMerged(
    db,
    others.map(([, arrival]) => arrival),
  );
}

async function appendOnward(
  db: Database,
  known: RememberedRuns,
  arrivals: ReadonlyMap<string, Arrival>,
): Promise<ReadonlySet<string>> {
  const plans = new Map<string, Onward>();
  for (const [key, { batches }] of arrivals) {
    const [batch, ...more] = batches;
    const plan = batch === undefined || more.length > 0 ? null : planOnward(batch, known.get(key));
    if (plan !== null) plans.set(key, plan);
  }
  if (plans.size === 0) return new Set();
  try {
    const written = await writeOnward(db.prisma, [...plans.values()]);
    for (const [key, { next }] of plans)
      if (next !== null && written.has(key)) known.note(key, next);
      else known.forget(key);
    return written;
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    // One run whose events are refused keeps no other run back: the long way finds out which it is.
    return new Set();
  }
}

/** All runs in one transaction; one by one when that is refused. */
async function appendMerged(db: Database, arrivals: readonly Arrival[]): Promise<AppendResult> {
  if (arrivals.length === 0) return { unknown: [], refused: [] };
  try {
    return await appendTogether(db, arrivals);
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    return appendOneByOne(db, arrivals);
  }
}

async function appendOneByOne(db: Database, arrivals: readonly Arrival[]): Promise<AppendResult> {
  const unknown: RunId[] = [];
  const refused: { readonly runId: RunId; readonly error: unknown }[] = [];
  for (const arrival of arrivals) {
    try {
      unknown.push(...(await appendTogether(db, [arrival])).unknown);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      refused.push({ runId: arrival.runId, error });
    }
  }
  return { unknown, refused };
}

/** Locks the runs in the order of their ids, merges, writes. */
function appendTogether(db: Database, arrivals: readonly Arrival[]): Promise<AppendResult> {
  return db.transaction(async (tx) => {
    const runs = await lockRuns(tx, arrivals);
    const found = new Map(runs.map((run) => [workflowIdOf(run.scope, run.runId), run]));
    const pairs = arrivals.flatMap(({ scope, runId, batches }) => {
      const run = found.get(workflowIdOf(scope, runId));
      return run === undefined ? [] : [{ run, batches }];
    });
    await writeMerged(tx, await mergeAll(tx, pairs));
    const unknown = arrivals.filter(({ scope, runId }) => !found.has(workflowIdOf(scope, runId)));
    return { unknown: unknown.map(({ runId }) => runId), refused: [] };
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

interface ArrivedRun {
  readonly run: LockedRun;
  readonly batches: readonly SinkBatch[];
}

async function mergeAll(tx: Queryable, arrived: readonly ArrivedRun[]): Promise<readonly MergedRun[]> {
  const stored = await loadStored(
    tx,
    arrived.map(({ run, batches }) => storedFrom(run, batches)),
  );
  return arrived.map(({ run, batches }) => ({
    run,
    plan: mergeEvents({ ...run, stored: stored.get(workflowIdOf(run.scope, run.runId)) ?? [] }, batches),
  }));
}

async function writeMerged(tx: Queryable, merged: readonly MergedRun[]): Promise<void> {
  await writeEvents(tx, merged);
  const changed = merged.filter(({ plan }) => plan.inserts.length > 0 || plan.rebuild);
  if (changed.length > 0) await writeProjections(tx, await projectAll(tx, changed));
}

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
