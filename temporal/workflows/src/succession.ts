import { workflowInfo } from '@temporalio/workflow';

/**
 * Events of one execution after which it is continued as new: a worker that has lost it replays them all within the ten
 * seconds of a workflow task.
 */
const LONGEST_EXECUTION = 10_000;

/** An execution that is longer by this factor does not wait for a moment of rest any more, and makes one. */
const FAR_TOO_LONG = 1.5;

/** What is under way in an execution, as far as leaving it goes. */
export type Motion =
  /** Something that another execution could not take over: a clean-up, a child run that is being started. */
  | 'bound'
  /** Calls, which would be delivered again under their keys. */
  | 'calling'
  /** Nothing but timers and waits, which another execution takes up. */
  | 'resting';

/** Tells when an execution is continued as new. */
export interface Succession {
  /** Notes that the run has told this many events more. */
  note(events: number): void;
  /** Notes that something came from outside, of which the run may have told nothing. */
  stir(): void;
  /** Whether new calls are held back, so that the execution comes to rest. */
  holds(): boolean;
  /** Notes that holding back has lasted long enough. */
  tire(): void;
  /** Whether another execution should go on now. */
  isDue(motion: Motion): boolean;
}

/** What the length of an execution is told from. */
export interface LengthOfExecution {
  readonly historyLength: number;
  readonly continueAsNewSuggested: boolean;
}

/** Creates the succession of one execution. */
export function createSuccession(length: () => LengthOfExecution = workflowInfo): Succession {
  let told = 0;
  let stirred = false;
  let suggestedAt: number | undefined;
  let tired = false;
  /** 1 when the execution is as long as it should get. */
  const extent = (): number => {
    const { historyLength, continueAsNewSuggested } = length();
    if (continueAsNewSuggested) suggestedAt ??= historyLength;
    const suggested = suggestedAt === undefined ? 0 : historyLength / suggestedAt;
    return Math.max(told / LONGEST_EXECUTION, suggested);
  };
  return {
    note: (events) => {
      told += events;
    },
    stir: () => {
      stirred = true;
    },
    holds: () => extent() >= FAR_TOO_LONG,
    tire: () => {
      tired = true;
    },
    // An execution in which nothing happens would be continued for ever: taking up what is open can be long by itself.
    isDue: (motion) =>
      (told > 0 || stirred) && extent() >= 1 && (motion === 'resting' || (tired && motion === 'calling')),
  };
}
