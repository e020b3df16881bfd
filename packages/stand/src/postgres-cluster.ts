import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { commandOf, isAlive } from './process-facts.ts';
import { makeOwnedDir, type PostgresHome } from './postgres-home.ts';
import { hasCode } from './error-code.ts';

const run = promisify(execFile);

/** Major version of the binaries; a cluster of another one cannot be opened by them. */
const MAJOR = '18';

async function readOrNull(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function initialise(home: PostgresHome, password: string): Promise<void> {
  const fresh = `${home.clusterDir}.new`;
  await makeOwnedDir(fresh, home.user);
  const passwordFile = join(fresh, '..', `baton-${randomBytes(6).toString('hex')}.pw`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (home.user) await chown(passwordFile, home.user.uid, home.user.gid);
  const args = ['-D', fresh, '-U', 'postgres', '--pwfile', passwordFile, '--auth=scram-sha-256'];
  args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  try {
    await run(home.binaries.initdb, args, {
      ...home.user,
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  // One rename at the end: a run killed in the middle leaves a folder that the next one throws away.
  await rename(fresh, home.clusterDir);
}

/**
 * Makes the cluster unless it is there, and answers the superuser's password, which is generated and kept in
 * `<dataDir>.password` (readable by its owner only). Throws a sentence when the cluster is of another major version.
 */
export async function ensureCluster(home: PostgresHome, dataDir: string): Promise<string> {
  const passwordFile = `${dataDir}.password`;
  const [version, known] = await Promise.all([
    readOrNull(join(home.clusterDir, 'PG_VERSION')),
    readOrNull(passwordFile),
  ]);
  if (version !== null && version !== MAJOR) {
    throw new Error(
      `${home.clusterDir} was made by PostgreSQL ${version} and this is PostgreSQL ${MAJOR}: move it away to begin anew.`,
    );
  }
  if (version !== null && known) return known;
  if (version !== null) {
    throw new Error(
      `${passwordFile} is missing, so the database beside it cannot be opened: move both away to begin anew.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await initialise(home, password);
  return password;
}

/**
 * Deals with the lock file of a run that was killed: a PostgreSQL that still serves this cluster is asked to stop, and a
 * number that now belongs to some other process no longer counts as a lock.
 */
export async function clearStaleLock(clusterDir: string): Promise<void> {
  const file = join(clusterDir, 'postmaster.pid');
  const pid = Number((await readOrNull(file))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid < 2) return;
  const command = await commandOf(pid);
  if (command?.includes('postgres') && command.includes(clusterDir)) {
    process.kill(pid, 'SIGINT');
    for (let waitedMs = 0; waitedMs < 15_000 && isAlive(pid); waitedMs += 50) await delay(50);
    if (isAlive(pid))
      throw new Error(`PostgreSQL (process ${pid}) still serves ${clusterDir} and does not stop.`);
  }
  await rm(file, { force: true });
}

/** A folder for a cluster that is thrown away, in the system's temporary folder; other users may pass through it. */
export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'baton-'));
  return dir;
}
