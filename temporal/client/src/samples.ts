import { randomUUID } from 'node:crypto';
import {
  parseRunId,
  parseWorkspaceId,
  type JsonObject,
  type RunId,
  type Scope,
  type Snapshot,
} from '@baton/core';

/** A scope of its own, for tests. */
export function newScope(): Scope {
  const workspaceId = parseWorkspaceId(randomUUID());
  if (workspaceId === null) throw new Error('A random UUID is no workspace id.');
  return { workspaceId };
}

/** A run id of its own, for tests. */
export function newRunId(): RunId {
  const runId = parseRunId(randomUUID());
  if (runId === null) throw new Error('A random UUID is no run id.');
  return runId;
}

/** A valid definition that does what `tasks` say. */
export function aDocument(tasks: JsonObject[] = [{ note: { set: { done: true } } }]): JsonObject {
  return {
    document: { dsl: '1.0.0', namespace: 'content', name: 'publish', version: '1.2.3' },
    do: tasks,
  };
}

/** A snapshot, with what a test does not care about filled in. */
export function aSnapshot(scope: Scope, runId: RunId, more: Partial<Snapshot> = {}): Snapshot {
  return {
    engine: 1,
    runId,
    workspaceId: scope.workspaceId,
    definition: aDocument(),
    agents: {},
    pins: {},
    requester: 'dev|ann',
    priority: 3,
    input: { topic: 'rivers' },
    ...more,
  };
}
