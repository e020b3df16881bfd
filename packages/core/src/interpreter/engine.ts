import type { LoadedRun } from './load.ts';

/**
 * Whether a run has the behavior that came with a version of the interpreter. New behavior asks before it acts:
 *
 *     const output = hasEngine(turn.run, 2) ? newWay(turn, frame) : oldWay(turn, frame);
 *
 * A run keeps the version it was accepted with, so the answer is the same in every turn and every replay. Both ways stay
 * for as long as runs of the older version may be open. docs/decisions/018 says how such a change ships.
 */
export function hasEngine(run: Pick<LoadedRun, 'snapshot'>, version: number): boolean {
  return run.snapshot.engine >= version;
}
