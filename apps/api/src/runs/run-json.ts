import { workflowIdOf, type Scope } from '@baton/core';
import type { Run, RunEvent, Step } from '@baton/contracts';
import type { CallsAhead, EventRecord, RunRecord, StepRecord, Store } from '@baton/store';
import { toRunEventJson } from './run-event-codec.ts';

/** Where Temporal UI shows runs; null when there is none. */
export interface TemporalUi {
  readonly url: string;
  readonly namespace: string;
}

/** What showing runs needs. */
export interface ShowPorts {
  readonly store: Pick<Store, 'agentCalls'>;
  readonly ui: TemporalUi | null;
}

/** A run as the API shows it. */
export async function toRun(ports: ShowPorts, scope: Scope, record: RunRecord): Promise<Run> {
  const ahead = await aheadOf(ports, scope, [record]);
  return runJson(record, { scope, ui: ports.ui, ahead });
}

/** Runs as the API shows them. */
export async function toRuns(
  ports: ShowPorts,
  scope: Scope,
  records: readonly RunRecord[],
): Promise<readonly Run[]> {
  const ahead = await aheadOf(ports, scope, records);
  return records.map((record) => runJson(record, { scope, ui: ports.ui, ahead }));
}

/** Asked for only when one of the runs waits until an agent can be called. */
async function aheadOf(
  { store }: ShowPorts,
  scope: Scope,
  records: readonly RunRecord[],
): Promise<readonly CallsAhead[]> {
  const waiting = records.filter(({ waitingFor }) => waitingFor.some(({ kind }) => kind === 'capacity'));
  return waiting.length === 0
    ? []
    : store.agentCalls.ahead(
        scope,
        waiting.map(({ id }) => id),
      );
}

interface Shown {
  readonly scope: Scope;
  readonly ui: TemporalUi | null;
  readonly ahead: readonly CallsAhead[];
}

function runJson(record: RunRecord, { scope, ui, ahead }: Shown): Run {
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
    waitingFor: record.waitingFor.map(({ kind, step, stepId, since, humanTaskId }) => ({
      kind,
      step,
      since,
      ...(humanTaskId === undefined ? {} : { humanTaskId }),
      // A call that has left those that wait a moment ago goes first.
      ...(kind === 'capacity' ? { ahead: placeOf(ahead, record.id, stepId) } : {}),
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

function placeOf(ahead: readonly CallsAhead[], runId: string, stepId: number): number {
  return ahead.find((call) => call.runId === runId && call.stepId === stepId)?.ahead ?? 0;
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
