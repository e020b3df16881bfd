/** Writes progress for a person: short lines on standard output, with the time each phase took. */
export interface Terminal {
  /** One line of its own. */
  line(text: string): void;
  /**
   * Runs `work` under a heading; when it ends the line says how long it took. A rejection passes through; the line calls
   * it a failure, or a stop when `signal` has aborted.
   */
  phase<T>(doing: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Time since `performance.now()` was `since`, as `1.2 s`. */
export function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** A terminal that counts the seconds of a running phase up when `live`, and otherwise writes plain lines. */
export function createTerminal(out: Pick<NodeJS.WritableStream, 'write'>, live: boolean): Terminal {
  const clear = live ? '\r\x1b[K' : '';
  let counting = false;
  const line = (text: string): void => void out.write(`${counting ? clear : ''}${text}\n`);
  const phase = async <T>(doing: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const since = performance.now();
    counting = true;
    if (live) out.write(`  ${doing} …`);
    const tick = live ? setInterval(() => out.write(`\r  ${doing} … ${elapsed(since)}`), 500) : undefined;
    try {
      const result = await work();
      line(`  ${doing}: ${elapsed(since)}`);
      return result;
    } catch (error) {
      line(`  ${doing}: ${signal?.aborted ? 'stopped' : 'failed'} after ${elapsed(since)}`);
      throw error;
    } finally {
      clearInterval(tick);
      counting = false;
    }
  };
  return { line, phase };
}
