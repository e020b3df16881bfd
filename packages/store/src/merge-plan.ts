import type { JsonObject } from '@baton/core';
import type { SinkEvent } from './events.ts';

/** A stored event, without its content. */
export interface StoredEvent {
  readonly seq: number;
  /** Number among the events of this seq, from 0. */
  readonly rival: number;
  readonly position: number | null;
  readonly hash: string;
  readonly temporalRunId: string;
  readonly historyLength: number;
  readonly replayed: boolean;
  readonly superseded: boolean;
}

/** An event to store. */
export interface EventRow extends StoredEvent {
  readonly type: string;
  readonly at: string;
  readonly event: JsonObject | SinkEvent['event'];
  readonly origin: 'run' | 'store';
}

/** What is known of a run before events arrive. */
export interface KnownRun {
  /** Temporal's run ids of its executions, oldest first. */
  readonly executions: readonly string[];
  readonly lastPosition: number;
  /** Whether the end is published. */
  readonly closed: boolean;
  /** Its stored events from the lowest arriving number on; all of them when there were rivals before. */
  readonly stored: readonly StoredEvent[];
  /** Given when a recorded history tells its events again: it is believed, and fills these positions first. */
  readonly retold?: { readonly free: readonly number[] };
}

/** Whether a plan leaves a superseded event in the run. */
export function hasRivals({ supersede, inserts }: Pick<MergePlan, 'supersede' | 'inserts'>): boolean {
  return supersede.length > 0 || inserts.some(({ superseded }) => superseded);
}

/** What to write. */
export interface MergePlan {
  readonly executions: readonly string[];
  readonly lastPosition: number;
  readonly inserts: readonly EventRow[];
  /** Stored events that lost. */
  readonly supersede: readonly StoredEvent[];
  /** Stored live events that a replay has confirmed. */
  readonly confirm: readonly StoredEvent[];
  /** Whether the projection has to be built from all events. */
  readonly rebuild: boolean;
  /** New events that hold, by number; to be folded when there is no rebuild. */
  readonly fresh: readonly SinkEvent['event'][];
}
