import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { guardGroup, releaseGroup } from './guard.ts';

/** What {@link startProcess} needs. */
export interface StartProcessParams {
  /** Word for messages, such as `Temporal`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process; default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Receives standard output and standard error, appended; its folder is made. */
  readonly logFile: string;
  /** First signal of `stop()`; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** How long the process may take to stop before its group is killed, in milliseconds; default 10000. */
  readonly graceMs?: number;
  /** The user to run as; only root may say. */
  readonly user?: { readonly uid: number; readonly gid: number } | null;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether `stop()` or `kill()` had been called before. */
  readonly wanted: boolean;
}

/** A running child that cannot outlive this process. */
export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the process has ended, wanted or not; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Ends the process: its stop signal, then after the grace SIGKILL to its whole group. May be repeated. */
  stop(): Promise<void>;
  /** SIGKILL to the whole group, at once. */
  kill(): void;
  /** The last lines of its log; default 20. */
  logTail(lines?: number): Promise<string>;
}

function sendQuietly(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Already gone, which is what is wanted.
  }
}

/** The end of a log that is looked at for its last lines: a log of many days may be too long for one string. */
const TAIL_BYTES = 4 * 1024 * 1024;

async function endOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The last lines of a text file, of its last 4 MiB unless all are asked for (`Infinity`); empty when there is no such file. */
export async function tailOf(file: string, lines = 20): Promise<string> {
  try {
    const text = lines === Number.POSITIVE_INFINITY ? await readFile(file, 'utf8') : await endOf(file);
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    // No log yet: nothing to show.
    return '';
  }
}

/**
 * Starts a process in a group of its own, so that a Ctrl-C in the terminal reaches the supervisor only, and has the guard
 * end it should the supervisor die. Throws a sentence when the process cannot be started.
 */
export async function startProcess(params: StartProcessParams): Promise<SupervisedProcess> {
  const { name, logFile, stopSignal = 'SIGTERM', graceMs = 10_000 } = params;
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(params.command, params.args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...(params.env ?? process.env) },
    ...(params.cwd !== undefined && { cwd: params.cwd }),
    ...params.user,
  });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) {
    const reason = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new Error(`${name} could not be started: ${reason.message}.`, { cause: reason });
  }
  guardGroup({ pid, signal: stopSignal, graceMs });
  let wanted = false;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      // What the leader left behind in its group ends with it.
      sendQuietly(-pid, 'SIGKILL');
      releaseGroup(pid);
      resolve({ code, signal, wanted });
    });
  });
  const kill = (): void => {
    wanted = true;
    if (child.exitCode === null && child.signalCode === null) sendQuietly(-pid, 'SIGKILL');
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && !wanted) sendQuietly(pid, stopSignal);
    wanted = true;
    const timer = setTimeout(kill, graceMs);
    await ended;
    clearTimeout(timer);
  };
  return { name, pid, logFile, ended, stop, kill, logTail: (lines) => tailOf(logFile, lines) };
}
