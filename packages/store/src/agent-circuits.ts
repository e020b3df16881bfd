import type { Scope } from '@baton/core';
import { noteFailedCall } from './agent-circuit-failed.ts';
import { toAgentCircuit } from './agent-circuits-codec.ts';
import { execute, select, type Database } from './database.ts';

/** `half-open`: one call may try whether the agent is well again. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** How the calls of an agent version have gone of late. */
export interface AgentCircuit {
  readonly state: CircuitState;
  /** Failed calls in a row. */
  readonly failures: number;
  /** When it was opened; null while it is closed. */
  readonly since: string | null;
  /** When the next call may try; null while it is closed. */
  readonly retryAt: string | null;
  /** Milliseconds until then, by the database's clock; 0 when it has come. */
  readonly retryAfterMs: number;
}

/** Which agent version was called. */
export interface CircuitCall {
  readonly agent: string;
  readonly version: string;
  /** Idempotency key of the delivery. */
  readonly key: string;
}

/** When a circuit opens, and for how long. */
export interface CircuitRules {
  /** Failed calls in a row. */
  readonly failures: number;
  /** They belong to at least so many deliveries: one question that the agent cannot bear is no outage. */
  readonly deliveries: number;
  /** They have lasted so long, in milliseconds: a hiccup under many calls is no outage. */
  readonly lastingMs: number;
  /** For how long it is open at first, in milliseconds; doubled whenever the call that tries fails. */
  readonly coolDownMs: number;
  readonly longestCoolDownMs: number;
}

/** Circuits of agent versions, shared by all workers. */
export interface AgentCircuitRepository {
  get(scope: Scope, of: Omit<CircuitCall, 'key'>): Promise<AgentCircuit>;
  /** Notes a call that failed in a way that tells of the agent, and gives what has become of the circuit. */
  failed(scope: Scope, call: CircuitCall, rules: CircuitRules): Promise<AgentCircuit>;
  /** Notes a call that the agent has answered: the circuit is closed. */
  succeeded(scope: Scope, of: Omit<CircuitCall, 'key'>): Promise<void>;
  /** Whether this call is the one that tries if the agent is well again, for so many milliseconds at most. */
  probe(scope: Scope, call: CircuitCall, longestMs: number): Promise<boolean>;
}

/** No failed calls. */
const CLOSED: AgentCircuit = {
  state: 'closed',
  failures: 0,
  since: null,
  retryAt: null,
  retryAfterMs: 0,
};

/** The repository of circuits on a database. */
export function createAgentCircuitRepository({ prisma }: Database): AgentCircuitRepository {
  return {
    async get(scope, { agent, version }) {
      const [row] = await select(prisma)`
        SELECT failures, opened_at, retry_at, clock_timestamp() AS now FROM agent_circuits
        WHERE workspace_id = ${scope.workspaceId}::uuid AND agent = ${agent} AND version = ${version}`;
      return row === undefined ? CLOSED : toAgentCircuit(row);
    },
    failed: (scope, call, rules) => noteFailedCall(prisma, scope, { call, rules }),
    async succeeded(scope, { agent, version }) {
      await execute(prisma)`
        DELETE FROM agent_circuits
        WHERE workspace_id = ${scope.workspaceId}::uuid AND agent = ${agent} AND version = ${version}`;
    },
    async probe(scope, { agent, version, key }, longestMs) {
      const touched = await execute(prisma)`
        UPDATE agent_circuits
        SET probe_key = ${key}, probe_until = clock_timestamp() + ${longestMs}::float8 * interval '1 millisecond'
        WHERE workspace_id = ${scope.workspaceId}::uuid AND agent = ${agent} AND version = ${version}
          AND retry_at <= clock_timestamp()
          AND (probe_key IS NULL OR probe_key = ${key} OR probe_until <= clock_timestamp())`;
      return touched > 0;
    },
  };
}
