import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a process with this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The command line of a process, words joined by spaces; `null` when there is no such process. */
export async function commandOf(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      return words === '' ? null : words.split('\0').join(' ').trim();
    }
    const { stdout } = await run('ps', ['-p', String(pid), '-o', 'args=']);
    return stdout.trim() || null;
  } catch {
    // No such process any more.
    return null;
  }
}
