import type { LocalCall } from '@baton/temporal-activities';
import { CancellationScope, sleep } from '@temporalio/workflow';

/** Local calls in a row after which the workflow task ends. */
const MOST_CALLS = 10;

/** Milliseconds of local calls in a row after which the workflow task ends. */
const LONGEST_MS = 1_000;

/** The two ways in which one call can be delivered. */
export interface Ways<Result> {
  /** As a local activity. */
  local(): Promise<LocalCall<Result>>;
  /** As an ordinary activity; `goesOn` when it was begun by the local one. */
  ordinary(goesOn: boolean): Promise<Result>;
}

/**
 * Keeps chains of local calls short: signals and cancels are delivered between workflow tasks only, so after ten calls or
 * a second of them a timer of a millisecond ends the task. What it counts was recorded: neither the clock nor the length
 * of the history of a workflow task is the same in a replay when the task has lasted long.
 */
export interface LocalChain {
  /** Delivers a call, locally when there is room. */
  deliver<Result>(ways: Ways<Result>): Promise<Result>;
  /** Notes that something has come from outside, which begins a workflow task. */
  begin(): void;
}

/** Shared by all that wait for it, so a cancel of one does not reach it. */
const ownTimer = (): Promise<void> =>
  CancellationScope.nonCancellable(() => sleep(1, { summary: 'end of a chain of local calls' }));

/** Creates the chain of one execution; `end` ends a workflow task and resolves in the next. */
export function createLocalChain(end: () => Promise<void> = ownTimer): LocalChain {
  let open = 0;
  let calls = 0;
  let spentMs = 0;
  let ending: Promise<void> | undefined;
  const begin = (): void => {
    calls = 0;
    spentMs = 0;
  };
  const endTask = (): Promise<void> => {
    ending ??= end().then(() => {
      ending = undefined;
      begin();
    });
    return ending;
  };
  const deliverLocally = async <Result>(local: Ways<Result>['local']): Promise<LocalCall<Result>> => {
    if (calls >= MOST_CALLS || spentMs >= LONGEST_MS) await endTask();
    calls += 1;
    try {
      const told = await local();
      spentMs += told.tookMs;
      return told;
    } catch (error) {
      // A failure does not tell how long it took.
      spentMs = LONGEST_MS;
      throw error;
    }
  };
  return {
    begin,
    async deliver({ local, ordinary }) {
      if (open >= MOST_CALLS) return ordinary(false);
      open += 1;
      try {
        const told = await deliverLocally(local);
        if ('result' in told) return told.result;
      } finally {
        open -= 1;
      }
      return ordinary(true);
    },
  };
}
