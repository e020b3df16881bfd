import type { LiveFrame } from '@baton/contracts';
import { isObject, own, type Json, type RunId, type Scope } from '@baton/core';
import type { EventRecord, FrameListParams, FrameRecord, Store } from '@baton/store';
import { toLiveFrameJson } from './run-event-codec.ts';

/** Which frames a reader wants: those after the offsets it has, by number of the step; null: none at all. */
export type FramesWanted = ReadonlyMap<number, number> | null;

/** What one reader of a run has seen of what agents tell. */
export interface LiveFrames {
  /** New frames of the steps that are open, for a reader that has seen all events up to a position. */
  ofOpenSteps(position: number): AsyncGenerator<LiveFrame, void>;
  /** Looks whether steps that end with these events have told something that was not read. */
  expect(events: readonly EventRecord[]): Promise<void>;
  /** The last frames of a step, before one of the expected events ends it. */
  before(event: EventRecord): AsyncGenerator<LiveFrame, void>;
}

/** Frames read at once: all of a step together have 256 KiB. */
const BATCH = 200;

/** Reads a `frames` parameter, which has the form the contract says. */
export function framesWanted(given: string | undefined): FramesWanted {
  if (given === 'none') return null;
  const pairs = given === undefined ? [] : given.split(',').map((pair) => pair.split(':').map(Number));
  return new Map(pairs.map(([step = 0, offset = 0]) => [step, offset]));
}

/** Begins after the offsets that the reader has. */
export function createLiveFrames(
  frames: Store['frames'],
  run: { readonly scope: Scope; readonly runId: RunId },
  wanted: ReadonlyMap<number, number>,
): LiveFrames {
  const known = new Map(wanted);
  let isExpected = false;
  const list = (params: Pick<FrameListParams, 'seen' | 'steps' | 'limit'>) =>
    frames.list(run.scope, run.runId, { after: known, ...params });
  async function* read(which: Pick<FrameListParams, 'seen' | 'steps'>): AsyncGenerator<LiveFrame, void> {
    for (;;) {
      const found = await list({ ...which, limit: BATCH });
      for (const frame of found) {
        known.set(frame.step.id, frame.offset);
        yield toLiveFrame(frame, run.runId);
      }
      if (found.length < BATCH) return;
    }
  }
  return {
    ofOpenSteps: (position) => read({ seen: position }),
    async expect(events) {
      const steps = events.flatMap((event) => endedBy(event) ?? []);
      // An old run may have ended thousands of them, and has told nothing for long.
      isExpected = steps.length > 0 && (await list({ steps, limit: 1 })).length > 0;
    },
    async *before(event) {
      const step = isExpected ? endedBy(event) : null;
      if (step === null) return;
      yield* read({ steps: [step] });
      known.delete(step);
    },
  };
}

/** Number of the step of an agent that an event ends. */
function endedBy({ type, body }: EventRecord): number | null {
  const step = own(body, 'step');
  if (!ENDS.has(type) || !isObject(step) || !AGENTS.includes(step['kind'] ?? null)) return null;
  return typeof step['id'] === 'number' ? step['id'] : null;
}

/** Kinds of steps that ask agents. */
const AGENTS: readonly Json[] = ['call-agent', 'tool'];

const ENDS = new Set(['step.completed', 'step.faulted', 'step.canceled']);

function toLiveFrame(frame: FrameRecord, runId: RunId): LiveFrame {
  const { type, data, ...rest } = frame;
  if (type === 'agent.tool_call') return toLiveFrameJson({ ...rest, runId, type, toolCall: data });
  if (type === 'agent.tool_result') return toLiveFrameJson({ ...rest, runId, type, toolResult: data });
  return toLiveFrameJson({ ...rest, runId, type, text: data });
}
