import type { Json, Problem, RunId, Scope, StepStatus, Usage, WaitKind } from '@baton/core';
import { select, type Database } from './database.ts';
import { toStepRecord } from './steps-codec.ts';

/** What a step waits for. */
export interface StepWait {
  readonly kind: WaitKind;
  readonly since: string;
  readonly until?: string;
  readonly humanTaskId?: string;
  readonly childRunId?: string;
}

/** One attempt of a step. */
export interface StepAttempt {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly error?: Problem;
}

/** What a step used. */
export interface StepUsage extends Usage {
  /** Whether an earlier answer was given again, which cost nothing. */
  readonly cached?: true;
}

/** One execution of one task of the definition. */
export interface StepRecord {
  /** Number of the step in its run, from 1. */
  readonly id: number;
  /** Number of the step around it; 0 on the top level. */
  readonly parentId: number;
  readonly path: string;
  readonly name: string;
  readonly kind: string;
  readonly iteration: number | null;
  readonly attempt: number;
  readonly status: StepStatus;
  readonly input: Json;
  readonly output: Json;
  readonly error: Problem | null;
  readonly usage: StepUsage | null;
  readonly wait: StepWait | null;
  readonly humanTaskId: string | null;
  readonly childRunId: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly attempts: readonly StepAttempt[];
}

/** The steps of runs; written by the events alone. */
export interface StepRepository {
  /** Every step of a run in the order they began; empty for an unknown run. */
  list(scope: Scope, runId: RunId): Promise<readonly StepRecord[]>;
}

/** The repository of steps on a database. */
export function createStepRepository(db: Database): StepRepository {
  return {
    list: async (scope, runId) => {
      const rows = await select(db.prisma)`
        SELECT * FROM steps WHERE workspace_id = ${scope.workspaceId}::uuid AND run_id = ${runId}::uuid ORDER BY step_id`;
      return rows.map(toStepRecord);
    },
  };
}
