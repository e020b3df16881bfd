import type { Action, PlatformRole } from '@baton/contracts';
import type { Principal } from './principal.ts';

const READERS: readonly PlatformRole[] = ['viewer', 'operator', 'author', 'approver'];

/**
 * Which platform roles allow what; `admin` may do everything. `human-tasks.decide` opens the door to everybody who may
 * read: whether somebody may decide a task is the question of that task's policy, whatever their platform role.
 */
export const PERMISSIONS: Readonly<Record<Action, readonly PlatformRole[]>> = {
  'workflows.read': READERS,
  'workflows.validate': READERS,
  'workflows.write': ['author'],
  'agents.read': READERS,
  'agents.write': ['author'],
  'agents.invoke': ['operator'],
  'runs.read': READERS,
  'runs.start': ['operator'],
  'runs.rehearse': ['operator', 'author'],
  'runs.control': ['operator'],
  'human-tasks.read': READERS,
  'human-tasks.decide': READERS,
};

/** Whether a principal may do something. Pure. */
export function authorize(principal: Pick<Principal, 'roles'>, action: Action): boolean {
  return principal.roles.some((role) => role === 'admin' || PERMISSIONS[action].includes(role));
}
