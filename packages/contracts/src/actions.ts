/** Platform roles, weakest first; `admin` may do everything. */
export const PLATFORM_ROLES = ['viewer', 'operator', 'author', 'approver', 'admin'] as const;

/** What a principal may be on the platform. */
export type PlatformRole = (typeof PLATFORM_ROLES)[number];

/** What a route lets somebody do; `packages/identity` says which roles may. */
export type Action =
  | 'workflows.read'
  | 'workflows.validate'
  | 'workflows.write'
  | 'agents.read'
  | 'agents.write'
  | 'agents.invoke'
  | 'artifacts.read'
  | 'artifacts.write'
  | 'runs.read'
  | 'runs.start'
  | 'runs.rehearse'
  | 'runs.control'
  /** Reading human tasks one is a candidate or the requester of. */
  | 'human-tasks.read'
  /** Reading the human tasks of everybody. */
  | 'human-tasks.read-all'
  /** Claiming and deciding: who may is up to each task's policy. */
  | 'human-tasks.decide';
