import { randomUUID } from 'node:crypto';
import type { Json, Scope } from '@baton/core';
import { execute, select, type Database, type Queryable } from './database.ts';
import { flag, jsonObject, jsonText, text, trusted } from './row-codec.ts';

/** What a key is bound to. */
export interface IdempotencyParams {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly principal: string;
  /** Hash of the request body. */
  readonly bodyHash: string;
}

/** The first answer, to be given again. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** What to do with a request. `fresh`: do it, then complete or abandon with the claim. */
export type BeginResult =
  | { readonly outcome: 'fresh'; readonly claim: IdempotencyClaim }
  | { readonly outcome: 'replay'; readonly response: RecordedResponse }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'in_flight' };

/** The right to answer for a key. Lost when somebody took over after a minute. */
export interface IdempotencyClaim {
  readonly scope: Scope;
  readonly id: string;
}

/** Keys of POST requests, kept for 24 hours. */
export interface IdempotencyRepository {
  /** Of any number of calls at once exactly one is `fresh`. A key in flight for over 60 s may be taken over. */
  begin(scope: Scope, params: IdempotencyParams): Promise<BeginResult>;
  /** Records the answer. False when the claim was lost. */
  complete(claim: IdempotencyClaim, response: RecordedResponse): Promise<boolean>;
  /** Frees the key: the request did nothing. */
  abandon(claim: IdempotencyClaim): Promise<void>;
  /** Across workspaces: removes what has expired; returns how many. */
  sweep(): Promise<number>;
}

const KEPT_MS = 86_400_000;
const TAKEOVER_MS = 60_000;

/** The repository of idempotency keys on a database. */
export function createIdempotencyRepository(db: Database): IdempotencyRepository {
  const { prisma } = db;
  return {
    begin: (scope, params) => begin(prisma, scope, params),
    complete: async ({ scope, id }, response) => {
      const touched = await execute(prisma)`
        UPDATE idempotency_keys SET status = 'done', response = ${jsonText(response)}::json
        WHERE workspace_id = ${scope.workspaceId}::uuid AND claim = ${id}::uuid AND status = 'in_flight'`;
      return touched > 0;
    },
    abandon: async ({ scope, id }) => {
      await execute(prisma)`
        DELETE FROM idempotency_keys
        WHERE workspace_id = ${scope.workspaceId}::uuid AND claim = ${id}::uuid AND status = 'in_flight'`;
    },
    sweep: () => execute(prisma)`DELETE FROM idempotency_keys WHERE expires_at < now()`,
  };
}

async function begin(db: Queryable, scope: Scope, params: IdempotencyParams): Promise<BeginResult> {
  const claim = randomUUID();
  // A row is ours when it is new, expired, or left in flight by somebody who died; otherwise it is not touched.
  const [ours] = await select(db)`
    INSERT INTO idempotency_keys AS k (workspace_id, principal, method, path, key, claim, body_hash, status, expires_at)
    VALUES (${scope.workspaceId}::uuid, ${params.principal}, ${params.method}, ${params.path}, ${params.key},
            ${claim}::uuid, ${params.bodyHash}, 'in_flight', now() + ${KEPT_MS}::float8 * interval '1 millisecond')
    ON CONFLICT (workspace_id, principal, method, path, key) DO UPDATE
    SET claim = excluded.claim, body_hash = excluded.body_hash, status = 'in_flight', response = NULL,
        claimed_at = now(), expires_at = excluded.expires_at
    WHERE k.expires_at < now() OR (k.status = 'in_flight' AND k.body_hash = excluded.body_hash
      AND k.claimed_at < now() - ${TAKEOVER_MS}::float8 * interval '1 millisecond')
    RETURNING true AS ours`;
  if (ours !== undefined) return { outcome: 'fresh', claim: { scope, id: claim } };
  const [known] = await select(db)`
    SELECT body_hash = ${params.bodyHash} AS same, status, response FROM idempotency_keys
    WHERE workspace_id = ${scope.workspaceId}::uuid AND principal = ${params.principal} AND method = ${params.method}
      AND path = ${params.path} AND key = ${params.key}`;
  // Abandoned or swept between the two statements: the caller may come again at once.
  if (known === undefined) return { outcome: 'in_flight' };
  if (!flag(known, 'same')) return { outcome: 'mismatch' };
  if (text(known, 'status') === 'in_flight') return { outcome: 'in_flight' };
  return { outcome: 'replay', response: trusted<RecordedResponse>(jsonObject(known, 'response')) };
}
