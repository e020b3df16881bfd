import { addUsage, NO_USAGE, type NumberedTrace, type Problem, type StepRef } from '@baton/core';
import type { StepAttempt, StepRecord, StepUsage, StepWait } from './steps.ts';

/** An event that belongs to a step. */
export type EventOfStep = Extract<NumberedTrace, { readonly step: StepRef }>;

/** The step after an event of it; `before` is undefined for a step's first event. */
export function foldStep(before: StepRecord | undefined, event: EventOfStep): StepRecord {
  const step: StepRecord = { ...(before ?? blank(event.step)), attempt: event.step.attempt };
  switch (event.type) {
    case 'step.started':
      return {
        ...step,
        status: 'running',
        input: event.input,
        wait: null,
        startedAt: step.startedAt ?? event.at,
        attempts: begin(step.attempts, event.step.attempt, event.at),
      };
    case 'step.waiting':
      return { ...step, ...waiting(event), status: 'waiting' };
    case 'step.resumed':
      return { ...step, status: 'running', wait: null };
    case 'step.retrying':
      return {
        ...step,
        status: 'waiting',
        error: event.error,
        wait: { kind: 'retry', since: event.at, until: event.nextAttemptAt },
        attempts: finish(step, event.at, event.error),
      };
    case 'step.completed':
      return {
        ...over(step, event.at),
        status: 'completed',
        output: event.output,
        error: null,
        usage: event.usage ?? step.usage,
      };
    case 'step.faulted':
      return { ...over(step, event.at, event.error), status: 'faulted', error: event.error };
    case 'step.canceled':
      return { ...over(step, event.at), status: 'canceled' };
    case 'step.skipped':
      return { ...step, status: 'skipped', endedAt: event.at };
    case 'agent.usage':
      return { ...step, usage: useOf(step, event) };
    case 'human_task.opened':
      return { ...step, humanTaskId: event.humanTaskId };
    case 'human_task.decided':
    case 'agent.message':
    case 'agent.tool_call':
    case 'agent.tool_result':
    case 'event.emitted':
      return step;
    default:
      return unknownEvent(event);
  }
}

function unknownEvent(event: never): never {
  throw new Error(`The projection does not know the event ${JSON.stringify(event)}.`);
}

function useOf(step: StepRecord, event: Extract<EventOfStep, { readonly type: 'agent.usage' }>): StepUsage {
  const sum = addUsage(step.usage ?? NO_USAGE, event.usage);
  return event.cached === true ? { ...sum, cached: true } : sum;
}

function blank(step: StepRef): StepRecord {
  return {
    id: step.id,
    parentId: step.parent,
    path: step.path,
    name: step.name,
    kind: step.kind,
    iteration: step.iteration ?? null,
    attempt: step.attempt,
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

function waiting(event: Extract<EventOfStep, { readonly type: 'step.waiting' }>): Partial<StepRecord> {
  const wait: StepWait = {
    kind: event.waitKind,
    since: event.at,
    ...(event.until === undefined ? {} : { until: event.until }),
    ...(event.humanTaskId === undefined ? {} : { humanTaskId: event.humanTaskId }),
    ...(event.childRunId === undefined ? {} : { childRunId: event.childRunId }),
  };
  return {
    wait,
    ...(event.humanTaskId === undefined ? {} : { humanTaskId: event.humanTaskId }),
    ...(event.childRunId === undefined ? {} : { childRunId: event.childRunId }),
  };
}

function over(step: StepRecord, at: string, error?: Problem): StepRecord {
  return { ...step, wait: null, endedAt: at, attempts: finish(step, at, error) };
}

function begin(attempts: readonly StepAttempt[], attempt: number, at: string): readonly StepAttempt[] {
  return [...attempts.filter((known) => known.attempt !== attempt), { attempt, startedAt: at }];
}

/** Ends the step's attempt; one that was never announced began when the wait before it was to end. */
function finish(step: StepRecord, at: string, error?: Problem): readonly StepAttempt[] {
  const known = step.attempts.find(({ attempt }) => attempt === step.attempt);
  const startedAt = known?.startedAt ?? step.wait?.until ?? step.startedAt ?? at;
  const ended: StepAttempt = {
    attempt: step.attempt,
    startedAt,
    endedAt: at,
    ...(error === undefined ? {} : { error }),
  };
  return [...step.attempts.filter(({ attempt }) => attempt !== step.attempt), ended];
}
