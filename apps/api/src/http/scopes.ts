import type { Scope } from '@baton/core';
import type { Store } from '@baton/store';

/** Finds the scope of a workspace by its name; null when there is none. */
export type FindScope = (name: string) => Promise<Scope | null>;

/** How long a workspace is believed to be there, in milliseconds. */
const BELIEVED_MS = 5_000;
/** Workspaces that are believed to be there. */
const MOST_BELIEVED = 1_000;

/** Looks workspaces up, each of them once in five seconds; one that is not there is looked for every time. */
export function createScopes(workspaces: Store['workspaces'], now: () => number): FindScope {
  const known = new Map<string, { readonly scope: Scope; readonly until: number }>();
  return async (name) => {
    const before = known.get(name);
    if (before !== undefined && before.until > now()) return before.scope;
    known.delete(name);
    const found = await workspaces.getByName(name);
    if (found === null) return null;
    const scope = { workspaceId: found.id };
    if (known.size >= MOST_BELIEVED) known.clear();
    known.set(name, { scope, until: now() + BELIEVED_MS });
    return scope;
  };
}
