import { describe, expect, it } from '@jest/globals';
import { PLATFORM_ROLES, type Action } from '@baton/contracts';
import { authorize, PERMISSIONS } from './authorize.ts';

const who = (action: Action) => PLATFORM_ROLES.filter((role) => authorize({ roles: [role] }, action));

describe('authorize()', () => {
  it('lets each role do what the table says', () => {
    expect(who('runs.read')).toEqual(['viewer', 'operator', 'author', 'approver', 'admin']);
    expect(who('runs.start')).toEqual(['operator', 'admin']);
    expect(who('runs.control')).toEqual(['operator', 'admin']);
    expect(who('workflows.write')).toEqual(['author', 'admin']);
    expect(who('agents.write')).toEqual(['author', 'admin']);
    expect(who('agents.invoke')).toEqual(['operator', 'admin']);
  });

  it('lets nobody without a role do anything but what a task’s own policy decides', () => {
    const actions = [
      'workflows.read',
      'runs.read',
      'agents.read',
      'human-tasks.read-all',
      'runs.start',
    ] as const;
    expect(actions.filter((action) => authorize({ roles: [] }, action))).toEqual([]);
    expect(authorize({ roles: [] }, 'human-tasks.decide')).toBe(true);
  });

  it('lets an admin do everything in the table', () => {
    expect(Object.values(PERMISSIONS).length).toBeGreaterThan(10);
    expect(who('human-tasks.read-all')).toContain('admin');
  });
});
