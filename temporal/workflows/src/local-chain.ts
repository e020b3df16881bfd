import type { LocalCall } from '@baton/temporal-activities';
import { CancellationScope, sleep } from '@temporalio/workflow';

/** Local calls in a row after which the workflow task ends. */
const MOST_CALLS = 10;

/** Milliseconds of local calls in a row after which the workflow task ends. */
const LONGEST_MS = 500;

/** The two ways in which one call can be delivered. */
export interface Ways<Result> {
  /** As a local activity. */
  local(): Promise<LocalCall<Result>>;
  /** As an ordinary activity; `goesOn` when it was begun by the local one. */
  ordinary(goesOn: boolean): Promise<Result>;
}

/**
 * Makes local calls one at a time: live, each answer of several comes by itself, but a replay hands them over together, with
 * one clock, and what was decided between two answers may be decided otherwise. And keeps chains of them short: signals and
 * cancels are delivered between workflow tasks only, so after ten calls or half a second of them a timer of a millisecond
 * ends the task. What it counts was recorded: neither the clock nor the length
 * of the history of a workflow task is the same in a replay when the task has lasted long.
 */
export interface LocalChain {
  /** Delivers a call, locally when no other one is under way. */
  deliver<Result>(ways: Ways<Result>): Promise<Result>;
  /** Whether one of its local activities is under way: the workflow task does not end before its answer was heard. */
  isCalling(): boolean;
  /** Notes that something has come from outside, which begins a workflow task. */
  begin(): void;
}

/** Shared by all that wait for it, so a cancel of one does not reach it. */
const ownTimer = (): Promise<void> =>
  CancellationScope.nonCancellable(() => sleep(1, { summary: 'end of a chain of local calls' }));

/** Creates the chain of one execution; `end` ends a workflow task and resolves in the next. */
export function createLocalChain(end: () => Promise<void> = ownTimer): LocalChain {
  let isTaken = false;
  let isCalling = false;
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
  const answered = (): void => {
    isTaken = false;
    isCalling = false;
  };
  const failed = (error: unknown): never => {
    answered();
    // A failure does not tell how long it took.
    spentMs = LONGEST_MS;
    throw error;
  };
  const called = <Result>({ local, ordinary }: Ways<Result>): Promise<Result> => {
    calls += 1;
    isCalling = true;
    return local().then((told) => {
      answered();
      spentMs += told.tookMs;
      return 'result' in told ? told.result : ordinary(true);
    }, failed);
  };
  return {
    begin,
    isCalling: () => isCalling,
    // Not asynchronous, here and above: for each promise of a workflow Temporal's library keeps a stack trace.
    deliver(ways) {
      if (isTaken) return ways.ordinary(false);
      isTaken = true;
      return calls < MOST_CALLS && spentMs < LONGEST_MS ? called(ways) : endTask().then(() => called(ways));
    },
  };
}
