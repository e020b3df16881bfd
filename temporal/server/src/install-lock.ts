import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 300;

// Asks for the property and not for the class: under jest, errors of Node's own modules are of another realm's class.
function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process is there and belongs to somebody else.
    return hasCode(error, 'EPERM');
  }
}

async function ownerOf(lockDir: string): Promise<number | null> {
  try {
    const pid = Number(await readFile(join(lockDir, 'pid'), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    // The owner has made the folder and not yet written its number, or has just let go.
    return null;
  }
}

async function tryTake(lockDir: string): Promise<boolean> {
  try {
    await mkdir(lockDir);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  await writeFile(join(lockDir, 'pid'), String(process.pid));
  return true;
}

/**
 * Runs `work` while no other process of this machine holds `lockDir`, a folder whose parent exists.
 * A lock whose owner is dead is taken over. Two processes that take over at the same instant may both work:
 * that costs time only, since what is installed is put in place by one rename.
 * Rejects when `signal` aborts while it waits.
 */
export async function withInstallLock<T>(
  lockDir: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let emptyLooks = 0;
  while (!(await tryTake(lockDir))) {
    signal?.throwIfAborted();
    const owner = await ownerOf(lockDir);
    emptyLooks = owner === null ? emptyLooks + 1 : 0;
    if ((owner !== null && !isAlive(owner)) || emptyLooks > 10)
      await rm(lockDir, { recursive: true, force: true });
    else await delay(POLL_MS, undefined, signal ? { signal } : {});
  }
  try {
    return await work();
  } finally {
    await rm(lockDir, { recursive: true, force: true });
  }
}
