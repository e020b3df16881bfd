import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A process group that must not outlive this process. */
export interface GuardedGroup {
  /** Leader of the group. */
  readonly pid: number;
  /** Sent to the leader first. */
  readonly signal: NodeJS.Signals;
  /** How long the leader may take before the whole group is killed, in milliseconds. */
  readonly graceMs: number;
}

/**
 * The guard of this process, while there is something to guard. It is one per process because it stands for the life of
 * the process: its only input is a pipe that ends when the process does.
 */
let guard: ChildProcess | null = null;
const groups = new Set<number>();

function startGuard(): ChildProcess {
  const main = fileURLToPath(new URL('./guard-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  // Neither the guard nor its pipe may keep this process alive.
  child.unref();
  const pipe = child.stdin;
  if (pipe instanceof Socket) pipe.unref();
  // A guard that somebody killed leaves children unguarded and nothing to do about it here.
  child.on('error', () => undefined);
  pipe?.on('error', () => undefined);
  return child;
}

/** From now on the group ends when this process does, also by SIGKILL. */
export function guardGroup(group: GuardedGroup): void {
  guard ??= startGuard();
  groups.add(group.pid);
  guard.stdin?.write(`+ ${group.pid} ${group.signal} ${group.graceMs}\n`);
}

/** The group has ended by itself; its number may soon be another's. The last one lets the guard go. */
export function releaseGroup(pid: number): void {
  if (!groups.delete(pid)) return;
  guard?.stdin?.write(`- ${pid}\n`);
  if (groups.size > 0) return;
  guard?.stdin?.end();
  guard = null;
}
