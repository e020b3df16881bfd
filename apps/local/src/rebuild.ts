import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { portTaken } from '@baton/stand';
import { readSettings, type Settings } from './settings.ts';
import { APP_ROLE } from './stack.ts';

/** Where the parts are whose projections are rebuilt. */
export interface RebuildEnvironment {
  readonly DATABASE_URL: string;
  readonly TEMPORAL_ADDRESS: string;
  readonly TEMPORAL_NAMESPACE: string;
}

/** What {@link rebuildEnvironment} needs. */
export interface RebuildParams {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds PostgreSQL and Temporal: the ones of the environment, else the embedded ones of a Baton that runs from this
 * checkout. Throws a sentence when neither is there.
 */
export async function rebuildEnvironment({ root, env }: RebuildParams): Promise<RebuildEnvironment> {
  const settings = readSettings(env);
  return {
    DATABASE_URL: settings.databaseUrl ?? (await embeddedDatabase(root, settings)),
    TEMPORAL_ADDRESS: settings.temporalAddress ?? (await embeddedTemporal(settings)),
    TEMPORAL_NAMESPACE: settings.temporalNamespace,
  };
}

async function embeddedDatabase(root: string, settings: Settings): Promise<string> {
  const { stateDir, postgresPort: port } = settings;
  const file = join(resolve(root, stateDir ?? '.baton'), 'postgres', 'app.password');
  const password = await readFile(file, 'utf8').catch(() => null);
  if (password === null || !(await portTaken(port)))
    throw new Error(nobody('PostgreSQL', port, 'DATABASE_URL'));
  return `postgresql://${APP_ROLE}:${password.trim()}@127.0.0.1:${port}/baton`;
}

async function embeddedTemporal({ temporalPort: port }: Settings): Promise<string> {
  if (!(await portTaken(port))) throw new Error(nobody('Temporal', port, 'TEMPORAL_ADDRESS'));
  return `127.0.0.1:${port}`;
}

function nobody(what: string, port: number, variable: string): string {
  return `The embedded ${what} does not run on port ${port}: start Baton in another terminal with npm start, or set ${variable} to your own.`;
}
