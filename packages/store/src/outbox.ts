import type { JsonObject, Scope } from '@baton/core';

/** What the relay has to do. */
export type OutboxKind = 'human_task_decided' | 'signal' | 'cancel' | 'terminate' | 'suspend' | 'resume';

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
  /** A delivered `human_task_decided` also notes on the task that its run was signaled. */
  markDelivered(scope: Scope, id: string): Promise<void>;
  /** Puts a message back: after 1 s, doubled with every failure up to 1 minute. */
  reschedule(scope: Scope, id: string, error: string): Promise<void>;
  /** Across workspaces: how many messages wait, for metrics. */
  countPending(): Promise<number>;
}
