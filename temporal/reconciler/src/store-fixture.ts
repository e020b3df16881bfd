import { randomUUID } from 'node:crypto';
import {
  parseHumanTaskId,
  parseRunId,
  workflowIdOf,
  type NumberedTrace,
  type RunId,
  type Scope,
  type TraceEvent,
} from '@baton/core';
import { createStore, migrate, type HumanTaskRecord, type NewRun, type Store } from '@baton/store';
import { createDatabase, stopParts } from '@baton/test-kit';

/** A store on a database of its own, and what happens in it. */
export interface Ledger {
  readonly store: Store;
  readonly scope: Scope;
  /** Accepts a run. */
  accept(more?: Partial<NewRun>): Promise<RunId>;
  /** Stores events of a run as its workflow would. */
  tell(runId: RunId, events: readonly TraceEvent[]): Promise<void>;
  /** Opens a human task of a run. */
  ask(runId: RunId): Promise<HumanTaskRecord>;
  stop(): Promise<void>;
}

/** The id of a run that nobody has accepted. */
export function newRunId(): RunId {
  const id = parseRunId(randomUUID());
  if (id === null) throw new Error('A random UUID is no run id.');
  return id;
}

/** A new database, migrated, with the application role connected. */
export async function openLedger(): Promise<Ledger> {
  const database = await createDatabase({
    key: 'reconciler',
    prepare: (superuser) => migrate({ ownerUrl: superuser, appRole }),
  });
  const store = createStore({ databaseUrl: asApplication(database.url) });
  const home = await store.workspaces.getByName('default');
  if (home === null) throw new Error('There is no workspace "default".');
  const scope: Scope = { workspaceId: home.id };
  return {
    store,
    scope,
    accept: (more) => accept(store, scope, more),
    tell: (runId, events) => tell(store, { scope, runId }, events),
    ask: (runId) => ask(store, scope, runId),
    async stop() {
      await store.stop();
      await database.drop();
      await stopParts();
    },
  };
}

const appRole = { name: 'baton_reconciler_test', password: 'not-a-secret' };

function asApplication(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `postgresql://${appRole.name}:${appRole.password}@${host}${pathname}`;
}

async function accept(store: Store, scope: Scope, more: Partial<NewRun> = {}): Promise<RunId> {
  const { run } = await store.runs.insertAccepted(scope, {
    id: newRunId(),
    kind: 'workflow',
    workflow: 'publish',
    namespace: 'content',
    version: '1.0.0',
    input: null,
    requester: 'local|ada',
    snapshot: {},
    ...more,
  });
  return run.id;
}

async function tell(
  store: Store,
  run: { readonly scope: Scope; readonly runId: RunId },
  events: readonly TraceEvent[],
): Promise<void> {
  const at = '2026-01-01T00:00:00.000Z';
  const numbered = events.map((event, i): NumberedTrace => ({ ...event, seq: i + 1, at }));
  const batch = numbered.map((event) => ({ seq: event.seq, at, hash: `hash ${event.seq}`, event }));
  const task = { temporalRunId: 'execution-1', historyLength: 10, replayed: false };
  await store.events.append([{ ...run, ...task, events: batch }]);
}

function ask(store: Store, scope: Scope, runId: RunId): Promise<HumanTaskRecord> {
  const id = parseHumanTaskId(randomUUID());
  if (id === null) throw new Error('A random UUID is no human task id.');
  return store.humanTasks.open(scope, {
    openKey: id,
    id,
    runId,
    workflowId: workflowIdOf(scope, runId),
    step: { id: 1, path: '/do/0/review', attempt: 1 },
    kind: 'approval',
    title: 'Publish it?',
    actions: [{ id: 'approve' }],
    policy: { mode: 'any' },
    requester: 'local|ada',
    subjectHash: 'hash-1',
  });
}
