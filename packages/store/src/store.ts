import type { AgentRepository } from './agents.ts';
import type { ArtifactRepository } from './artifacts.ts';
import type { EventRepository } from './events.ts';
import type { HumanTaskRepository } from './human-tasks.ts';
import type { IdempotencyRepository } from './idempotency.ts';
import type { Notifications } from './notifications.ts';
import type { OutboxRepository } from './outbox.ts';
import type { RunRepository } from './runs.ts';
import type { StepRepository } from './steps.ts';
import type { WorkflowRepository } from './workflows.ts';
import type { WorkspaceRepository } from './workspaces.ts';

/** Parameters of {@link createStore}. */
export interface StoreParams {
  /** Where the database is, as the application role (`postgres://…`). */
  readonly databaseUrl: string;
  /** How many connections at most; default 10. One more is opened for notifications. */
  readonly poolSize?: number;
}

/** Everything Baton keeps. Functions reject with an error that `isDatabaseUnavailable` knows when the database is away. */
export interface Store {
  readonly workspaces: WorkspaceRepository;
  readonly workflows: WorkflowRepository;
  readonly agents: AgentRepository;
  readonly runs: RunRepository;
  readonly events: EventRepository;
  readonly steps: StepRepository;
  readonly humanTasks: HumanTaskRepository;
  readonly outbox: OutboxRepository;
  readonly idempotency: IdempotencyRepository;
  readonly artifacts: ArtifactRepository;
  readonly notifications: Notifications;
  /** Resolves when the database answers, within 5 s; rejects otherwise. For readiness. */
  ping(): Promise<void>;
  /** Ends all connections. */
  stop(): Promise<void>;
}

/** A store on a migrated database; connects with the first call. */
export function createStore(params: StoreParams): Store {
  throw new Error(`The store for a pool of ${params.poolSize ?? 10} is not written yet.`);
}
