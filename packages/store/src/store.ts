import { createAgentCallRepository, type AgentCallRepository } from './agent-calls.ts';
import { createAgentCircuitRepository, type AgentCircuitRepository } from './agent-circuits.ts';
import { createAgentReplyRepository, type AgentReplyRepository } from './agent-replies.ts';
import { createAgentRepository, type AgentRepository } from './agents.ts';
import { createArtifactRepository, type ArtifactRepository } from './artifacts.ts';
import { createCallbackRepository, type CallbackRepository } from './callbacks.ts';
import { openDatabase, select } from './database.ts';
import { createEventRepository, type EventRepository } from './events.ts';
import { createFrameRepository, type FrameRepository } from './frames.ts';
import { createHumanTaskRepository, type HumanTaskRepository } from './human-tasks.ts';
import { createIdempotencyRepository, type IdempotencyRepository } from './idempotency.ts';
import { createNotifications, type Notifications } from './notifications.ts';
import { createOutboxRepository, type OutboxRepository } from './outbox.ts';
import { createRetellRepository, type RetellRepository } from './retell.ts';
import { createRunRepository, type RunRepository } from './runs.ts';
import { createStepRepository, type StepRepository } from './steps.ts';
import { createWorkflowRepository, type WorkflowRepository } from './workflows.ts';
import { createWorkspaceRepository, type WorkspaceRepository } from './workspaces.ts';

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
  readonly agentCalls: AgentCallRepository;
  readonly agentCircuits: AgentCircuitRepository;
  readonly agentReplies: AgentReplyRepository;
  readonly runs: RunRepository;
  readonly events: EventRepository;
  readonly steps: StepRepository;
  readonly frames: FrameRepository;
  readonly callbacks: CallbackRepository;
  readonly retell: RetellRepository;
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

const POOL_SIZE = 10;

/** A store on a migrated database; connects with the first call. */
export function createStore(params: StoreParams): Store {
  const db = openDatabase(params.databaseUrl, params.poolSize ?? POOL_SIZE);
  const notifications = createNotifications(params.databaseUrl);
  return {
    workspaces: createWorkspaceRepository(db),
    workflows: createWorkflowRepository(db),
    agents: createAgentRepository(db),
    agentCalls: createAgentCallRepository(db),
    agentCircuits: createAgentCircuitRepository(db),
    agentReplies: createAgentReplyRepository(db),
    runs: createRunRepository(db),
    events: createEventRepository(db),
    steps: createStepRepository(db),
    frames: createFrameRepository(db),
    callbacks: createCallbackRepository(db),
    retell: createRetellRepository(db),
    humanTasks: createHumanTaskRepository(db),
    outbox: createOutboxRepository(db),
    idempotency: createIdempotencyRepository(db),
    artifacts: createArtifactRepository(db),
    notifications,
    ping: async () => void (await select(db.prisma)`SELECT 1 AS up`),
    stop: async () => {
      await notifications.stop();
      await db.stop();
    },
  };
}
