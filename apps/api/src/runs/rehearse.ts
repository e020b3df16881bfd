import { Worker } from 'node:worker_threads';
import { AppError, type DryRunResult, type NumberedTrace, type StepRef } from '@baton/core';
import type { StepRecord } from '@baton/store';
import { invalid } from '../http/refusals.ts';
import type { DryRun, Rehearsal } from './dry-run.ts';
import { rehearsedFrom, type RehearsalTask } from './rehearsal-codec.ts';
import { toStepTree } from './run-json.ts';

/** Longest time of a rehearsal. */
const TIMEOUT_MS = 10_000;
/** Rehearsals at once; each has a thread of its own. */
const MOST_AT_ONCE = 4;
/** Most steps of an answer. */
const MOST_STEPS = 10_000;
const MEMORY_MB = 256;

/**
 * Rehearsals by the interpreter itself, in a thread, beginning at a clock's time (epoch milliseconds). Throws `invalid` for one
 * that takes too long or too many steps, `too_many` while several others run.
 */
export function createDryRun(nowMs: () => number): DryRun {
  let running = 0;
  return async (snapshot, mocks) => {
    if (running >= MOST_AT_ONCE) {
      throw new AppError({
        code: 'too_many',
        message: `${MOST_AT_ONCE} rehearsals run already; ask again in a moment.`,
        retryAfterSeconds: 1,
      });
    }
    running += 1;
    try {
      return toRehearsal(await rehearse({ snapshot, mocks, at: nowMs() }));
    } finally {
      running -= 1;
    }
  };
}

function rehearse(workerData: RehearsalTask): Promise<DryRunResult> {
  const worker = new Worker(new URL('./rehearsal-thread.ts', import.meta.url), {
    workerData,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  return new Promise<DryRunResult>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(tooMuch(`took more than ${TIMEOUT_MS / 1000} seconds`)),
      TIMEOUT_MS,
    );
    worker.once('message', (message) => resolve(rehearsedFrom(message)));
    worker.once('error', (error: Error) =>
      reject(outOfMemory(error) ? tooMuch(`needed more than ${MEMORY_MB} MiB`) : error),
    );
    worker.once('exit', () => clearTimeout(timer));
  }).finally(() => void worker.terminate());
}

function outOfMemory(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooMuch(what: string): AppError {
  return invalid(`The rehearsal ${what} and was given up: look for a loop without end.`);
}

function toRehearsal({ outcome, trace }: DryRunResult): Rehearsal {
  const steps = new Map<number, StepRecord>();
  for (const event of trace) {
    if (!('step' in event)) continue;
    if (steps.size >= MOST_STEPS && !steps.has(event.step.id))
      throw tooMuch(`has more than ${MOST_STEPS} steps`);
    steps.set(event.step.id, after(steps.get(event.step.id) ?? begun(event.step), event));
  }
  return {
    status: outcome === undefined ? 'waiting' : outcome.status,
    output: outcome?.status === 'completed' ? outcome.output : null,
    error: outcome?.status === 'faulted' ? outcome.error : null,
    steps: toStepTree([...steps.values()]),
  };
}

function begun(step: StepRef): StepRecord {
  const { id, parent, path, name, kind, iteration, attempt } = step;
  return {
    id,
    parentId: parent,
    path,
    name,
    kind,
    iteration: iteration ?? null,
    attempt,
    status: 'pending',
    input: null,
    output: null,
    error: null,
    usage: null,
    wait: null,
    humanTaskId: null,
    childRunId: null,
    startedAt: null,
    endedAt: null,
    attempts: [],
  };
}

/** The step once an event has happened to it. */
function after(step: StepRecord, event: NumberedTrace): StepRecord {
  switch (event.type) {
    case 'step.started':
      return {
        ...step,
        attempt: event.step.attempt,
        status: 'running',
        input: event.input,
        startedAt: event.at,
      };
    case 'step.waiting': {
      const wait = {
        kind: event.waitKind,
        since: event.at,
        ...(event.until === undefined ? {} : { until: event.until }),
      };
      return { ...step, status: 'waiting', wait };
    }
    case 'step.retrying':
      return { ...step, attempt: event.step.attempt, error: event.error };
    case 'step.completed':
      return {
        ...step,
        status: 'completed',
        output: event.output,
        usage: event.usage ?? null,
        error: null,
        wait: null,
        endedAt: event.at,
      };
    case 'step.faulted':
      return { ...step, status: 'faulted', error: event.error, wait: null, endedAt: event.at };
    case 'step.canceled':
      return { ...step, status: 'canceled', wait: null, endedAt: event.at };
    case 'step.skipped':
      return { ...step, status: 'skipped', endedAt: event.at };
    default:
      return step;
  }
}
