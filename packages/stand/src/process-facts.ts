import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasCode } from './error-code.ts';

const run = promisify(execFile);

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // The state follows the command, which stands in parentheses and may hold any character.
    const facts = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return facts.slice(facts.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    // It ended between the two looks.
    return true;
  }
}

/**
 * Whether a process with this number runs, whoever owns it. One that has ended and that nobody has asked about yet (as in
 * a container without an init process) does not run.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return hasCode(error, 'EPERM');
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
