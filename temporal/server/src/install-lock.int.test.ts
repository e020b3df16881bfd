import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withInstallLock } from './install-lock.ts';

describe('withInstallLock()', () => {
  let dir: string;
  let lock: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'baton-lock-'));
    lock = join(dir, 'lock');
  });

  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('lets one work at a time, and the next when the first is done or has failed', async () => {
    let inside = 0;
    const work = async (): Promise<number> => {
      inside += 1;
      expect(inside).toBe(1);
      expect(await readFile(join(lock, 'pid'), 'utf8')).toBe(String(process.pid));
      inside -= 1;
      return 7;
    };
    const failing = withInstallLock(lock, () => Promise.reject(new Error('no space')));
    const results = [withInstallLock(lock, work), withInstallLock(lock, work)];
    await expect(failing).rejects.toThrow('no space');
    expect(await Promise.all(results)).toEqual([7, 7]);
    expect(existsSync(lock)).toBe(false);
  });

  it('takes over the lock of a process that has died', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    await mkdir(lock);
    await writeFile(join(lock, 'pid'), String(dead));
    expect(await withInstallLock(lock, () => Promise.resolve('done'))).toBe('done');
  });

  it('takes over a lock whose owner never wrote its number', async () => {
    await mkdir(lock);
    expect(await withInstallLock(lock, () => Promise.resolve('done'))).toBe('done');
  });

  it('stops waiting when it is told to', async () => {
    await mkdir(lock);
    await writeFile(join(lock, 'pid'), String(process.pid));
    const stop = new AbortController();
    const waiting = withInstallLock(lock, () => Promise.resolve('done'), stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    expect(existsSync(lock)).toBe(true);
  });

  it('says what is wrong with the place', async () => {
    await expect(withInstallLock(join(dir, 'none', 'lock'), () => Promise.resolve(1))).rejects.toThrow(
      'ENOENT',
    );
  });
});
