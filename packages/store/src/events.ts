import type { Json, NumberedTrace, RunId, Scope } from '@baton/core';
import { select, type Database } from './database.ts';
import { appendEvents } from './events-append.ts';
import { toEventRecord } from './events-codec.ts';
import { createRememberedRuns } from './events-remembered.ts';
import { rebuildRun } from './events-rebuild.ts';
import { number } from './row-codec.ts';
import { confirmEnd } from './run-end.ts';
import type { Provisional, RunRecord } from './runs.ts';

/** One event a workflow task handed to the sink. */
export interface SinkEvent {
  readonly seq: number;
  /** The workflow's own time of the event. */
  readonly at: string;
  /** SHA-256, in hex, of the canonical JSON of the event. */
  readonly hash: string;
  readonly event: NumberedTrace;
}

/** The events of one run from one workflow task. */
export interface SinkBatch {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly temporalRunId: string;
  /** Length of the history the task ran on. */
  readonly historyLength: number;
  readonly replayed: boolean;
  readonly events: readonly SinkEvent[];
}

/** What storing gave. */
export interface AppendResult {
  /** Runs that are not in the database: their events were dropped. */
  readonly unknown: readonly RunId[];
  /** Runs whose events cannot be stored however often it is tried (a fault of ours); nothing of them was stored. */
  readonly refused: readonly { readonly runId: RunId; readonly error: unknown }[];
}

/** Who says that an event happened: the run itself, the store (a correction), or somebody who looked at Temporal. */
export type EventOrigin = 'run' | 'store' | 'reconciler' | 'api';

/** An event as readers see it. */
export interface EventRecord {
  /** Gap-free number in the run, from 1: the id of the event. */
  readonly position: number;
  readonly runId: RunId;
  readonly type: string;
  readonly at: string;
  readonly origin: EventOrigin;
  /** The event's own fields without `seq`, `at` and `type`: `step`, `input`, `supersededPositions` … */
  readonly body: { readonly [field: string]: Json };
}

/** Which events are wanted. */
export interface EventListParams {
  /** Only later positions; default 0. */
  readonly after?: number;
  /** How many at most; default 500. */
  readonly limit?: number;
}

/** Parameters of {@link EventRepository.confirmClosed}. */
export interface ConfirmParams {
  /** The end Temporal reports; absent: whatever the provisional end says. */
  readonly status?: Provisional['status'];
  /** Temporal's id of the execution that is closed; absent: whichever. */
  readonly execution?: string;
}

/**
 * How confirming ended. `published`: the end is visible now; `closed`: it was before; `mismatch`: Temporal tells
 * another end than the events (close from outside then); `elsewhere`: the events are of another execution than the
 * closed one, which was reset; `open`: no terminal event has arrived.
 */
export type ConfirmResult =
  | { readonly outcome: 'published' | 'closed' | 'mismatch' | 'elsewhere' | 'open'; readonly run: RunRecord }
  | { readonly outcome: 'not_found' };

/** The events of runs: what readers see, and what runs and steps are projected from. */
export interface EventRepository {
  /**
   * Across workspaces: stores the events of many runs in one transaction (the path of the sink). Storing twice is
   * the same as once. Rejects only when the database is away: try again. One run whose events are refused keeps no
   * other run back: then each is stored alone, and `refused` names it.
   */
  append(batches: readonly SinkBatch[]): Promise<AppendResult>;
  /** Publishes the provisional end of a run that Temporal reports closed. */
  confirmClosed(scope: Scope, runId: RunId, params?: ConfirmParams): Promise<ConfirmResult>;
  /** Visible events in the order of their positions. */
  list(scope: Scope, runId: RunId, params?: EventListParams): Promise<readonly EventRecord[]>;
  /** Position of the newest visible event; 0 when there is none, null for an unknown run. */
  latestPosition(scope: Scope, runId: RunId): Promise<number | null>;
  /** Builds the run's row and its steps anew from all events that hold. False for an unknown run. */
  rebuild(scope: Scope, runId: RunId): Promise<boolean>;
}

const DEFAULT_LIMIT = 500;

/** The repository of events on a database. */
export function createEventRepository(db: Database): EventRepository {
  const { prisma } = db;
  const known = createRememberedRuns();
  return {
    append: (batches) => appendEvents(db, known, batches),
    confirmClosed: (scope, runId, params = {}) => confirmEnd(db, scope, { ...params, runId }),
    list: async (scope, runId, params = {}) => {
      const rows = await select(prisma)`
        SELECT run_id, position, type, at, origin, event FROM run_events
        WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid
          AND position > ${params.after ?? 0}::int
        ORDER BY position LIMIT ${params.limit ?? DEFAULT_LIMIT}::int`;
      return rows.map(toEventRecord);
    },
    latestPosition: async (scope, runId) => {
      const [row] = await select(prisma)`
        SELECT last_position FROM runs WHERE workspace_id = ${scope.workspaceId}::uuid AND id = ${runId}::uuid`;
      return row === undefined ? null : number(row, 'last_position');
    },
    rebuild: (scope, runId) => rebuildRun(db, scope, runId),
  };
}
