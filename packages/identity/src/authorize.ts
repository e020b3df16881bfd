import type { Action, PlatformRole } from '@baton/contracts';
import type { Principal } from './principal.ts';

const READERS: readonly PlatformRole[] = ['viewer', 'operator', 'author', 'approver'];

/**
 * Which platform roles allow what; `admin` may do everything. Human tasks are open to every principal: which ones somebody
 * may see and decide is the question of each task's policy, whatever their platform role.
 */
export const PERMISSIONS: Readonly<Record<Action, readonly PlatformRole[] | 'everybody'>> = {
  'workflows.read': READERS,
  'workflows.validate': READERS,
  'workflows.write': ['author'],
  'agents.read': READERS,
  'agents.write': ['author'],
  'agents.invoke': ['operator'],
  'artifacts.read': READERS,
  'artifacts.write': ['operator', 'author'],
  'runs.read': READERS,
  'runs.start': ['operator'],
  'runs.rehearse': ['operator', 'author'],
  'runs.control': ['operator'],
  'human-tasks.read-all': READERS,
  'human-tasks.read': 'everybody',
  'human-tasks.decide': 'everybody',
};

/** Whether a principal may do something. Pure. */
export function authorize(principal: Pick<Principal, 'roles'>, action: Action): boolean {
  const allowed = PERMISSIONS[action];
  return (
    allowed === 'everybody' || principal.roles.some((role) => role === 'admin' || allowed.includes(role))
  );
}
