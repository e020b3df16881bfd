import type { JsonObject, Scope } from '@baton/core';
import { execute, select, type Database, type Queryable } from './database.ts';
import { instant, jsonObject, jsonText, number, oneOf, scopeOf, text, type Row } from './row-codec.ts';

/** What the relay has to do. */
export type OutboxKind =
  | 'human_task_decided'
  | 'child_run_ended'
  | 'agent_call_due'
  | 'agent_called_back'
  | 'signal'
  | 'cancel'
  | 'terminate'
  | 'suspend'
  | 'resume';

const KINDS: readonly OutboxKind[] = [
  'human_task_decided',
  'child_run_ended',
  'agent_call_due',
  'agent_called_back',
  'signal',
  'cancel',
  'terminate',
  'suspend',
  'resume',
];

/** A message to send to a workflow execution. */
export interface NewOutboxMessage {
  readonly kind: OutboxKind;
  /** Temporal's workflow id of the receiver. */
  readonly workflowId: string;
  readonly body: JsonObject;
  /** Two messages with one key are one. */
  readonly key?: string;
}

/** A message taken for delivery. */
export interface OutboxMessage {
  readonly scope: Scope;
  readonly id: string;
  readonly kind: OutboxKind;
  readonly workflowId: string;
  readonly body: JsonObject;
  readonly createdAt: string;
  /** How many deliveries failed before. */
  readonly attempts: number;
}

/** Parameters of {@link OutboxRepository.takeDue}. */
export interface TakeDueParams {
  readonly limit: number;
  /** How long nobody else gets them, in milliseconds; default 30 000. */
  readonly leaseMs?: number;
}

/** Messages to executions, delivered at least once. */
export interface OutboxRepository {
  enqueue(scope: Scope, message: NewOutboxMessage): Promise<void>;
  /** Across workspaces: takes due messages under a lease, oldest first. */
  takeDue(params: TakeDueParams): Promise<readonly OutboxMessage[]>;
  /** A delivered `human_task_decided` also notes on the task that its run was signaled; an `agent_call_due` is not kept. */
  markDelivered(scope: Scope, id: string): Promise<void>;
  /** Puts a message back: after 1 s, doubled with every failure up to 1 minute. */
  reschedule(scope: Scope, id: string, error: string): Promise<void>;
  /** Across workspaces: how many messages wait, for metrics. */
  countPending(): Promise<number>;
  /** Across workspaces: removes messages delivered this many milliseconds ago or earlier; returns how many. */
  sweep(olderThanMs: number): Promise<number>;
}

const LEASE_MS = 30_000;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;

/** The repository of outgoing messages on a database. */
export function createOutboxRepository(db: Database): OutboxRepository {
  const { prisma } = db;
  return {
    enqueue: async (scope, message) => {
      await select(prisma)`
        WITH added AS (
          INSERT INTO outbox (workspace_id, id, key, kind, workflow_id, body)
          VALUES (${scope.workspaceId}::uuid, gen_random_uuid(), ${message.key ?? null}, ${message.kind},
                  ${message.workflowId}, ${jsonText(message.body)}::json)
          ON CONFLICT DO NOTHING
          RETURNING workspace_id
        )
        SELECT pg_notify('baton_outbox', workspace_id::text)::text AS woken FROM added`;
    },
    takeDue: (params) => takeDue(prisma, params),
    markDelivered: (scope, id) => markDelivered(prisma, scope, id),
    reschedule: async (scope, id, error) => {
      await execute(prisma)`
        UPDATE outbox
        SET attempts = attempts + 1, last_error = ${error},
            next_attempt_at = now() + least(${FIRST_DELAY_MS}::float8 * power(2, least(attempts, 30)), ${MAX_DELAY_MS}::float8)
              * interval '1 millisecond'
        WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${id}::uuid AND delivered_at IS NULL`;
    },
    countPending: async () => {
      const [row] = await select(
        prisma,
      )`SELECT count(*)::int AS pending FROM outbox WHERE delivered_at IS NULL`;
      return row === undefined ? 0 : number(row, 'pending');
    },
    sweep: (olderThanMs) => execute(prisma)`
      DELETE FROM outbox WHERE delivered_at <= now()::timestamptz(3) - ${olderThanMs}::float8 * interval '1 millisecond'`,
  };
}

/** Instants are kept as whole milliseconds, rounded; rounded alike, what was written a moment ago is due at once. */
async function takeDue(db: Queryable, params: TakeDueParams): Promise<readonly OutboxMessage[]> {
  const rows = await select(db)`
    WITH due AS (
      SELECT workspace_id, id FROM outbox
      WHERE delivered_at IS NULL AND next_attempt_at <= now()::timestamptz(3)
      ORDER BY next_attempt_at, created_at LIMIT ${params.limit}::int
      FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox o
    SET next_attempt_at = now() + ${params.leaseMs ?? LEASE_MS}::float8 * interval '1 millisecond'
    FROM due WHERE o.workspace_id = due.workspace_id AND o.id = due.id
    RETURNING o.*`;
  return rows
    .map(toMessage)
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
}

function toMessage(row: Row): OutboxMessage {
  return {
    scope: scopeOf(row),
    id: text(row, 'id'),
    kind: oneOf(row, 'kind', KINDS),
    workflowId: text(row, 'workflow_id'),
    body: jsonObject(row, 'body'),
    createdAt: instant(row, 'created_at'),
    attempts: number(row, 'attempts'),
  };
}

async function markDelivered(db: Queryable, scope: Scope, id: string): Promise<void> {
  await execute(db)`
    WITH woke AS (
      DELETE FROM outbox WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${id}::uuid AND kind = 'agent_call_due'
    ), delivered AS (
      UPDATE outbox SET delivered_at = now(), last_error = NULL
      WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${id}::uuid AND delivered_at IS NULL
        AND kind <> 'agent_call_due'
      RETURNING workspace_id, kind, body
    )
    UPDATE human_tasks t SET delivery = 'signaled'
    FROM delivered d
    WHERE t.workspace_id = d.workspace_id AND t.id = CASE WHEN d.kind = 'human_task_decided' THEN (d.body ->> 'taskId')::uuid END
      AND t.delivery = 'pending'`;
}
