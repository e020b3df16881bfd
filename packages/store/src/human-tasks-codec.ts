import {
  isObject,
  type Delivery,
  type HumanTaskId,
  type HumanTaskStatus,
  type JsonObject,
  type RunId,
} from '@baton/core';
import type { DecisionChannel, DecisionRecord } from './decisions.ts';
import type { HumanTaskKind, HumanTaskRecord } from './human-tasks.ts';
import {
  id,
  instant,
  instantOrNull,
  json,
  jsonArray,
  jsonObject,
  jsonObjectOrNull,
  number,
  numberOrNull,
  oneOf,
  text,
  textOrNull,
  trusted,
  type Row,
} from './row-codec.ts';

const STATUSES: readonly HumanTaskStatus[] = [
  'open',
  'claimed',
  'approved',
  'rejected',
  'changes_requested',
  'expired',
  'canceled',
  'superseded',
];
const KINDS: readonly HumanTaskKind[] = [
  'approval',
  'form',
  'choice',
  'review',
  'acknowledge',
  'tool_call',
  'budget',
  'external',
];
const DELIVERIES: readonly Delivery[] = ['pending', 'signaled', 'acknowledged'];
const CHANNELS: readonly DecisionChannel[] = ['ui', 'api', 'link', 'slack', 'a2a', 'system'];

/** How long a claim lasts, in milliseconds: 30 minutes. */
export const CLAIM_MS = 1_800_000;

/** A row of `human_tasks`, read with the database's time as `now`, as a record: a lapsed claim is none. */
export function toHumanTask(row: Row): HumanTaskRecord {
  const status = oneOf(row, 'status', STATUSES);
  const iteration = numberOrNull(row, 'iteration');
  return {
    id: id<HumanTaskId>(row, 'id'),
    runId: id<RunId>(row, 'run_id'),
    workflowId: text(row, 'workflow_id'),
    step: {
      id: number(row, 'step_id'),
      path: text(row, 'step_path'),
      ...(iteration === null ? {} : { iteration }),
      attempt: number(row, 'attempt'),
    },
    kind: oneOf(row, 'kind', KINDS),
    title: text(row, 'title'),
    body: textOrNull(row, 'body'),
    context: json(row, 'context'),
    items: json(row, 'items'),
    form: jsonObjectOrNull(row, 'form'),
    actions: trusted<readonly JsonObject[]>(jsonArray(row, 'actions')),
    policy: jsonObject(row, 'policy'),
    source: jsonObjectOrNull(row, 'source'),
    requester: text(row, 'requester'),
    requesterName: textOrNull(row, 'requester_name'),
    priority: number(row, 'priority'),
    dueAt: instantOrNull(row, 'due_at'),
    expiresAt: instantOrNull(row, 'expires_at'),
    onExpire: text(row, 'on_expire'),
    subjectHash: text(row, 'subject_hash'),
    revision: number(row, 'revision'),
    outcome: json(row, 'outcome'),
    outcomeId: textOrNull(row, 'outcome_id'),
    delivery: row['delivery'] === null ? null : oneOf(row, 'delivery', DELIVERIES),
    createdAt: instant(row, 'created_at'),
    decidedAt: instantOrNull(row, 'decided_at'),
    ...toClaim(row, status),
  };
}

type Claim = Pick<HumanTaskRecord, 'status' | 'claimant' | 'claimantName' | 'claimedAt' | 'claimLapsesAt'>;

function toClaim(row: Row, status: HumanTaskStatus): Claim {
  const claimedAt = instantOrNull(row, 'claimed_at');
  const lapsesAt = claimedAt === null ? null : new Date(Date.parse(claimedAt) + CLAIM_MS).toISOString();
  const lapsed = status === 'claimed' && lapsesAt !== null && lapsesAt <= instant(row, 'now');
  if (claimedAt === null || lapsed) {
    const open = status === 'claimed' ? 'open' : status;
    return { status: open, claimant: null, claimantName: null, claimedAt: null, claimLapsesAt: null };
  }
  return {
    status,
    claimant: text(row, 'claimant'),
    claimantName: textOrNull(row, 'claimant_name'),
    claimedAt,
    claimLapsesAt: lapsesAt,
  };
}

/** A row of `human_task_decisions` as a record. */
export function toDecision(row: Row): DecisionRecord {
  return {
    id: text(row, 'id'),
    taskId: id<HumanTaskId>(row, 'task_id'),
    round: number(row, 'round'),
    actor: text(row, 'actor'),
    actorName: textOrNull(row, 'actor_name'),
    onBehalfOf: textOrNull(row, 'on_behalf_of'),
    channel: oneOf(row, 'channel', CHANNELS),
    action: text(row, 'action'),
    verdict: text(row, 'verdict'),
    comment: textOrNull(row, 'comment'),
    form: json(row, 'form'),
    items: json(row, 'items'),
    subjectHash: text(row, 'subject_hash'),
    idempotencyKey: textOrNull(row, 'idempotency_key'),
    at: instant(row, 'at'),
  };
}

/** Who may decide, as lists look for it. */
export interface Candidates {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly excludeRequester: boolean;
}

/** Reads the candidates of a policy; the requester is excluded unless it says otherwise. */
export function candidatesOf(policy: JsonObject): Candidates {
  const value = policy['candidates'];
  const candidates = isObject(value) ? value : {};
  const names = (field: string): readonly string[] => {
    const list = candidates[field];
    return Array.isArray(list) ? list.filter((name) => typeof name === 'string') : [];
  };
  return {
    users: names('users'),
    roles: names('roles'),
    groups: names('groups'),
    excludeRequester: policy['excludeRequester'] !== false,
  };
}
