import type { HumanTaskStatus, RunId, Scope } from '@baton/core';
import { containing, decodeCursor, pageSize, toPage } from './cursor-codec.ts';
import { NOTHING, select, sql, type Queryable, type Sql } from './database.ts';
import { CLAIM_MS, toHumanTask } from './human-tasks-codec.ts';
import type { HumanTaskRecord } from './human-tasks.ts';
import type { Page, PageParams } from './page.ts';

/** The person whose tasks are wanted. */
export interface Assignee {
  /** Opaque id (issuer|subject), as claims and requesters have it. */
  readonly subject: string;
  /** User name, as `policy.candidates.users` has it. */
  readonly user?: string;
  readonly roles: readonly string[];
  readonly groups?: readonly string[];
  /** Whether tasks without any candidates are theirs too; default true. */
  readonly unaddressed?: boolean;
}

/** Filters of the list of human tasks; all must hold. */
export interface HumanTaskListParams extends PageParams {
  /** Claimed by this person, or a candidate of an unclaimed task whose policy does not exclude them as requester. */
  readonly assignee?: Assignee;
  /** Any of these. */
  readonly status?: readonly HumanTaskStatus[];
  /** Due at or before this instant. */
  readonly dueBefore?: string;
  /** Looked for in the title. */
  readonly q?: string;
  readonly runId?: RunId;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One page of human tasks, newest first. */
export async function listTasks(
  db: Queryable,
  scope: Scope,
  params: HumanTaskListParams,
): Promise<Page<HumanTaskRecord>> {
  const cursor = decodeCursor(params, UUID);
  const size = pageSize(params);
  const rows = await select(db)`
    SELECT *, now() AS now FROM human_tasks
    WHERE workspace_id = ${scope.workspaceId}::uuid ${byStatus(params.status)} ${byAssignee(params.assignee)}
      ${params.dueBefore === undefined ? NOTHING : sql`AND due_at <= ${params.dueBefore}::timestamptz`}
      ${params.q === undefined || params.q === '' ? NOTHING : sql`AND title ILIKE ${containing(params.q)}`}
      ${params.runId === undefined ? NOTHING : sql`AND run_id = ${params.runId}::uuid`}
      ${cursor === null ? NOTHING : sql`AND (created_at, id) < (${cursor.at}::timestamptz, ${cursor.key}::uuid)`}
    ORDER BY created_at DESC, id DESC LIMIT ${size + 1}::int`;
  return toPage(rows.map(toHumanTask), size, (task) => ({ at: task.createdAt, key: task.id }));
}

/** A claim that has not lapsed. */
const CLAIMED = sql`(status = 'claimed' AND claimed_at > now() - ${CLAIM_MS}::float8 * interval '1 millisecond')`;

function byStatus(statuses: readonly HumanTaskStatus[] | undefined): Sql {
  if (statuses === undefined) return NOTHING;
  const settled = statuses.filter((status) => status !== 'open' && status !== 'claimed');
  const open = statuses.includes('open') ? sql`OR (decided_at IS NULL AND NOT ${CLAIMED})` : NOTHING;
  const claimed = statuses.includes('claimed') ? sql`OR ${CLAIMED}` : NOTHING;
  const undecided = settled.length === 0 ? sql`AND decided_at IS NULL` : NOTHING;
  return sql`AND (status = ANY(${settled}::text[]) ${open} ${claimed}) ${undecided}`;
}

function byAssignee(assignee: Assignee | undefined): Sql {
  if (assignee === undefined) return NOTHING;
  const { subject, user = subject, roles, groups = [], unaddressed = true } = assignee;
  const nobodyNamed = unaddressed
    ? sql`OR (candidate_users = '{}' AND candidate_roles = '{}' AND candidate_groups = '{}')`
    : NOTHING;
  return sql`AND ((${CLAIMED} AND claimant = ${subject}) OR (
    NOT ${CLAIMED} AND NOT (exclude_requester AND requester = ${subject})
    AND (candidate_users && ${[subject, user]}::text[] OR candidate_roles && ${[...roles]}::text[]
      OR candidate_groups && ${[...groups]}::text[] ${nobodyNamed})))`;
}
