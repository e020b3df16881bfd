import { createDatabase, stopParts } from '@baton/test-kit';
import type { Scope } from '@baton/core';
import { migrate, readSchemaFiles } from './migrate.ts';
import { createStore, type Store } from './store.ts';

/** A store on a database of its own, for tests. */
export interface StoreFixture {
  readonly store: Store;
  readonly scope: Scope;
  /** Connects the superuser who owns the database. */
  readonly ownerUrl: string;
  /** Connects the application role. */
  readonly appUrl: string;
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
  return {
    store,
    scope: { workspaceId: workspace.id },
    ownerUrl: database.url,
    appUrl: url.href,
    stop: async () => {
      await store.stop();
      await database.drop();
      await stopParts();
    },
  };
}
