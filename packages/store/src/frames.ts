import type { Json, RunId, Scope, StepRef } from '@baton/core';
import { execute, select, sql, type Database, type Queryable, type Sql } from './database.ts';
import { toFrameRecord } from './frames-codec.ts';

/** What a live frame may tell. */
export type FrameType =
  'agent.chunk' | 'agent.thinking' | 'agent.message' | 'agent.tool_call' | 'agent.tool_result';

/** A step of a run, wherever it is. */
export interface StepKey {
  readonly scope: Scope;
  readonly runId: RunId;
  /** Number of the step in its run. */
  readonly stepId: number;
}

/** One thing that an agent told while it worked. */
export interface NewFrame extends StepKey {
  /** Of the step. */
  readonly attempt: number;
  /** How often the attempt's delivery was begun, from 1. */
  readonly delivery: number;
  readonly type: FrameType;
  readonly data: Json;
  /** Frames before this one that were given up; readers see a gap. */
  readonly lost: number;
}

/** A frame as readers see it. */
export interface FrameRecord {
  readonly step: StepRef;
  /** Number of the frame in its step, from 1; a gap means that frames were lost. */
  readonly offset: number;
  readonly delivery: number;
  readonly at: string;
  readonly type: FrameType;
  readonly data: Json;
}

/** Which frames are wanted. */
export interface FrameListParams {
  /** Offsets that are known already, by the number of their step. */
  readonly after: ReadonlyMap<number, number>;
  /**
   * Frames of open steps, unless the run has told more than this position: a reader that has seen no later event sees no
   * frame of a step before the step has started, and none after it has ended.
   */
  readonly seen?: number;
  /** Frames of these steps instead, whether they are open or not. */
  readonly steps?: readonly number[];
  readonly limit: number;
}

/** What agents tell while they work. Nothing depends on it: frames may be lost. */
export interface FrameRepository {
  /** Across workspaces: stores frames in the order given, in one statement, and tells who listens. */
  write(frames: readonly NewFrame[]): Promise<void>;
  /** Frames of the present attempts of a run's steps, by step and offset. */
  list(scope: Scope, runId: RunId, params: FrameListParams): Promise<readonly FrameRecord[]>;
  /** Across workspaces: removes the frames of those of these steps that have ended. */
  remove(steps: readonly StepKey[]): Promise<void>;
  /** Across workspaces: removes frames of steps that ended this many milliseconds ago; returns how many. */
  sweep(olderThanMs: number): Promise<number>;
}

/** The repository of live frames on a database. */
export function createFrameRepository({ prisma }: Database): FrameRepository {
  return {
    write: (frames) => write(prisma, frames),
    list: async (scope, runId, params) => {
      const rows = await select(prisma)`
        SELECT s.step_id, s.parent_id, s.path, s.name, s.kind, s.iteration, f.attempt, f.frame_offset, f.delivery, f.at,
               f.type, f.data
        FROM runs r
        JOIN live_frames f ON f.workspace_id = r.workspace_id AND f.run_id = r.id
        JOIN steps s ON s.workspace_id = f.workspace_id AND s.run_id = f.run_id AND s.step_id = f.step_id
          AND s.attempt = f.attempt
        LEFT JOIN unnest(${[...params.after.keys()]}::int[], ${[...params.after.values()]}::int[])
          AS k (step_id, known) ON k.step_id = f.step_id
        WHERE r.workspace_id = ${scope.workspaceId}::uuid AND r.id = ${runId}::uuid
          AND f.frame_offset > coalesce(k.known, 0) AND ${wantedOf(params)}
        ORDER BY f.step_id, f.frame_offset LIMIT ${params.limit}::int`;
      return rows.map(toFrameRecord);
    },
    remove: async (steps) => {
      await execute(prisma)`
        DELETE FROM live_frames f
        USING unnest(${steps.map(({ scope }) => scope.workspaceId)}::uuid[], ${steps.map(({ runId }) => runId)}::uuid[],
                     ${steps.map(({ stepId }) => stepId)}::int[]) AS k (workspace_id, run_id, step_id), steps s
        WHERE f.workspace_id = k.workspace_id AND f.run_id = k.run_id AND f.step_id = k.step_id
          AND s.workspace_id = k.workspace_id AND s.run_id = k.run_id AND s.step_id = k.step_id AND s.ended_at IS NOT NULL`;
    },
    sweep: (olderThanMs) => execute(prisma)`
      WITH over AS (
        SELECT k.workspace_id, k.run_id, k.step_id
        FROM (SELECT workspace_id, run_id, step_id, max(at) AS last_at FROM live_frames GROUP BY 1, 2, 3) k
        LEFT JOIN steps s ON s.workspace_id = k.workspace_id AND s.run_id = k.run_id AND s.step_id = k.step_id
        LEFT JOIN runs r ON r.workspace_id = k.workspace_id AND r.id = k.run_id
        WHERE CASE WHEN r.ended_at IS NULL AND s.step_id IS NOT NULL THEN s.ended_at ELSE k.last_at END
          <= now()::timestamptz(3) - ${olderThanMs}::float8 * interval '1 millisecond'
      )
      DELETE FROM live_frames f USING over
      WHERE f.workspace_id = over.workspace_id AND f.run_id = over.run_id AND f.step_id = over.step_id`,
  };
}

function wantedOf({ seen, steps }: FrameListParams): Sql {
  return steps === undefined
    ? sql`s.ended_at IS NULL AND r.last_position <= ${seen ?? 0}::int`
    : sql`f.step_id = ANY (${[...steps]}::int[])`;
}

async function write(db: Queryable, frames: readonly NewFrame[]): Promise<void> {
  await select(db)`
    SELECT write_live_frames(
      ${frames.map(({ scope }) => scope.workspaceId)}::uuid[], ${frames.map(({ runId }) => runId)}::uuid[],
      ${frames.map(({ stepId }) => stepId)}::int[], ${frames.map(({ attempt }) => attempt)}::int[],
      ${frames.map(({ delivery }) => delivery)}::int[], ${frames.map(({ type }) => type)}::text[],
      ${frames.map(({ data }) => JSON.stringify(data))}::text[], ${frames.map(({ lost }) => lost)}::int[])::text AS written`;
}
