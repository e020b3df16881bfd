import { createHash } from 'node:crypto';
import { dryRun, type DryRunResult, type NumberedTrace, type StepRef } from '@baton/core';
import { validateJsonSchema } from '@baton/contracts';
import type { StepRecord } from '@baton/store';
import type { DryRun, Rehearsal } from './dry-run.ts';
import { toStepTree } from './run-json.ts';

/** Rehearsals by the interpreter itself, beginning at a clock's time (epoch milliseconds). */
export function createDryRun(nowMs: () => number): DryRun {
  return (snapshot, mocks) =>
    toRehearsal(dryRun(snapshot, { mocks, at: nowMs(), validateSchema: validateJsonSchema, hash: sha256 }));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toRehearsal({ outcome, trace }: DryRunResult): Rehearsal {
  const steps = new Map<number, StepRecord>();
  for (const event of trace) {
    if (!('step' in event)) continue;
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
