/** Something that works in the background until it is stopped. */
export interface Loop {
  start(): void;
  /** Asks for a round now instead of at the next tick. */
  wake(): void;
  /** Resolves when the round under way has ended and no other will begin. */
  stop(): Promise<void>;
}

/** Parameters of {@link createLoop}. */
export interface LoopParams {
  readonly name: string;
  /** Milliseconds between rounds. */
  readonly everyMs: number;
  /** One round; true when there is more to do at once. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
  /** Told of a round that failed; the loop goes on at the next tick. */
  readonly onError: (name: string, error: unknown) => void;
}

/** Creates a loop that runs rounds one after the other: at every tick, when woken, and again while there is more. */
export function createLoop({ name, everyMs, round, onError }: LoopParams): Loop {
  const stopping = new AbortController();
  let woken = false;
  let wakeUp: () => void = () => undefined;
  let running: Promise<void> = Promise.resolve();
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      woken = false;
      const more = await round(stopping.signal).catch((error: unknown) => {
        onError(name, error);
        return false;
      });
      if (!more && !woken && !stopping.signal.aborted) await pause();
    }
  };
  return {
    start() {
      running = work();
    },
    wake() {
      woken = true;
      wakeUp();
    },
    async stop() {
      stopping.abort();
      wakeUp();
      await running;
    },
  };
}
