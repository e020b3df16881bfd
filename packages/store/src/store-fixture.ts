import { createHash, randomUUID } from 'node:crypto';
import { createDatabase, stopParts } from '@baton/test-kit';
import {
  canonicalJson,
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
import type { SinkBatch, SinkEvent } from './events.ts';
import type { NewHumanTask } from './human-tasks.ts';
import { migrate, readSchemaFiles } from './migrate.ts';
import type { NewRun } from './runs.ts';
import { createStore, type Store } from './store.ts';

/** A store on a database of its own, for tests. */
export interface StoreFixture {
  readonly store: Store;
  readonly scope: Scope;
  /** Connects the superuser who owns the database. */
  readonly ownerUrl: string;
  /** Connects the application role. */
  readonly appUrl: string;
  stop(): Promise<void>;
}

const APP_ROLE = { name: 'baton_store_test', password: 'not-a-secret' };

/** Makes a migrated database from a template and a store on it, connected as the application role. */
export async function createStoreFixture(poolSize = 10): Promise<StoreFixture> {
  const { migrations } = await readSchemaFiles();
  const database = await createDatabase({
    prepare: (ownerUrl) => migrate({ ownerUrl, appRole: APP_ROLE }),
    key: migrations.map(({ sql }) => sql).join('\n'),
  });
  const url = new URL(database.url);
  url.username = APP_ROLE.name;
  url.password = APP_ROLE.password;
  const store = createStore({ databaseUrl: url.href, poolSize });
  const workspace = await store.workspaces.getByName('default');
  if (workspace === null) throw new Error('The workspace default is missing.');
  return {
    store,
    scope: { workspaceId: workspace.id },
    ownerUrl: database.url,
    appUrl: url.href,
    stop: async () => {
      await store.stop();
      await database.drop();
      await stopParts();
    },
  };
}

/** A new run id. */
export function newRunId(): RunId {
  const id = parseRunId(randomUUID());
  if (id === null) throw new Error('A random UUID is no run id.');
  return id;
}

/** A new human task id. */
export function newTaskId(): HumanTaskId {
  const id = parseHumanTaskId(randomUUID());
  if (id === null) throw new Error('A random UUID is no human task id.');
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
    .update(canonicalJson(JSON.parse(JSON.stringify(trace))))
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
