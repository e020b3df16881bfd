import {
  canonicalJson,
  parseJson,
  parseHumanTaskId,
  parseRunId,
  parseWorkspaceId,
  type HumanTaskId,
  type NumberedTrace,
  type RunId,
  type Scope,
  type StepRef,
  type TraceEvent,
} from '@baton/core';
import { createHash, randomUUID } from 'node:crypto';
import type { SinkBatch, SinkEvent } from './events.ts';
import type { NewHumanTask } from './human-tasks.ts';
import type { NewRun } from './runs.ts';

let made = 0;

/** A UUID of version 7 whose order is the order of making, also within a millisecond. */
function timeOrderedUuid(): string {
  const ms = Date.now().toString(16).padStart(12, '0');
  const count = (made++ % 0x1000).toString(16).padStart(3, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${count}-${randomUUID().slice(19)}`;
}

/** A new run id. */
export function newRunId(): RunId {
  const id = parseRunId(timeOrderedUuid());
  if (id === null) throw new Error('A new UUID is no run id.');
  return id;
}

/** A new human task id. */
export function newTaskId(): HumanTaskId {
  const id = parseHumanTaskId(timeOrderedUuid());
  if (id === null) throw new Error('A new UUID is no human task id.');
  return id;
}

/** The scope of a workspace that has nothing. */
export function otherScope(): Scope {
  const workspaceId = parseWorkspaceId(randomUUID());
  if (workspaceId === null) throw new Error('A random UUID is no workspace id.');
  return { workspaceId };
}

/** A run to accept, with what a test does not care about filled in. */
export function aRun(more: Partial<NewRun> = {}): NewRun {
  return {
    id: newRunId(),
    kind: 'workflow',
    workflow: 'publish-article',
    namespace: 'content',
    version: '1.0.0',
    input: { topic: 'rivers' },
    requester: 'local|ada',
    snapshot: { engine: 1 },
    ...more,
  };
}

/** A human task to open, with what a test does not care about filled in. */
export function aTask(runId: RunId, more: Partial<NewHumanTask> = {}): NewHumanTask {
  const id = newTaskId();
  return {
    openKey: `open-${id}`,
    id,
    runId,
    workflowId: `workspace.${runId}`,
    step: { id: 1, path: '/do/0/review', attempt: 1 },
    kind: 'approval',
    title: 'Publish it?',
    actions: [{ id: 'approve' }, { id: 'reject' }],
    policy: { mode: 'any' },
    requester: 'local|ada',
    subjectHash: 'hash-1',
    ...more,
  };
}

const START = Date.UTC(2026, 0, 1);

/** An event with its number; a second of workflow time lies between two numbers. */
export function numbered(seq: number, event: TraceEvent): NumberedTrace {
  return { ...event, seq, at: new Date(START + seq * 1_000).toISOString() };
}

/** An event as the sink gets it. */
export function sinkEvent(seq: number, event: TraceEvent): SinkEvent {
  const trace = numbered(seq, event);
  const hash = createHash('sha256')
    .update(canonicalJson(parseJson(JSON.stringify(trace))))
    .digest('hex');
  return { seq, at: trace.at, hash, event: trace };
}

/** A batch from one workflow task, live on a history of 10 events unless said otherwise. */
export function aBatch(
  run: { readonly scope: Scope; readonly runId: RunId },
  events: readonly SinkEvent[],
  more: Partial<SinkBatch> = {},
): SinkBatch {
  return { ...run, temporalRunId: 'execution-1', historyLength: 10, replayed: false, events, ...more };
}

/** A step on the top level. */
export function aStep(id: number, more: Partial<StepRef> = {}): StepRef {
  return {
    id,
    parent: 0,
    path: `/do/${id - 1}/step${id}`,
    name: `step${id}`,
    kind: 'set',
    attempt: 1,
    ...more,
  };
}
