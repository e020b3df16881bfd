import { workflowIdOf, type Scope } from '@baton/core';
import type { Run, RunEvent, Step } from '@baton/contracts';
import type { EventRecord, RunRecord, StepRecord } from '@baton/store';
import { toRunEventJson } from './run-event-codec.ts';

/** Where Temporal UI shows runs; null when there is none. */
export interface TemporalUi {
  readonly url: string;
  readonly namespace: string;
}

/** A run as the API shows it. */
export function toRun(record: RunRecord, scope: Scope, ui: TemporalUi | null): Run {
  const { usage } = record;
  return {
    id: record.id,
    workflow: record.workflow,
    version: record.version,
    status: record.status,
    stalled: record.stalled,
    input: record.input,
    output: record.output,
    error: record.error,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    createdAt: record.createdAt,
    requester: record.requester,
    tags: { ...record.tags },
    priority: record.priority,
    parent: record.parent,
    forkedFrom: null,
    waitingFor: record.waitingFor.map(({ kind, step, since, humanTaskId }) => ({
      kind,
      step,
      since,
      ...(humanTaskId === undefined ? {} : { humanTaskId }),
    })),
    usage: {
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      costUsd: usage.costUsd,
      calls: usage.calls,
      byAgent: { ...usage.byAgent },
    },
    budget: null,
    links: linksOf(record, scope, ui),
  };
}

function linksOf(record: RunRecord, scope: Scope, ui: TemporalUi | null): Run['links'] {
  const self = `/v1/runs/${record.id}`;
  return {
    self,
    events: `${self}/events`,
    steps: `${self}/steps`,
    temporal:
      ui === null
        ? null
        : `${ui.url.replace(/\/$/, '')}/namespaces/${encodeURIComponent(ui.namespace)}/workflows/${workflowIdOf(scope, record.id)}`,
  };
}

/** Steps as a tree, in the order they began. */
export function toStepTree(records: readonly StepRecord[]): readonly Step[] {
  const inside = Map.groupBy(records, (record) => record.parentId);
  const known = new Set(records.map((record) => record.id));
  const build = (record: StepRecord): Step => toStep(record, (inside.get(record.id) ?? []).map(build));
  // A step whose parent is not recorded stands on the top level rather than nowhere.
  return records.filter((record) => record.parentId === 0 || !known.has(record.parentId)).map(build);
}

function toStep(record: StepRecord, steps: readonly Step[]): Step {
  const { id, path, name, kind, iteration, attempt, status, input, output, error, usage } = record;
  return {
    id,
    path,
    name,
    kind,
    iteration,
    attempt,
    status,
    input,
    output,
    error,
    usage,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    wait: record.wait,
    humanTaskId: record.humanTaskId,
    childRunId: record.childRunId,
    attempts: record.attempts,
    steps,
  };
}

/** An event as the API shows it. */
export function toRunEvent(record: EventRecord): RunEvent {
  const { position, runId, at, type, body } = record;
  return toRunEventJson({ ...body, position, runId, at, type });
}
