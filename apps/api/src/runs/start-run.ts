import type { Definition, Json, JsonObject, RunId, Scope, Snapshot } from '@baton/core';
import { principalId, type Principal } from '@baton/identity';
import type { NewRun, RunKind, RunRecord, Store } from '@baton/store';
import type { Logger, Metrics } from '@baton/telemetry';
import { buildSnapshot, snapshotFromJson, snapshotToJson } from '@baton/temporal-client';
import { invalid, unavailable } from '../http/refusals.ts';
import type { RunGateway } from './run-gateway.ts';

/** What accepting runs needs. */
export interface RunStarterPorts {
  readonly store: Pick<Store, 'runs' | 'agents'>;
  readonly gateway: RunGateway;
  readonly metrics: Metrics;
  readonly newRunId: () => RunId;
}

/** A run to accept; its input was checked. */
export interface AcceptParams {
  readonly scope: Scope;
  readonly principal: Principal;
  readonly kind: RunKind;
  /** Name shown as the run's workflow. */
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  readonly document: JsonObject;
  /** The document, parsed; default: it is parsed with the start. */
  readonly definition?: Definition;
  readonly input: Json;
  readonly tags?: Readonly<Record<string, string>>;
  readonly priority?: number;
  /** Two accepts with one key are one run. */
  readonly startKey: string | null;
  readonly logger: Logger;
}

/** Accepts runs: one insert, then Temporal. */
export interface RunStarter {
  /**
   * Accepts and starts a run. Throws `unavailable` before anything is written while Temporal is known to be away, and
   * `invalid` when an agent the definition calls is missing. Once the run is written it will happen: a start that fails is
   * made again by the reconciler.
   */
  accept(params: AcceptParams): Promise<RunRecord>;
}

/** How long a client should wait while Temporal is away, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Creates the one way in for runs and invocations. */
export function createRunStarter(ports: RunStarterPorts): RunStarter {
  return {
    accept: async (params) => {
      if (!ports.gateway.available()) {
        throw unavailable(
          'Temporal is away, so no run can start now; nothing was written.',
          RETRY_AFTER_SECONDS,
        );
      }
      const runId = ports.newRunId();
      const snapshot = await snapshotOf(ports, params, runId);
      const { outcome, run } = await ports.store.runs.insertAccepted(
        params.scope,
        newRun(params, runId, snapshot),
      );
      if (outcome === 'inserted') ports.metrics.runsAccepted.inc({ kind: params.kind });
      await startNow(ports, params, { run, snapshot: outcome === 'inserted' ? snapshot : null });
      return run;
    },
  };
}

async function snapshotOf(ports: RunStarterPorts, params: AcceptParams, runId: RunId): Promise<Snapshot> {
  const { agents } = ports.store;
  const built = await buildSnapshot((scope, name, range) => agents.resolve(scope, name, range), {
    scope: params.scope,
    runId,
    document: params.document,
    ...(params.definition === undefined ? {} : { definition: params.definition }),
    requester: principalId(params.principal),
    ...(params.priority === undefined ? {} : { priority: params.priority }),
    input: params.input,
  });
  if (built.ok) return built.snapshot;
  // The pointers lead into the definition, not into this request's body.
  const errors = built.problems.map(({ pointer, detail }) => ({ pointer: '', detail, definition: pointer }));
  throw invalid('The definition cannot be run as things are.', errors);
}

function newRun(params: AcceptParams, runId: RunId, snapshot: Snapshot): NewRun {
  const { principal, kind, namespace, version, input, tags, priority, startKey } = params;
  return {
    id: runId,
    kind,
    workflow: params.name,
    namespace,
    version,
    input,
    ...(tags === undefined ? {} : { tags }),
    ...(priority === undefined ? {} : { priority }),
    requester: principalId(principal),
    requesterName: principal.name,
    snapshot: snapshotToJson(snapshot),
    ...(startKey === null ? {} : { startKey }),
  };
}

/** A start that fails leaves the run `pending`: it was accepted, so the client is not told of it. */
async function startNow(
  ports: RunStarterPorts,
  params: AcceptParams,
  accepted: { readonly run: RunRecord; readonly snapshot: Snapshot | null },
): Promise<void> {
  const { run } = accepted;
  try {
    const snapshot = accepted.snapshot ?? (await keptSnapshot(ports, params.scope, run.id));
    if (snapshot !== null && run.status === 'pending') await ports.gateway.start(snapshot);
  } catch (error) {
    ports.metrics.startsDeferred.inc();
    params.logger.warn('run.start_deferred', { runId: run.id, error });
  }
}

async function keptSnapshot(ports: RunStarterPorts, scope: Scope, runId: RunId): Promise<Snapshot | null> {
  const kept = await ports.store.runs.snapshot(scope, runId);
  return kept === null ? null : snapshotFromJson(kept);
}
