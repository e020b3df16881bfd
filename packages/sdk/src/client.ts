import { createAgentsClient, type AgentsClient } from './agents.ts';
import { createHumanTasksClient, type HumanTasksClient } from './human-tasks.ts';
import { createRunsClient, type RunsClient } from './runs.ts';
import { createTransport } from './transport.ts';
import { createWorkflowsClient, type WorkflowsClient } from './workflows.ts';

/** Where Baton is, and who asks. */
export interface ClientOptions {
  /** Address of the API, such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Bearer token; `dev:<user>[:role,…]` on a local Baton. */
  readonly token: string;
  /** Name of the workspace; default: the caller's own. */
  readonly workspace?: string | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A client of the API for one principal. */
export interface Client {
  readonly workflows: WorkflowsClient;
  readonly agents: AgentsClient;
  readonly runs: RunsClient;
  readonly humanTasks: HumanTasksClient;
}

/**
 * A client of the API. It keeps no connection open and needs no closing. Every method rejects with a `BatonError` when the
 * API refuses, and with `fetch`'s own error when nobody answers; nothing but event streams is tried again.
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options);
  return {
    workflows: createWorkflowsClient(transport),
    agents: createAgentsClient(transport),
    runs: createRunsClient(transport),
    humanTasks: createHumanTasksClient(transport),
  };
}
