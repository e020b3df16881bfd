import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAlive } from './process-facts.ts';
import { startProcess, tailOf } from './supervised-process.ts';
import { waitUntil } from './wait-until.ts';

let dir = '';
let parent: ChildProcess | null = null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-process-'));
});

afterEach(async () => {
  parent?.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

function shell(script: string, graceMs?: number) {
  const logFile = join(dir, 'child.log');
  return startProcess({
    name: 'The child',
    command: '/bin/sh',
    args: ['-c', script],
    logFile,
    ...(graceMs && { graceMs }),
  });
}

function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  return waitUntil({ what, look: async () => ((await holds()) ? null : 'not yet'), timeoutMs: 8_000 });
}

/** Starts a process that starts `script` as its supervised child, and answers the child's number. */
async function grandchild(script: string): Promise<number> {
  const module = fileURLToPath(new URL('./supervised-process.ts', import.meta.url));
  const options = { name: 'The child', command: '/bin/sh', args: ['-c', script], logFile: join(dir, 'log') };
  const code = `import { startProcess, tailOf } from ${JSON.stringify(module)};
    const child = await startProcess(${JSON.stringify({ ...options, graceMs: 300 })});
    console.log(child.pid);
    setInterval(() => undefined, 1000);`;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  parent = child;
  return new Promise((resolve) => child.stdout.once('data', (text) => resolve(Number(String(text)))));
}

describe('startProcess()', () => {
  it('says how a process ended and what it wrote last', async () => {
    const child = await shell('echo one; echo two; exit 3');
    expect(await child.ended).toEqual({ code: 3, signal: null, wanted: false });
    expect(await child.logTail(1)).toBe('two');
  });

  it('says so when the program is not there', async () => {
    const start = startProcess({
      name: 'Nothing',
      command: join(dir, 'none'),
      args: [],
      logFile: join(dir, 'log'),
    });
    await expect(start).rejects.toThrow('Nothing could not be started');
  });

  it('lets a process end well when it is asked to stop', async () => {
    const child = await shell('trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done');
    await until('ready', async () => (await child.logTail()) === 'ready');
    await child.stop();
    expect(await child.ended).toEqual({ code: 0, signal: null, wanted: true });
    expect(await child.logTail(1)).toBe('bye');
  });

  it('kills a process that does not stop, with what it started', async () => {
    const child = await shell('trap "" TERM; sleep 1000 & echo $!; wait; wait', 200);
    await until('the number', async () => (await child.logTail()) !== '');
    const inner = Number(await child.logTail());
    await child.stop();
    expect((await child.ended).signal).toBe('SIGKILL');
    await until('the end of the inner process', () => !isAlive(inner));
  });

  it('ends the child when its parent is killed', async () => {
    const pid = await grandchild(
      'trap "echo ended well; exit 0" TERM; echo ready; while :; do sleep 0.05; done',
    );
    await until('ready', async () => (await readFile(join(dir, 'log'), 'utf8')).includes('ready'));
    parent?.kill('SIGKILL');
    await until('the end of the child', () => !isAlive(pid));
    expect(await readFile(join(dir, 'log'), 'utf8')).toContain('ended well');
  });

  it('kills a stubborn child when its parent is killed', async () => {
    const pid = await grandchild('trap "" TERM; while :; do sleep 0.05; done');
    expect(isAlive(pid)).toBe(true);
    parent?.kill('SIGKILL');
    await until('the end of the child', () => !isAlive(pid));
    expect(isAlive(pid)).toBe(false);
  });
});

describe('tailOf()', () => {
  it('finds the last lines of a log that is too long for one string', async () => {
    const path = join(dir, 'long.log');
    const file = await open(path, 'w');
    // The hole takes no room on the disk.
    await file.write('\none\ntwo\n', 600 * 1024 * 1024);
    await file.close();
    expect(await tailOf(path, 2)).toBe('one\ntwo');
  });

  it('is empty when there is no file', async () => {
    expect(await tailOf(join(dir, 'none.log'))).toBe('');
  });
});
