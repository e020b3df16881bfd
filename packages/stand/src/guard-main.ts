/**
 * A process that outlives its parent by a moment, to end what the parent had started.
 * It holds the reading end of a pipe whose writing end only the parent has: when the parent is gone, however it went,
 * the pipe ends. Lines on the pipe: `+ <pid> <signal> <graceMs>` to guard a process group, `- <pid>` to let it go.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './process-facts.ts';

interface Guarded {
  readonly pid: number;
  readonly signal: string;
  readonly graceMs: number;
}

const POLL_MS = 25;
const guarded = new Map<number, Guarded>();

function send(target: number, signal: string): void {
  try {
    process.kill(target, signal);
  } catch {
    // Already gone, which is what is wanted.
  }
}

async function end({ pid, signal, graceMs }: Guarded): Promise<void> {
  send(pid, signal);
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline && isAlive(pid)) await delay(POLL_MS);
  send(-pid, 'SIGKILL');
}

function obey(line: string): void {
  const [verb, pidText, signal, graceText] = line.split(' ');
  const pid = Number(pidText);
  // Group 0 and group 1 are the guard's own and everybody's: never a target.
  if (!Number.isInteger(pid) || pid < 2) return;
  if (verb === '+') guarded.set(pid, { pid, signal: signal ?? 'SIGTERM', graceMs: Number(graceText) });
  if (verb === '-') guarded.delete(pid);
}

let rest = '';
process.stdin.setEncoding('utf8');
for await (const chunk of process.stdin) {
  rest += String(chunk);
  const lines = rest.split('\n');
  rest = lines.pop() ?? '';
  lines.forEach(obey);
}
// The newest first: what was started last leans on what was started before.
for (const one of [...guarded.values()].reverse()) await end(one);
