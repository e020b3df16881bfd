import { isTerminal, storableText, type RunId, type Scope, type Status } from '@baton/core';
import { beginningWith, containing, decodeCursor, pageSize, toPage } from './cursor-codec.ts';
import { NOTHING, select, sql, type Queryable, type Sql } from './database.ts';
import type { Page, PageParams } from './page.ts';
import { RUN_COLUMNS, toRunRecord } from './runs-codec.ts';
import type { RunKind, RunRecord } from './runs.ts';

/** Filters of the list of runs; all must hold. */
export interface RunListParams extends PageParams {
  /** Any of these. */
  readonly status?: readonly Status[];
  readonly kind?: RunKind;
  readonly workflow?: string;
  readonly version?: string;
  /** Every one of these key and value pairs. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Started at or after this instant. */
  readonly startedAfter?: string;
  /** Started before this instant. */
  readonly startedBefore?: string;
  readonly parent?: RunId;
  /** Looked for in the workflow's name and the tags, and as the beginning of the run's id. */
  readonly q?: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One page of runs, newest first; rows inserted meanwhile change no later page. */
export async function listRuns(db: Queryable, scope: Scope, params: RunListParams): Promise<Page<RunRecord>> {
  const cursor = decodeCursor(params, UUID);
  const size = pageSize(params);
  const after =
    cursor === null ? NOTHING : sql`AND (created_at, id) < (${cursor.at}::timestamptz, ${cursor.key}::uuid)`;
  const rows = await select(db)`
    SELECT ${RUN_COLUMNS} FROM runs
    WHERE workspace_id = ${scope.workspaceId}::uuid ${conditions(params)} ${after}
    ORDER BY created_at DESC, id DESC LIMIT ${size + 1}::int`;
  return toPage(rows.map(toRunRecord), size, (run) => ({ at: run.createdAt, key: run.id }));
}

/** Tags without U+0000, which `jsonb` cannot hold. */
export function cleanTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [storableText(key), storableText(value)]),
  );
}

function conditions(params: RunListParams): Sql {
  return sql`${byStatus(params.status)} ${byTags(params.tags)} ${byText(params.q)}
    ${params.kind === undefined ? NOTHING : sql`AND kind = ${params.kind}`}
    ${params.workflow === undefined ? NOTHING : sql`AND workflow = ${params.workflow}`}
    ${params.version === undefined ? NOTHING : sql`AND version = ${params.version}`}
    ${params.startedAfter === undefined ? NOTHING : sql`AND started_at >= ${params.startedAfter}::timestamptz`}
    ${params.startedBefore === undefined ? NOTHING : sql`AND started_at < ${params.startedBefore}::timestamptz`}
    ${params.parent === undefined ? NOTHING : sql`AND parent_run_id = ${params.parent}::uuid`}`;
}

function byStatus(statuses: readonly Status[] | undefined): Sql {
  if (statuses === undefined) return NOTHING;
  // Says what follows anyway, so that the small index of open runs serves.
  const open = statuses.some(isTerminal) ? NOTHING : sql`AND ended_at IS NULL`;
  return sql`AND status = ANY(${[...statuses]}::text[]) ${open}`;
}

function byTags(tags: Readonly<Record<string, string>> | undefined): Sql {
  if (tags === undefined || Object.keys(tags).length === 0) return NOTHING;
  return sql`AND tags <> '{}' AND tags @> ${JSON.stringify(cleanTags(tags))}::jsonb`;
}

function byText(q: string | undefined): Sql {
  if (q === undefined || q === '') return NOTHING;
  return sql`AND (workflow ILIKE ${containing(q)} OR tags::text ILIKE ${containing(q)}
    OR id::text LIKE ${beginningWith(q.toLowerCase())})`;
}
