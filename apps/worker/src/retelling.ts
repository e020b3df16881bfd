import type { RunId, Scope } from '@baton/core';
import type { RetellRepository } from '@baton/store';
import type { Histories } from '@baton/temporal-client';
import { createReplayer, type ReplayerParams } from './replayer.ts';
import { retellRun } from './retell-run.ts';

/** Has the histories of single runs told again when the reconciler finds that a run was reset. */
export interface Retelling {
  retell(scope: Scope, runId: RunId): Promise<void>;
  /** Resolves when the run under way has been told; others are left to whoever looks next. */
  stop(): Promise<void>;
}

/** Parameters of {@link createRetelling}. */
export interface RetellingParams {
  readonly retell: RetellRepository;
  readonly histories: Histories;
  readonly replay: ReplayerParams;
}

/** Creates it; one run is told at a time, and nothing is loaded before the first. */
export function createRetelling({ retell, histories, replay }: RetellingParams): Retelling {
  const replayer = createReplayer(replay);
  let last: Promise<void> = Promise.resolve();
  let stopped = false;
  const tell = async (scope: Scope, runId: RunId): Promise<void> => {
    if (!stopped) await retellRun({ retell, histories, replayer }, { scope, runId, newest: null });
  };
  return {
    retell: (scope, runId) => {
      const told = last.then(() => tell(scope, runId));
      // Whoever asked hears of the failure; the next one is told all the same.
      last = told.catch(() => undefined);
      return told;
    },
    async stop() {
      stopped = true;
      await last;
      await replayer.stop();
      await histories.stop();
    },
  };
}
