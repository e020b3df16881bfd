import type { HumanTaskRepository, LoopParams, RunRepository } from '@baton/store';

/** Repositories whose loops take rows of any age, so that no test waits for them to grow old. */
export interface Impatient {
  readonly runs: RunRepository;
  readonly humanTasks: HumanTaskRepository;
  /** The ages that were asked for, in milliseconds. */
  readonly ages: number[];
}

/** Makes the loops of a store impatient. */
export function impatient(store: Pick<Impatient, 'runs' | 'humanTasks'>): Impatient {
  const ages: number[] = [];
  const now = (params: LoopParams): LoopParams => {
    ages.push(params.olderThanMs);
    return { ...params, olderThanMs: 0 };
  };
  const { runs, humanTasks } = store;
  return {
    ages,
    runs: {
      ...runs,
      listUnstarted: (params) => runs.listUnstarted(now(params)),
      listProvisional: (params) => runs.listProvisional(now(params)),
      listOpenIdle: (params) => runs.listOpenIdle(now(params)),
    },
    humanTasks: {
      ...humanTasks,
      listUnacknowledged: (params) => humanTasks.listUnacknowledged(now(params)),
    },
  };
}
