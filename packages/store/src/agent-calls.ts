import type { AgentConcurrency, RunId, Scope } from '@baton/core';
import { aheadOf, type CallsAhead } from './agent-call-ahead.ts';
import { admitCall } from './agent-call-admit.ts';
import { callDueEverywhere } from './agent-call-due.ts';
import { releaseCall } from './agent-call-release.ts';
import { execute, type Database } from './database.ts';

/** A call that wants to be made. */
export interface AskedCall {
  /** Idempotency key of the delivery: whoever asks again with it is the same call. */
  readonly key: string;
  readonly agent: string;
  readonly version: string;
  readonly runId: RunId;
  /** Number of the step that calls. */
  readonly stepId: number;
  /** Temporal's workflow id of the execution that is woken when it is this call's turn. */
  readonly workflowId: string;
  readonly limits: AgentConcurrency;
  /** Who makes the call: only the newest holder's release counts. */
  readonly holder: string;
  /** How long it may be under way without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** For how long it counts as waiting without asking again, in milliseconds. */
  readonly patienceMs: number;
}

/** Whether a call may be made now; a refused one has a place among those that wait. */
export type Admission =
  | { readonly outcome: 'granted' }
  /** How many of those that wait go first. */
  | { readonly outcome: 'queued'; readonly ahead: number };

/** Which call is under way no more. */
export interface ReleasedCall {
  readonly key: string;
  readonly agent: string;
  /** Whose call it was; one that another holder has taken over stays. */
  readonly holder: string;
  /** Whether it is taken out of those that wait, too. Default false. */
  readonly orWaiting?: boolean;
}

/** Calls of agents that may only be called so many times at once. Truth in PostgreSQL, first come, first served. */
export interface AgentCallRepository {
  /**
   * Grants the call when there is room and no other that waits goes first; else it waits, and an outbox message
   * (`agent_call_due`) wakes its execution when its turn has come. Asked again, it keeps its place; a call that is under
   * way stays so under its new holder.
   */
  admit(scope: Scope, call: AskedCall): Promise<Admission>;
  /** Puts the end of a lease off. False when this holder has lost it. */
  renew(scope: Scope, lease: Pick<AskedCall, 'key' | 'holder' | 'leaseMs'>): Promise<boolean>;
  /** Takes a call out, under way or waiting, and wakes those whose turn it is then. */
  release(scope: Scope, call: ReleasedCall): Promise<void>;
  /** How many calls go before those of these runs that wait. */
  ahead(scope: Scope, runIds: readonly RunId[]): Promise<readonly CallsAhead[]>;
  /**
   * Across workspaces: wakes whose turn has come though nobody has released anything, because a lease ran out or whoever was
   * woken did not come; forgets what nobody asked for in a day. Returns how many were woken.
   */
  callDue(): Promise<number>;
}

/** The repository of calls on a database. */
export function createAgentCallRepository(db: Database): AgentCallRepository {
  const { prisma } = db;
  return {
    admit: (scope, call) => admitCall(db, scope, call),
    renew: async (scope, { key, holder, leaseMs }) => {
      const touched = await execute(prisma)`
        UPDATE agent_calls SET expires_at = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
        WHERE workspace_id = ${scope.workspaceId}::uuid AND key = ${key} AND holder = ${holder}
          AND expires_at > clock_timestamp()`;
      return touched > 0;
    },
    release: (scope, call) => releaseCall(db, scope, call),
    ahead: (scope, runIds) => aheadOf(prisma, scope, runIds),
    callDue: () => callDueEverywhere(db),
  };
}
