import { parseWorkflowId } from '@baton/core';
import type { Store } from '@baton/store';
import { describe, expect, it } from '@jest/globals';
import { createScopes } from './scopes.ts';

const ids = parseWorkflowId('00000000-0000-4000-8000-000000000001.0190a000-0000-7000-8000-000000000001');
if (ids === null) throw new Error('These are no ids.');
const { scope } = ids;

/** Workspaces by name, and how often they were looked up. */
function workspaces(names: readonly string[]): Store['workspaces'] & { readonly lookedUp: string[] } {
  const lookedUp: string[] = [];
  return {
    lookedUp,
    getByName: async (name) => {
      lookedUp.push(name);
      if (!names.includes(name)) return null;
      return { id: scope.workspaceId, name, createdAt: '2026-01-01T00:00:00.000Z' };
    },
    list: async () => [],
  };
}

describe('createScopes()', () => {
  it('looks a workspace up once in five seconds', async () => {
    let now = 0;
    const store = workspaces(['default']);
    const find = createScopes(store, () => now);
    expect(await find('default')).toEqual(scope);
    now = 4_999;
    expect(await find('default')).toEqual(scope);
    expect(store.lookedUp).toHaveLength(1);
    now = 5_000;
    expect(await find('default')).toEqual(scope);
    expect(store.lookedUp).toHaveLength(2);
  });

  it('looks every time for one that is not there: it may come', async () => {
    const store = workspaces([]);
    const find = createScopes(store, () => 0);
    expect([await find('late'), await find('late')]).toEqual([null, null]);
    expect(store.lookedUp).toHaveLength(2);
  });
});
