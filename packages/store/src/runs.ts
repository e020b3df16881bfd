import type { Json, JsonObject, Problem, RunId, Scope, Status, Usage, WaitKind } from '@baton/core';
import { execute, select, type Database, type Queryable } from './database.ts';
import type { Page } from './page.ts';
import { jsonObject, jsonText } from './row-codec.ts';
import { closeRunFromOutside } from './run-end.ts';
import { cleanTags, listRuns, type RunListParams } from './run-list.ts';
import { listOpenIdle, listProvisional, listUnstarted } from './run-loops.ts';
import { RUN_COLUMNS, toRunRecord } from './runs-codec.ts';

/** One reason why a run waits. */
export interface WaitingFor {
  readonly kind: WaitKind;
  /** JSON Pointer of the step that waits. */
  readonly step: string;
  /** Number of the step that waits. */
  readonly stepId: number;
  readonly since: string;
  readonly until?: string;
  readonly humanTaskId?: string;
  readonly childRunId?: string;
}

/** What a run used, whole and by agent name. */
export interface RunUsage extends Usage {
  readonly byAgent: Readonly<Record<string, Usage>>;
}

/** How a run came to be: a start of a workflow, or one call of an agent. */
export type RunKind = 'workflow' | 'invocation';

/** A run as readers see it. */
export interface RunRecord {
  readonly id: RunId;
  readonly kind: RunKind;
  /** Name of the workflow; of the agent for an invocation. */
  readonly workflow: string;
  readonly namespace: string;
  readonly version: string;
  /** `pending` until the run's first event arrived; terminal only once Temporal reported the execution closed. */
  readonly status: Status;
  readonly stalled: boolean;
  readonly suspended: boolean;
  readonly input: Json;
  /** Null until the run completed. */
  readonly output: Json;
  readonly error: Problem | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: number | null;
  /** Opaque id (issuer|subject) of who started it. */
  readonly requester: string;
  readonly requesterName: string | null;
  readonly parent: { readonly runId: RunId; readonly step: string } | null;
  readonly waitingFor: readonly WaitingFor[];
  readonly usage: RunUsage;
  /** Temporal's id of the newest execution; null until one is known. */
  readonly temporalRunId: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly lastEventAt: string | null;
  /** Position of the newest event readers see; 0 before the first. */
  readonly lastPosition: number;
}

/** A run to accept. */
export interface NewRun {
  readonly id: RunId;
  readonly kind: RunKind;
  readonly workflow: string;
  readonly namespace: string;
  readonly version: string;
  readonly input: Json;
  readonly tags?: Readonly<Record<string, string>>;
  readonly priority?: number;
  readonly requester: string;
  readonly requesterName?: string;
  /** `awaits`: whether the parent waits for its end, so that it is canceled when the parent has ended. */
  readonly parent?: { readonly runId: RunId; readonly step: string; readonly awaits: boolean };
  /** All that is needed to start it, and to start it again. */
  readonly snapshot: JsonObject;
  /** Two accepts with one start key are one run. */
  readonly startKey?: string;
}

/** How accepting ended. `exists`: a run of this id or start key is there already, and is returned. */
export interface AcceptResult {
  readonly outcome: 'inserted' | 'exists';
  readonly run: RunRecord;
}

/** An accepted run whose execution nobody has seen. */
export interface UnstartedRun {
  readonly scope: Scope;
  readonly run: RunRecord;
  readonly snapshot: JsonObject;
}

/** The end of a run as its own last event tells it, not yet confirmed by Temporal. */
export interface Provisional {
  readonly status: 'completed' | 'faulted' | 'canceled';
  readonly output?: Json;
  readonly error?: Problem;
  readonly endedAt: string;
}

/** A run whose end waits for confirmation. */
export interface ProvisionalRun {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly temporalRunId: string | null;
  readonly provisional: Provisional;
}

/** A run that should move and has not. */
export interface IdleRun {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly status: Status;
  readonly stalled: boolean;
  readonly temporalRunId: string | null;
  /** When it was last heard of: its newest event, else its acceptance. */
  readonly lastHeardAt: string;
}

/** Which rows a loop wants. */
export interface LoopParams {
  /** Only rows untouched for this long, in milliseconds. */
  readonly olderThanMs: number;
  readonly limit: number;
}

/** An end that came from outside the run's own events. */
export interface OutsideEnd {
  readonly status: 'completed' | 'faulted' | 'canceled';
  /** Shown as the run's error; absent for `completed`. */
  readonly error?: Problem;
  readonly output?: Json;
  /** Who noticed, shown on the event. */
  readonly origin: 'reconciler' | 'api';
  /** When the execution closed; default: now. */
  readonly endedAt?: string;
}

/** Runs: acceptance is truth, the rest is projected from events. */
export interface RunRepository {
  /** Writes an accepted run (status `pending`) in one insert. */
  insertAccepted(scope: Scope, run: NewRun): Promise<AcceptResult>;
  get(scope: Scope, runId: RunId): Promise<RunRecord | null>;
  /** What the run was accepted with to be started from, or null for an unknown run. */
  snapshot(scope: Scope, runId: RunId): Promise<JsonObject | null>;
  /**
   * The child run of a parent, or null when it is none. Of one that is open the parent is told through the outbox
   * (`child_run_ended`) once its end is published.
   */
  askEnd(scope: Scope, ask: { readonly parent: RunId; readonly child: RunId }): Promise<RunRecord | null>;
  /** Runs, newest first, by filters. */
  list(scope: Scope, params: RunListParams): Promise<Page<RunRecord>>;
  /** Notes that Temporal has the execution; the status stays `pending` until the first event. */
  markStarted(scope: Scope, runId: RunId, temporalRunId: string): Promise<void>;
  /**
   * Closes a run that ended without a recorded last event of its own, cancels its open human tasks and appends the
   * terminal event, in one transaction. False when the run is unknown or closed already.
   */
  closeFromOutside(scope: Scope, runId: RunId, end: OutsideEnd): Promise<boolean>;
  setStalled(scope: Scope, runId: RunId, stalled: boolean): Promise<void>;
  /** Across workspaces: accepted runs never marked started and without events, oldest first. */
  listUnstarted(params: LoopParams): Promise<readonly UnstartedRun[]>;
  /** Across workspaces: runs whose end waits for confirmation, oldest first. */
  listProvisional(params: LoopParams): Promise<readonly ProvisionalRun[]>;
  /** Across workspaces: open runs without a fresh event, those longest unheard of first. */
  listOpenIdle(params: LoopParams): Promise<readonly IdleRun[]>;
  /** Notes that an idle run was looked at, so that `listOpenIdle` gives others first. */
  markChecked(scope: Scope, runId: RunId): Promise<void>;
}

/** The repository of runs on a database. */
export function createRunRepository(db: Database): RunRepository {
  const { prisma } = db;
  return {
    insertAccepted: (scope, run) => insertAccepted(prisma, scope, run),
    get: (scope, runId) => getRun(prisma, scope, runId),
    snapshot: async (scope, runId) => {
      const [row] = await select(prisma)`
        SELECT snapshot FROM runs WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid`;
      return row === undefined ? null : jsonObject(row, 'snapshot');
    },
    askEnd: async (scope, { parent, child }) => {
      const [row] = await select(prisma)`
        UPDATE runs SET parent_asked = ended_at IS NULL
        WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${child}::uuid AND parent_run_id = ${parent}::uuid
        RETURNING ${RUN_COLUMNS}`;
      return row === undefined ? null : toRunRecord(row);
    },
    list: (scope, params) => listRuns(prisma, scope, params),
    markStarted: async (scope, runId, temporalRunId) => {
      // A later execution may have been seen by now: then its id stays.
      await execute(prisma)`
        UPDATE runs SET temporal_run_id = ${temporalRunId}, executions = ARRAY[${temporalRunId}], heard_at = now()
        WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid AND executions = '{}'`;
    },
    closeFromOutside: (scope, runId, end) => closeRunFromOutside(db, scope, { ...end, runId }),
    setStalled: async (scope, runId, stalled) => {
      await execute(prisma)`
        UPDATE runs SET stalled = ${stalled}
        WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid AND ended_at IS NULL
          AND stalled <> ${stalled}`;
    },
    markChecked: async (scope, runId) => {
      await execute(prisma)`
        UPDATE runs SET heard_at = now() WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid`;
    },
    listUnstarted: (params) => listUnstarted(prisma, params),
    listProvisional: (params) => listProvisional(prisma, params),
    listOpenIdle: (params) => listOpenIdle(prisma, params),
  };
}

async function insertAccepted(db: Queryable, scope: Scope, run: NewRun): Promise<AcceptResult> {
  const [inserted] = await select(db)`
    INSERT INTO runs (workspace_id, id, kind, workflow, namespace, version, input, tags, priority, requester,
                      requester_name, parent_run_id, parent_step, parent_awaits, snapshot, start_key)
    VALUES (${scope.workspaceId}::uuid, ${run.id}::uuid, ${run.kind}, ${run.workflow}, ${run.namespace}, ${run.version},
            ${jsonText(run.input)}::json, ${jsonText(cleanTags(run.tags ?? {}))}::jsonb, ${run.priority ?? null}::int,
            ${run.requester}, ${run.requesterName ?? null}, ${run.parent?.runId ?? null}::uuid, ${run.parent?.step ?? null},
            ${run.parent?.awaits ?? false}, ${jsonText(run.snapshot)}::json, ${run.startKey ?? null})
    ON CONFLICT DO NOTHING
    RETURNING ${RUN_COLUMNS}`;
  if (inserted !== undefined) return { outcome: 'inserted', run: toRunRecord(inserted) };
  const [existing] = await select(db)`
    SELECT ${RUN_COLUMNS} FROM runs
    WHERE workspace_id = ${scope.workspaceId}::uuid AND (id = ${run.id}::uuid OR start_key = ${run.startKey ?? null})`;
  if (existing === undefined) throw new Error(`The run ${run.id} could be neither inserted nor found.`);
  return { outcome: 'exists', run: toRunRecord(existing) };
}

async function getRun(db: Queryable, scope: Scope, runId: RunId): Promise<RunRecord | null> {
  const [row] = await select(db)`
    SELECT ${RUN_COLUMNS} FROM runs WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid`;
  return row === undefined ? null : toRunRecord(row);
}
