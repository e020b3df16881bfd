import type { Scope } from '@baton/core';
import { createStore, migrate, type NewRun, type Store } from '@baton/store';
import { createDatabase, stopParts } from '@baton/test-kit';
import { aCaller, type Caller } from './activity-fixture.ts';

/** A store on a database of its own, and runs that ask for activities. */
export interface ActivityStore {
  readonly store: Store;
  readonly scope: Scope;
  /** The execution of a run that was accepted. */
  accepted(more?: Partial<NewRun>): Promise<Caller>;
  stop(): Promise<void>;
}

const ROLE = { name: 'baton_activities_test', password: 'not-a-secret' };

/** Makes the database from a migrated template and connects as the application role. */
export async function createActivityStore(): Promise<ActivityStore> {
  const prepare = (ownerUrl: string): Promise<unknown> => migrate({ ownerUrl, appRole: ROLE });
  const { url, drop } = await createDatabase({ prepare, key: 'activities' });
  const store = createStore({ databaseUrl: Object.assign(new URL(url), ROLE_IN_URL).href });
  const workspace = await store.workspaces.getByName('default');
  if (workspace === null) throw new Error('A migrated database has no default workspace.');
  const scope = { workspaceId: workspace.id };
  return {
    store,
    scope,
    accepted: async (more = {}) => {
      const caller = aCaller({ scope });
      await store.runs.insertAccepted(scope, { ...RUN, id: caller.runId, ...more });
      return caller;
    },
    stop: async () => {
      await store.stop();
      await drop();
      await stopParts();
    },
  };
}

const ROLE_IN_URL = { username: ROLE.name, password: ROLE.password };

const RUN: Omit<NewRun, 'id'> = {
  kind: 'workflow',
  workflow: 'publish-article',
  namespace: 'content',
  version: '1.0.0',
  input: { topic: 'rivers' },
  requester: 'local|ada',
  snapshot: { engine: 1 },
};
