import { sleep, workflowInfo } from '@temporalio/workflow';

/** Local calls in a row after which the workflow task ends. */
const MOST_CALLS = 10;

/** Milliseconds of local calls in a row after which the workflow task ends. */
const LONGEST_MS = 1_000;

/**
 * Keeps chains of local calls short: signals and cancels are delivered between workflow tasks only, so after ten calls
 * or a second a timer of a millisecond ends the task.
 */
export interface LocalChain {
  /** To be awaited before each local call. */
  link(): Promise<void>;
}

/** What a chain knows of the workflow task it runs in. */
export interface TaskOfChain {
  /** Grows with every workflow task. */
  historyLength(): number;
  /** Ends the task; resolves in the next one. */
  end(): Promise<void>;
}

const OWN_TASK: TaskOfChain = {
  historyLength: () => workflowInfo().historyLength,
  end: () => sleep(1, { summary: 'end of a chain of local calls' }),
};

/** Creates the chain of one run. */
export function createLocalChain({ historyLength, end }: TaskOfChain = OWN_TASK): LocalChain {
  let task = -1;
  let calls = 0;
  let since = 0;
  return {
    async link() {
      const current = historyLength();
      if (current !== task) {
        task = current;
        calls = 0;
        since = Date.now();
      }
      calls += 1;
      if (calls <= MOST_CALLS && Date.now() - since < LONGEST_MS) return;
      await end();
    },
  };
}
