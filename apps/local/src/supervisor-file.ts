import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf, isAlive } from '@baton/stand';
import { parseSupervisorFacts, type NotedPart, type SupervisorFacts } from './supervisor-file-codec.ts';

/** How long a left-over process may take to stop before it is killed, in milliseconds. */
const GRACE_MS = 10_000;

async function readFacts(file: string): Promise<SupervisorFacts | null> {
  try {
    return parseSupervisorFacts(await readFile(file, 'utf8'));
  } catch {
    // No file: nobody runs and nothing was left behind.
    return null;
  }
}

/** The supervisor that runs in this checkout now; `null` when none does. */
export async function runningSupervisor(file: string): Promise<SupervisorFacts | null> {
  const facts = await readFacts(file);
  if (facts === null || facts.pid === process.pid || !isAlive(facts.pid)) return null;
  return (await commandOf(facts.pid)) === facts.command ? facts : null;
}

async function endPart(part: NotedPart): Promise<void> {
  if (!isAlive(part.pid) || (await commandOf(part.pid)) !== part.command) return;
  process.kill(part.pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < GRACE_MS && isAlive(part.pid); waitedMs += 50) await delay(50);
  if (isAlive(part.pid)) process.kill(part.pid, 'SIGKILL');
}

/**
 * Ends what a supervisor that was killed together with its guard left running, the newest first.
 * A process whose command line is another by now is left alone. Answers the names of what was ended.
 */
export async function endLeftovers(file: string): Promise<readonly string[]> {
  const facts = await readFacts(file);
  const alive = facts?.parts.filter((part) => isAlive(part.pid)).toReversed() ?? [];
  for (const part of alive) await endPart(part);
  await rm(file, { force: true });
  return alive.map((part) => part.name);
}

/** Writes down who runs and with which children, by one rename. */
export async function noteSupervisor(file: string, facts: SupervisorFacts): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(facts, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
