import type { PinnedAgent } from '../agent.ts';
import type { Json, JsonObject } from '../json.ts';

/** Behaviour of the interpreter that new runs get; recorded in every snapshot. */
export const ENGINE_VERSION = 1;

/** The behavior of expressions that belongs to each behavior of the interpreter: neither changes under a run. */
export const JQ_VERSIONS: Readonly<Record<number, number>> = { 1: 1 };

/** All that a run is pinned to when it is accepted; it never changes under the run. */
export interface Snapshot {
  /** Behaviour version of the interpreter. */
  readonly engine: number;
  readonly runId: string;
  readonly workspaceId: string;
  /** The definition as it was published, unparsed. */
  readonly definition: JsonObject;
  /** Agent versions by `name@version`. */
  readonly agents: Readonly<Record<string, PinnedAgent>>;
  /** For every task that calls an agent, by its pointer: the key in {@link Snapshot.agents}. */
  readonly pins: Readonly<Record<string, string>>;
  /** Opaque id (issuer and subject) of who asked for the run. */
  readonly requester: string;
  /** 1 (first) to 5 (last). */
  readonly priority: number;
  readonly input: Json;
}
