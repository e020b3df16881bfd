import type { Scope } from '@baton/core';
import { execute, select, type Database, type Queryable } from './database.ts';
import { flag, instant, oneOf, text, type Row } from './row-codec.ts';

/** A URL that an agent may send its answer to. */
export interface NewCallback {
  readonly tokenHash: string;
  /** Idempotency key of the delivery. */
  readonly key: string;
  /** Temporal's workflow id of the execution that is woken by the answer. */
  readonly workflowId: string;
  /** How long it may be used, in milliseconds. */
  readonly expiresInMs: number;
}

/** What an agent has sent. */
export interface CallbackBody {
  readonly mediaType: string;
  readonly body: string;
}

/** How a delivery stands that is answered later: its answer, or until when there may be one. */
export type AwaitedCallback =
  | ({ readonly kind: 'answered' } & CallbackBody)
  /** `accepted`: the agent has said that it will answer. */
  | { readonly kind: 'open'; readonly accepted: boolean; readonly expiresAt: string };

/**
 * How a URL stands: `received` just now; `open`; `taken`: this delivery has its answer; `gone`: it is not wanted any more, or
 * comes too late.
 */
export type CallbackOutcome = 'received' | 'taken' | 'gone' | 'unknown';

/** Answers that agents give later. */
export interface CallbackRepository {
  open(scope: Scope, callback: NewCallback): Promise<void>;
  /** Notes that the agent has said that it will answer. */
  accept(scope: Scope, key: string): Promise<void>;
  /** How a delivery stands; null when none of its URLs can be used any more and there is no answer. */
  find(scope: Scope, key: string): Promise<AwaitedCallback | null>;
  /** How the URL of a token stands, without using it. */
  look(scope: Scope, tokenHash: string): Promise<'open' | Exclude<CallbackOutcome, 'received'>>;
  /** Stores the first answer of a delivery and, in the same transaction, a message that wakes its run. */
  answer(scope: Scope, tokenHash: string, sent: CallbackBody): Promise<CallbackOutcome>;
  /** Makes all URLs of a delivery unusable and forgets its answer. */
  close(scope: Scope, key: string): Promise<void>;
  /** Across workspaces: removes what could be used until this many milliseconds ago; returns how many. */
  sweep(olderThanMs: number): Promise<number>;
}

/** The repository of callbacks on a database. */
export function createCallbackRepository(db: Database): CallbackRepository {
  const { prisma } = db;
  return {
    open: async (scope, { tokenHash, key, workflowId, expiresInMs }) => {
      await execute(prisma)`
        INSERT INTO agent_callbacks (workspace_id, token_hash, key, workflow_id, expires_at)
        VALUES (${scope.workspaceId}::uuid, ${tokenHash}, ${key}, ${workflowId},
                now() + ${expiresInMs}::float8 * interval '1 millisecond')`;
    },
    accept: async (scope, key) => {
      await execute(prisma)`
        UPDATE agent_callbacks SET accepted = true
        WHERE workspace_id = ${scope.workspaceId}::uuid AND key = ${key} AND status = 'open'`;
    },
    find: (scope, key) => find(prisma, scope, key),
    look: async (scope, tokenHash) => standingOf(await rowsOf(prisma, scope, tokenHash), tokenHash),
    answer: (scope, tokenHash, sent) =>
      db.transaction(async (tx) => {
        const standing = standingOf(await rowsOf(tx, scope, tokenHash), tokenHash);
        if (standing !== 'open') return standing;
        await store(tx, scope, { tokenHash, ...sent });
        return 'received';
      }),
    close: async (scope, key) => {
      await execute(prisma)`
        UPDATE agent_callbacks SET status = 'closed', body = NULL
        WHERE workspace_id = ${scope.workspaceId}::uuid AND key = ${key} AND status <> 'closed'`;
    },
    sweep: (olderThanMs) => execute(prisma)`
      DELETE FROM agent_callbacks WHERE expires_at <= now() - ${olderThanMs}::float8 * interval '1 millisecond'`,
  };
}

async function find(db: Queryable, scope: Scope, key: string): Promise<AwaitedCallback | null> {
  const [row] = await select(db)`
    SELECT status, media_type, body, accepted, expires_at FROM agent_callbacks
    WHERE workspace_id = ${scope.workspaceId}::uuid AND key = ${key}
      AND (status = 'answered' OR status = 'open' AND expires_at > clock_timestamp())
    ORDER BY status = 'answered' DESC, accepted DESC, expires_at DESC LIMIT 1`;
  if (row === undefined) return null;
  return text(row, 'status') === 'answered'
    ? { kind: 'answered', mediaType: text(row, 'media_type'), body: text(row, 'body') }
    : { kind: 'open', accepted: flag(row, 'accepted'), expiresAt: instant(row, 'expires_at') };
}

/** All rows of the delivery that a token is of, locked in one order, so that one answer is the first. */
function rowsOf(db: Queryable, scope: Scope, tokenHash: string): Promise<Row[]> {
  return select(db)`
    SELECT c.token_hash, c.status, c.expires_at > clock_timestamp() AS in_time
    FROM agent_callbacks c
    WHERE c.workspace_id = ${scope.workspaceId}::uuid
      AND c.key = (SELECT key FROM agent_callbacks
                   WHERE workspace_id = ${scope.workspaceId}::uuid AND token_hash = ${tokenHash})
    ORDER BY c.token_hash FOR UPDATE OF c`;
}

function standingOf(rows: readonly Row[], tokenHash: string): 'open' | 'taken' | 'gone' | 'unknown' {
  const own = rows.find((row) => text(row, 'token_hash') === tokenHash);
  if (own === undefined) return 'unknown';
  const status = oneOf(own, 'status', ['open', 'answered', 'closed']);
  if (status === 'closed') return 'gone';
  if (rows.some((row) => text(row, 'status') === 'answered')) return 'taken';
  return flag(own, 'in_time') ? 'open' : 'gone';
}

interface Stored extends CallbackBody {
  readonly tokenHash: string;
}

async function store(tx: Queryable, scope: Scope, { tokenHash, mediaType, body }: Stored): Promise<void> {
  await select(tx)`
    WITH answered AS (
      UPDATE agent_callbacks
      SET status = 'answered', media_type = ${mediaType}, body = ${body}, answered_at = now()
      WHERE workspace_id = ${scope.workspaceId}::uuid AND token_hash = ${tokenHash}
      RETURNING workspace_id, key, workflow_id
    ), sent AS (
      INSERT INTO outbox (workspace_id, id, kind, workflow_id, body)
      SELECT workspace_id, gen_random_uuid(), 'agent_called_back', workflow_id, json_build_object('key', key) FROM answered
    )
    SELECT pg_notify('baton_outbox', workspace_id::text)::text AS woken FROM answered`;
}
