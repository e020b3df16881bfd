import type { Delivery, HumanTaskId, HumanTaskStatus, Json, JsonObject, RunId, Scope } from '@baton/core';
import { execute, select, type Database } from './database.ts';
import { decideTask, type DecideParams, type DecideResult, type Evaluate } from './decisions.ts';
import { claimTask, releaseTask } from './human-task-claim.ts';
import { listUnacknowledged, readOutcome } from './human-task-delivery.ts';
import { listTasks, type HumanTaskListParams } from './human-task-list.ts';
import { openTask } from './human-task-open.ts';
import { cancelTasksOfRun, finishTask } from './human-task-settle.ts';
import { toHumanTask } from './human-tasks-codec.ts';
import type { Page } from './page.ts';

/** Kind of a human task. */
export type HumanTaskKind =
  'approval' | 'form' | 'choice' | 'review' | 'acknowledge' | 'tool_call' | 'budget' | 'external';

/** The step that waits for a human task. */
export interface HumanTaskStep {
  readonly id: number;
  readonly path: string;
  readonly iteration?: number;
  readonly attempt: number;
}

/** A human task to open. */
export interface NewHumanTask {
  /** Opening twice with one key gives the first task. */
  readonly openKey: string;
  readonly id: HumanTaskId;
  readonly runId: RunId;
  /** Temporal's workflow id of the execution that waits. */
  readonly workflowId: string;
  readonly step: HumanTaskStep;
  readonly kind: HumanTaskKind;
  readonly title: string;
  /** Markdown. */
  readonly body?: string;
  readonly context?: Json;
  readonly items?: Json;
  readonly form?: JsonObject;
  readonly actions: readonly JsonObject[];
  /** Snapshot of the policy; `candidates.users`, `.groups`, `.roles` and `excludeRequester` are read by lists. */
  readonly policy: JsonObject;
  readonly source?: JsonObject;
  /** Opaque id (issuer|subject) of who started the run. */
  readonly requester: string;
  readonly requesterName?: string;
  /** 1 (first) to 5; default 3. */
  readonly priority?: number;
  readonly dueAt?: string;
  readonly expiresAt?: string;
  /** `reject` (default), `fail`, `take:<actionId>` or `escalate`. */
  readonly onExpire?: string;
  readonly subjectHash: string;
}

/** A human task. */
export interface HumanTaskRecord {
  readonly id: HumanTaskId;
  readonly runId: RunId;
  readonly workflowId: string;
  readonly step: HumanTaskStep;
  readonly kind: HumanTaskKind;
  readonly title: string;
  readonly body: string | null;
  readonly context: Json;
  readonly items: Json;
  readonly form: JsonObject | null;
  readonly actions: readonly JsonObject[];
  readonly policy: JsonObject;
  readonly source: JsonObject | null;
  readonly requester: string;
  readonly requesterName: string | null;
  /** Opaque id of who claimed it; null when nobody did, or the claim lapsed. */
  readonly claimant: string | null;
  readonly claimantName: string | null;
  readonly claimedAt: string | null;
  /** When the claim ends by itself: 30 minutes after it was made. */
  readonly claimLapsesAt: string | null;
  readonly priority: number;
  readonly dueAt: string | null;
  readonly expiresAt: string | null;
  readonly onExpire: string;
  readonly subjectHash: string;
  /** Rises with every change; the task's ETag. */
  readonly revision: number;
  readonly status: HumanTaskStatus;
  /** What the run will read; null until the task is decided. */
  readonly outcome: Json;
  /** Id of the decision (or of the expiry, the cancel) that settled it. */
  readonly outcomeId: string | null;
  /** Null until the task is decided. */
  readonly delivery: Delivery | null;
  readonly createdAt: string;
  readonly decidedAt: string | null;
}

/** Somebody who acts: opaque id (issuer|subject) and the name to show. */
export interface Actor {
  readonly id: string;
  readonly name?: string;
}

/** Parameters of claim and release. */
export interface ClaimParams {
  readonly taskId: HumanTaskId;
  readonly actor: Actor;
  /** The revision the caller saw; absent: whatever it is. */
  readonly expectedRevision?: number;
}

/** How a claim or release ended. `claimed_by_other`: the task is held by somebody else. */
export type ClaimResult =
  | { readonly outcome: 'done' | 'stale' | 'decided' | 'claimed_by_other'; readonly task: HumanTaskRecord }
  | { readonly outcome: 'not_found' };

/** How a task ends without a decision. */
export interface FinishParams {
  readonly taskId: HumanTaskId;
  readonly actor: Actor;
  /** What the run will read. */
  readonly outcome: JsonObject;
  readonly reason?: string;
}

/** How finishing ended. `decided`: somebody was first; the task tells how. */
export type FinishResult =
  | { readonly outcome: 'done' | 'decided'; readonly task: HumanTaskRecord }
  | { readonly outcome: 'not_found' };

/** The recorded outcome of a task, for the run that waits. */
export interface OutcomeRecord {
  readonly taskId: HumanTaskId;
  readonly status: HumanTaskStatus;
  /** False while the task can still be decided; then `outcome` is null. */
  readonly decided: boolean;
  readonly outcome: Json;
  readonly outcomeId: string | null;
}

/** A decided task whose run has not said that it knows. */
export interface UnacknowledgedTask {
  readonly scope: Scope;
  readonly taskId: HumanTaskId;
  readonly runId: RunId;
  readonly workflowId: string;
  readonly outcomeId: string;
}

/** Human tasks and their decisions, truth in PostgreSQL. */
export interface HumanTaskRepository {
  /** Opens a task; again with the same open key gives the task that is there. */
  open(scope: Scope, task: NewHumanTask): Promise<HumanTaskRecord>;
  get(scope: Scope, taskId: HumanTaskId): Promise<HumanTaskRecord | null>;
  list(scope: Scope, params: HumanTaskListParams): Promise<Page<HumanTaskRecord>>;
  claim(scope: Scope, params: ClaimParams): Promise<ClaimResult>;
  release(scope: Scope, params: ClaimParams): Promise<ClaimResult>;
  /**
   * One transaction: locks the task, asks `evaluate` with the task and its decisions, and writes decision, outcome,
   * outbox and audit rows, or nothing when it refuses.
   */
  decide<Refusal>(
    scope: Scope,
    params: DecideParams,
    evaluate: Evaluate<Refusal>,
  ): Promise<DecideResult<Refusal>>;
  /** Settles a task as `expired`, unless it is decided. */
  expire(scope: Scope, params: FinishParams): Promise<FinishResult>;
  /** Settles a task as `canceled`, unless it is decided. */
  cancel(scope: Scope, params: FinishParams): Promise<FinishResult>;
  /** Settles a task as `superseded`, unless it is decided. */
  supersede(scope: Scope, params: FinishParams): Promise<FinishResult>;
  /** Cancels every open task of a run without a word to it; returns how many. */
  cancelAllOfRun(scope: Scope, runId: RunId, actor: Actor): Promise<number>;
  /** The outcome as recorded, or null for an unknown task. */
  readOutcome(scope: Scope, taskId: HumanTaskId): Promise<OutcomeRecord | null>;
  /** Notes that the run knows the outcome. False when the task is unknown or undecided. */
  acknowledge(scope: Scope, taskId: HumanTaskId): Promise<boolean>;
  /** Across workspaces: tasks decided at least this long ago, unacknowledged, whose run is open; oldest first. */
  listUnacknowledged(params: {
    readonly olderThanMs: number;
    readonly limit: number;
  }): Promise<readonly UnacknowledgedTask[]>;
}

/** The repository of human tasks on a database. */
export function createHumanTaskRepository(db: Database): HumanTaskRepository {
  const { prisma } = db;
  return {
    open: (scope, task) => openTask(prisma, scope, task),
    get: async (scope, taskId) => {
      const [row] = await select(prisma)`
        SELECT *, now() AS now FROM human_tasks WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${taskId}::uuid`;
      return row === undefined ? null : toHumanTask(row);
    },
    list: (scope, params) => listTasks(prisma, scope, params),
    claim: (scope, params) => claimTask(db, scope, params),
    release: (scope, params) => releaseTask(db, scope, params),
    decide: (scope, params, evaluate) => decideTask(db, scope, { ...params, evaluate }),
    expire: (scope, params) => finishTask(db, scope, { ...params, status: 'expired' }),
    cancel: (scope, params) => finishTask(db, scope, { ...params, status: 'canceled' }),
    supersede: (scope, params) => finishTask(db, scope, { ...params, status: 'superseded' }),
    cancelAllOfRun: (scope, runId, actor) =>
      cancelTasksOfRun(prisma, scope, { runId, actor: actor.id, reason: 'The run was canceled.' }),
    readOutcome: (scope, taskId) => readOutcome(prisma, scope, taskId),
    acknowledge: async (scope, taskId) => {
      const touched = await execute(prisma)`
        UPDATE human_tasks SET delivery = 'acknowledged'
        WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${taskId}::uuid AND decided_at IS NOT NULL`;
      return touched > 0;
    },
    listUnacknowledged: (params) => listUnacknowledged(prisma, params),
  };
}
