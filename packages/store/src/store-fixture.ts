import { createDatabase, stopParts } from '@baton/test-kit';
import type { Scope } from '@baton/core';
import type { RunKey } from './events-read.ts';
import { migrate, readSchemaFiles } from './migrate.ts';
import { aRun } from './samples.ts';
import { createStore, type Store } from './store.ts';

/** A store on a database of its own, for tests. */
export interface StoreFixture {
  readonly store: Store;
  readonly scope: Scope;
  /** Connects the superuser who owns the database. */
  readonly ownerUrl: string;
  /** Connects the application role. */
  readonly appUrl: string;
  /** Accepts a run that a test does not care about otherwise. */
  accept(): Promise<RunKey>;
  stop(): Promise<void>;
}

const APP_ROLE = { name: 'baton_store_test', password: 'not-a-secret' };

/** Makes a migrated database from a template and a store on it, connected as the application role. */
export async function createStoreFixture(poolSize = 10): Promise<StoreFixture> {
  const { migrations } = await readSchemaFiles();
  const database = await createDatabase({
    prepare: (ownerUrl) => migrate({ ownerUrl, appRole: APP_ROLE }),
    key: migrations.map(({ sql }) => sql).join('\n'),
  });
  const url = new URL(database.url);
  url.username = APP_ROLE.name;
  url.password = APP_ROLE.password;
  const store = createStore({ databaseUrl: url.href, poolSize });
  const workspace = await store.workspaces.getByName('default');
  if (workspace === null) throw new Error('The workspace default is missing.');
  const scope = { workspaceId: workspace.id };
  return {
    store,
    scope,
    accept: async () => ({ scope, runId: (await store.runs.insertAccepted(scope, aRun())).run.id }),
    ownerUrl: database.url,
    appUrl: url.href,
    stop: async () => {
      await store.stop();
      await database.drop();
      await stopParts();
    },
  };
}
