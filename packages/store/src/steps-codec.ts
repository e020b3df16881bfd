import type { Problem, StepStatus, Usage } from '@baton/core';
import {
  instantOrNull,
  json,
  jsonArray,
  jsonObjectOrNull,
  number,
  numberOrNull,
  oneOf,
  text,
  textOrNull,
  trusted,
  type Row,
} from './row-codec.ts';
import type { StepAttempt, StepRecord, StepWait } from './steps.ts';

const STATUSES: readonly StepStatus[] = [
  'pending',
  'running',
  'waiting',
  'completed',
  'faulted',
  'canceled',
  'skipped',
];

function objectAs<Value>(row: Row, column: string): Value | null {
  const value = jsonObjectOrNull(row, column);
  return value === null ? null : trusted<Value>(value);
}

/** A row of `steps` as a record. */
export function toStepRecord(row: Row): StepRecord {
  return {
    id: number(row, 'step_id'),
    parentId: number(row, 'parent_id'),
    path: text(row, 'path'),
    name: text(row, 'name'),
    kind: text(row, 'kind'),
    iteration: numberOrNull(row, 'iteration'),
    attempt: number(row, 'attempt'),
    status: oneOf(row, 'status', STATUSES),
    input: json(row, 'input'),
    output: json(row, 'output'),
    error: objectAs<Problem>(row, 'error'),
    usage: objectAs<Usage>(row, 'usage'),
    wait: objectAs<StepWait>(row, 'wait'),
    humanTaskId: textOrNull(row, 'human_task_id'),
    childRunId: textOrNull(row, 'child_run_id'),
    startedAt: instantOrNull(row, 'started_at'),
    endedAt: instantOrNull(row, 'ended_at'),
    attempts: trusted<readonly StepAttempt[]>(jsonArray(row, 'attempts')),
  };
}
