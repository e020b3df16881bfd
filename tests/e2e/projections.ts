import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess, type SupervisedProcess } from '@baton/stand';
import { withDatabase, type Row } from './database.ts';
import type { Stack } from './stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What is projected: rows of runs and steps, and the events that hold. Not when they were written, and by which task. */
export interface Projections {
  readonly runs: readonly Row[];
  readonly steps: readonly Row[];
  readonly events: readonly Row[];
}

/** Everything that is projected in a stack's database. */
export function projectionsIn(stack: Stack): Promise<Projections> {
  return withDatabase(stack, async (select) => ({
    runs: await select(`SELECT id, status, stalled, suspended, input, output, error, waiting_for, usage, provisional,
      last_seq, last_position, created_at, started_at, ended_at, last_event_at FROM runs ORDER BY id`),
    steps: await select('SELECT * FROM steps ORDER BY run_id, step_id'),
    events: await select(`SELECT run_id, seq, position, type, at, hash, event, origin FROM run_events
      WHERE NOT superseded ORDER BY run_id, seq`),
  }));
}

/** How `npm run rebuild` ended. */
export interface Rebuilt {
  readonly code: number | null;
  /** What it said; the counts are the last line. */
  readonly lines: readonly string[];
}

/** Starts `npm run rebuild` on a stack, as the command does it when everything is installed. */
export function startRebuild(stack: Stack): Promise<SupervisedProcess> {
  return startProcess({
    name: 'The rebuild',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(root, 'apps/local/src/main.ts'), 'rebuild'],
    env: { ...process.env, DATABASE_URL: stack.databaseUrl, TEMPORAL_ADDRESS: stack.temporalAddress },
    cwd: root,
    logFile: join(root, '.baton', 'e2e', `rebuild-${randomUUID()}.log`),
    graceMs: 10_000,
  });
}

/** Rebuilds a stack from its histories. */
export async function rebuild(stack: Stack): Promise<Rebuilt> {
  const program = await startRebuild(stack);
  const { code } = await program.ended;
  return { code, lines: (await program.logTail(50)).trim().split('\n') };
}

/** Empties the tables that are projections alone, as their owner can. */
export async function emptyProjections(stack: Stack): Promise<void> {
  await withDatabase(stack, (select) => select('TRUNCATE run_events, steps'));
}
