import type { HumanTaskId, HumanTaskStatus, Json, JsonObject, Scope } from '@baton/core';
import { select, type Database, type Queryable } from './database.ts';
import { lockTask, settleTask } from './human-task-settle.ts';
import { toDecision, toHumanTask } from './human-tasks-codec.ts';
import type { HumanTaskRecord } from './human-tasks.ts';
import { jsonText } from './row-codec.ts';

/** Where a decision was made. */
export type DecisionChannel = 'ui' | 'api' | 'link' | 'slack' | 'a2a' | 'system';

/** A decision to record; append-only. */
export interface NewDecision {
  /** Opaque id (issuer|subject) of who decided. */
  readonly actor: string;
  readonly actorName?: string;
  readonly onBehalfOf?: string;
  readonly channel: DecisionChannel;
  readonly action: string;
  /** The action's word: approve, reject, revise or custom. */
  readonly verdict: string;
  readonly comment?: string;
  readonly form?: Json;
  readonly items?: Json;
  /** The subject the actor saw. */
  readonly subjectHash: string;
  readonly idempotencyKey?: string;
  readonly ip?: string;
  readonly userAgent?: string;
}

/** A recorded decision. */
export interface DecisionRecord {
  readonly id: string;
  readonly taskId: HumanTaskId;
  readonly round: number;
  readonly actor: string;
  readonly actorName: string | null;
  readonly onBehalfOf: string | null;
  readonly channel: DecisionChannel;
  readonly action: string;
  readonly verdict: string;
  readonly comment: string | null;
  readonly form: Json;
  readonly items: Json;
  readonly subjectHash: string;
  readonly idempotencyKey: string | null;
  readonly at: string;
}

/** A task under its row lock, with everything decided on it so far, oldest first. */
export interface LockedTask {
  readonly task: HumanTaskRecord;
  readonly decisions: readonly DecisionRecord[];
  /** The database's time: what claims and due times are measured by. */
  readonly now: string;
}

/** What the callback of `decide` answers. `final` is present when this decision settles the task. */
export type Verdict<Refusal> =
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  | {
      readonly kind: 'accept';
      readonly decision: NewDecision;
      readonly final?: {
        readonly status: Extract<HumanTaskStatus, 'approved' | 'rejected' | 'changes_requested'>;
        readonly outcome: JsonObject;
      };
    };

/** Judges a decision on a locked task. Pure; must not wait. */
export type Evaluate<Refusal> = (locked: LockedTask) => Verdict<Refusal>;

/** Parameters of `decide`. */
export interface DecideParams {
  readonly taskId: HumanTaskId;
}

/**
 * How deciding ended. `duplicate`: this actor has decided in this round, or the idempotency key is used; the earlier
 * decision is returned and nothing was written.
 */
export type DecideResult<Refusal> =
  | { readonly outcome: 'accepted'; readonly task: HumanTaskRecord; readonly decision: DecisionRecord }
  | { readonly outcome: 'duplicate'; readonly task: HumanTaskRecord; readonly decision: DecisionRecord }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly task: HumanTaskRecord }
  | { readonly outcome: 'not_found' };

/** Takes one decision in one transaction; see `HumanTaskRepository.decide`. */
export function decideTask<Refusal>(
  db: Database,
  scope: Scope,
  { taskId, evaluate }: DecideParams & { readonly evaluate: Evaluate<Refusal> },
): Promise<DecideResult<Refusal>> {
  return db.transaction<DecideResult<Refusal>>(async (tx) => {
    const locked = await lockTask(tx, scope, taskId);
    if (locked === null) return { outcome: 'not_found' };
    const { task, round, now } = locked;
    const decisions = await loadDecisions(tx, scope, taskId);
    const verdict = evaluate({ task, decisions, now });
    if (verdict.kind === 'refuse') return { outcome: 'refused', refusal: verdict.refusal, task };
    const { decision: wanted, final } = verdict;
    const earlier = decisions.find(
      (known) =>
        (known.round === round && known.actor === wanted.actor) ||
        (known.idempotencyKey !== null && known.idempotencyKey === wanted.idempotencyKey),
    );
    if (earlier !== undefined) return { outcome: 'duplicate', task, decision: earlier };
    if (task.decidedAt !== null)
      throw new Error(`The human task ${taskId} is decided; the callback let it pass.`);
    const decision = await insertDecision(tx, scope, { taskId, round, wanted });
    const after = await (final === undefined
      ? touchTask(tx, scope, { taskId, decision })
      : settleTask(tx, scope, { taskId, ...final, outcomeId: decision.id, ...auditOf(decision) }));
    return { outcome: 'accepted', task: after, decision };
  });
}

async function loadDecisions(
  tx: Queryable,
  scope: Scope,
  taskId: HumanTaskId,
): Promise<readonly DecisionRecord[]> {
  const rows = await select(tx)`
    SELECT * FROM human_task_decisions WHERE workspace_id = ${scope.workspaceId}::uuid AND task_id = ${taskId}::uuid
    ORDER BY at, id`;
  return rows.map(toDecision);
}

interface InsertParams {
  readonly taskId: HumanTaskId;
  readonly round: number;
  readonly wanted: NewDecision;
}

async function insertDecision(
  tx: Queryable,
  scope: Scope,
  { taskId, round, wanted }: InsertParams,
): Promise<DecisionRecord> {
  const [row] = await select(tx)`
    INSERT INTO human_task_decisions (workspace_id, id, task_id, round, actor, actor_name, on_behalf_of, channel, action,
                                      verdict, comment, form, items, subject_hash, idempotency_key, ip, user_agent, at)
    VALUES (${scope.workspaceId}::uuid, gen_random_uuid(), ${taskId}::uuid, ${round}::int, ${wanted.actor},
            ${wanted.actorName ?? null}, ${wanted.onBehalfOf ?? null}, ${wanted.channel}, ${wanted.action},
            ${wanted.verdict}, ${wanted.comment ?? null}, ${jsonText(wanted.form)}::json, ${jsonText(wanted.items)}::json,
            ${wanted.subjectHash}, ${wanted.idempotencyKey ?? null}, ${wanted.ip ?? null}, ${wanted.userAgent ?? null},
            clock_timestamp())
    RETURNING *`;
  if (row === undefined) throw new Error(`The decision on the human task ${taskId} was not inserted.`);
  return toDecision(row);
}

function auditOf(decision: DecisionRecord): { readonly actor: string; readonly details: JsonObject } {
  const { id, action, verdict, channel, subjectHash } = decision;
  return { actor: decision.actor, details: { decisionId: id, action, verdict, channel, subjectHash } };
}

/** A vote that settles nothing still changes the task's revision. */
async function touchTask(
  tx: Queryable,
  scope: Scope,
  { taskId, decision }: { readonly taskId: HumanTaskId; readonly decision: DecisionRecord },
): Promise<HumanTaskRecord> {
  const { actor, details } = auditOf(decision);
  const [row] = await select(tx)`
    WITH touched AS (
      UPDATE human_tasks SET revision = revision + 1
      WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${taskId}::uuid
      RETURNING *
    ), audited AS (
      INSERT INTO audit (workspace_id, id, actor, action, resource, details)
      SELECT workspace_id, gen_random_uuid(), ${actor}, 'human_task.voted', 'human_task/' || id, ${jsonText(details)}::json
      FROM touched
    )
    SELECT t.*, now() AS now, pg_notify('baton_human_tasks', t.workspace_id || '.' || t.id)::text AS told FROM touched t`;
  if (row === undefined) throw new Error(`The human task ${taskId} vanished under its lock.`);
  return toHumanTask(row);
}
