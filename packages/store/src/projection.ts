import {
  addUsage,
  NO_USAGE,
  type NumberedTrace,
  type Status,
  type TraceEvent,
  type Usage,
} from '@baton/core';
import { foldStep } from './projection-steps.ts';
import type { Provisional, RunUsage, WaitingFor } from './runs.ts';
import type { StepRecord } from './steps.ts';

/** What the events of a run say about the run. */
export interface RunState {
  readonly status: Exclude<Status, 'completed' | 'faulted' | 'canceled'>;
  readonly suspended: boolean;
  readonly startedAt: string | null;
  readonly waitingFor: readonly WaitingFor[];
  readonly usage: RunUsage;
  /** The end, when the last event was one; whether readers see it is decided elsewhere. */
  readonly end: Provisional | null;
  readonly lastSeq: number;
  readonly lastEventAt: string | null;
}

/** A run and its steps as far as some events tell. */
export interface Projection {
  readonly run: RunState;
  readonly steps: ReadonlyMap<number, StepRecord>;
}

/** A run before its first event. */
export const NOTHING_YET: Projection = {
  run: {
    status: 'pending',
    suspended: false,
    startedAt: null,
    waitingFor: [],
    usage: { ...NO_USAGE, byAgent: {} },
    end: null,
    lastSeq: 0,
    lastEventAt: null,
  },
  steps: new Map(),
};

/**
 * Folds events, in the order of their numbers, onto what is known. The same events give the same result in one
 * go or piece by piece; a piece needs only the steps its events name.
 */
export function project(start: Projection, events: readonly NumberedTrace[]): Projection {
  const steps = new Map(start.steps);
  let run = start.run;
  for (const event of events) {
    if ('step' in event) steps.set(event.step.id, foldStep(steps.get(event.step.id), event));
    run = { ...foldRun(run, event), lastSeq: Math.max(run.lastSeq, event.seq), lastEventAt: event.at };
  }
  return { run, steps };
}

/** Numbers of the steps that events name. */
export function stepIdsOf(events: readonly NumberedTrace[]): readonly number[] {
  return [...new Set(events.flatMap((event) => ('step' in event ? [event.step.id] : [])))];
}

/** The end a terminal event tells, or null for any other event. */
function endOf(event: TraceEvent & { readonly at: string }): Provisional | null {
  switch (event.type) {
    case 'run.completed':
      return { status: 'completed', output: event.output, endedAt: event.at };
    case 'run.faulted':
      return { status: 'faulted', error: event.error, endedAt: event.at };
    case 'run.canceled':
      return { status: 'canceled', endedAt: event.at };
    default:
      return null;
  }
}

function foldRun(run: RunState, event: NumberedTrace): RunState {
  switch (event.type) {
    case 'run.started':
      return { ...run, status: 'running', startedAt: event.at };
    case 'run.waiting':
      return { ...run, status: run.suspended ? 'suspended' : 'waiting' };
    case 'run.resumed':
      return { ...run, status: 'running', suspended: false };
    case 'run.suspended':
      return { ...run, status: 'suspended', suspended: true };
    case 'run.completed':
    case 'run.faulted':
    case 'run.canceled':
      return { ...run, end: endOf(event) };
    case 'agent.usage':
      return { ...run, usage: spend(run.usage, event.agent, event.usage) };
    case 'step.waiting':
    case 'step.resumed':
    case 'step.retrying':
    case 'step.started':
    case 'step.completed':
    case 'step.faulted':
    case 'step.canceled':
    case 'step.skipped':
      return { ...run, waitingFor: foldWaits(run.waitingFor, event) };
    case 'human_task.opened':
    case 'human_task.decided':
    case 'agent.message':
    case 'agent.tool_call':
    case 'agent.tool_result':
    case 'event.emitted':
      return run;
    default:
      return unknownEvent(event);
  }
}

function unknownEvent(event: never): never {
  throw new Error(`The projection does not know the event ${JSON.stringify(event)}.`);
}

type StepEvent = Extract<NumberedTrace, { readonly type: `step.${string}` }>;

function foldWaits(waits: readonly WaitingFor[], event: StepEvent): readonly WaitingFor[] {
  const others = waits.filter((wait) => wait.stepId !== event.step.id);
  const at = { step: event.step.path, stepId: event.step.id, since: event.at };
  if (event.type === 'step.retrying')
    return [...others, { kind: 'retry', ...at, until: event.nextAttemptAt }];
  if (event.type !== 'step.waiting') return others.length === waits.length ? waits : others;
  const wait: WaitingFor = {
    kind: event.waitKind,
    ...at,
    ...(event.until === undefined ? {} : { until: event.until }),
    ...(event.humanTaskId === undefined ? {} : { humanTaskId: event.humanTaskId }),
    ...(event.childRunId === undefined ? {} : { childRunId: event.childRunId }),
  };
  return [...others, wait];
}

function spend(total: RunUsage, agent: string, usage: Usage): RunUsage {
  const before = Object.hasOwn(total.byAgent, agent) ? total.byAgent[agent] : undefined;
  // Object.fromEntries defines the key, so that an agent called __proto__ is a key like any other.
  const byAgent = Object.fromEntries([
    ...Object.entries(total.byAgent),
    [agent, addUsage(before ?? NO_USAGE, usage)],
  ]);
  return { ...addUsage(total, usage), byAgent };
}
