import { isTerminal, type Scope } from '@baton/core';
import type { RunRecord, RunRepository } from '@baton/store';
import { createBell, type RunWatch } from './run-watch.ts';

/** What waiting needs. */
export interface WaitPorts {
  readonly runs: RunRepository;
  readonly watch: RunWatch;
}

/** Parameters of {@link waitForEnd}. */
export interface WaitParams {
  readonly scope: Scope;
  readonly run: RunRecord;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Looks without being told, should a notice get lost: the first one and the others. */
const FIRST_LOOK_MS = 1_000;
const BACKSTOP_MS = 5_000;

/** The run once it has ended; as it is when the time is up or the client gone. It is not read before something happened. */
export async function waitForEnd(ports: WaitPorts, params: WaitParams): Promise<RunRecord> {
  const { scope, waitMs, signal } = params;
  const bell = createBell();
  const end = ports.watch.subscribeEnd(params.run.id, bell.ring);
  const deadline = performance.now() + waitMs;
  let run = params.run;
  let lookMs = FIRST_LOOK_MS;
  try {
    for (;;) {
      const leftMs = deadline - performance.now();
      if (isTerminal(run.status) || leftMs <= 0) return run;
      if ((await bell.wait(Math.min(leftMs, lookMs), signal)) === 'aborted') return run;
      run = (await ports.runs.get(scope, run.id)) ?? run;
      lookMs = BACKSTOP_MS;
    }
  } finally {
    end();
  }
}
