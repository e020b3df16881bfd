import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { binariesIn, findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** The user PostgreSQL runs as. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where a cluster's files and binaries are, and who runs it. */
export interface PostgresHome {
  readonly binaries: PostgresBinaries;
  /** PostgreSQL's own data folder. */
  readonly clusterDir: string;
  /** `null`: the user of this process. */
  readonly user: PostgresUser | null;
  /** The folder outside that holds both, when the data folder could not; else `null`. */
  readonly outsideDir: string | null;
}

async function idOf(name: string): Promise<PostgresUser> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/**
 * PostgreSQL refuses to run as root, so root lends it to `postgres` where that user exists and to `nobody` elsewhere.
 * No user is created: a newcomer's machine stays as it was.
 */
async function userForPostgres(): Promise<PostgresUser | null> {
  if (process.getuid?.() !== 0) return null;
  return idOf('postgres').catch(() => idOf('nobody'));
}

async function reaches(user: PostgresUser, paths: readonly string[]): Promise<boolean> {
  const test = 'for p in "$@"; do [ -x "$p" ] || exit 1; done';
  try {
    await run('/bin/sh', ['-c', test, 'sh', ...paths], { uid: user.uid, gid: user.gid, cwd: '/' });
    return true;
  } catch {
    // The user may not pass through one of the folders on the way.
    return false;
  }
}

async function knownOutsideDir(pointer: string): Promise<string | null> {
  try {
    const dir = (await readFile(pointer, 'utf8')).trim();
    const facts = await stat(dir);
    return facts.isDirectory() && facts.uid === 0 ? dir : null;
  } catch {
    // No pointer, or what it points at was swept away.
    return null;
  }
}

async function moveOutside(dataDir: string, found: PostgresBinaries): Promise<string> {
  const pointer = `${dataDir}.place`;
  const known = await knownOutsideDir(pointer);
  if (known !== null) return known;
  const dir = await mkdtemp('/var/tmp/baton-postgres-');
  await chmod(dir, 0o711);
  await cp(found.nativeDir, join(dir, 'native'), { recursive: true, verbatimSymlinks: true });
  await writeFile(pointer, `${dir}\n`, { mode: 0o600 });
  return dir;
}

/**
 * Decides where a cluster lives and who runs it. Ordinarily that is `dataDir` and the user of this process. When root
 * runs Baton below a folder that other users cannot enter (such as /root), cluster and binaries move to a folder of
 * their own under /var/tmp, which the file `<dataDir>.place` names.
 */
export async function settlePostgresHome(dataDir: string): Promise<PostgresHome> {
  const found = findPostgresBinaries();
  const user = await userForPostgres();
  await mkdir(dirname(dataDir), { recursive: true });
  if (user === null || (await reaches(user, [found.postgres, dirname(dataDir)]))) {
    return { binaries: found, clusterDir: dataDir, user, outsideDir: null };
  }
  const outsideDir = await moveOutside(dataDir, found);
  return {
    binaries: binariesIn(join(outsideDir, 'native')),
    clusterDir: join(outsideDir, 'cluster'),
    user,
    outsideDir,
  };
}

/** Makes an empty folder that belongs to the user PostgreSQL runs as. */
export async function makeOwnedDir(dir: string, user: PostgresUser | null): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (user) await chown(dir, user.uid, user.gid);
}
