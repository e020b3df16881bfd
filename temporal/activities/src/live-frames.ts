import type { AgentEvent } from '@baton/agents';
import type { RunId, Scope } from '@baton/core';

/** One delivery to an agent, and the step that it is for. */
export interface LiveDelivery {
  readonly scope: Scope;
  readonly runId: RunId;
  readonly stepId: number;
  /** Of the step. */
  readonly attempt: number;
  /** How often this attempt was begun, from 1: what an earlier one has told is void. */
  readonly delivery: number;
}

/** Where one delivery tells readers of the run what the agent does. */
export interface LiveLine {
  /** Never throws, and drops what cannot be kept. */
  tell(event: AgentEvent): void;
  /** Resolves, soon in any case, when what was told is stored or given up. */
  close(): Promise<void>;
}

/** Shows readers what agents do while they do it. Nothing depends on it. */
export interface LiveFrames {
  open(delivery: LiveDelivery): LiveLine;
}
