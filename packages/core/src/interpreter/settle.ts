import { failure, type Problem } from '../failure.ts';
import type { Command } from './commands.ts';
import { jsonBytes, MAX_STATE_BYTES } from './data.ts';
import { beginTask, behaviorOf, endRun, faultTask, finishTask, guard } from './lifecycle.ts';
import type { Action, Frame, RunState } from './state.ts';
import type { NumberedTrace } from './trace.ts';
import { findFrame, report, type Turn } from './turn.ts';

/** What a turn of the reducer gives. */
export interface TurnResult {
  readonly state: RunState;
  readonly commands: readonly Command[];
  readonly trace: readonly NumberedTrace[];
}

/** Transitions of one turn; more are left for the next. */
const TURN_SHARE = 1_000;

/** Steps a run may execute in all: a loop without end must end. */
export const MAX_STEPS = 100_000;

/** Works off what is queued, weighs the state, and closes the turn. */
export function settle(turn: Turn): TurnResult {
  drain(turn);
  const { draft } = turn;
  if (turn.work.length > 0 && draft.outcome === undefined) {
    // I5
    draft.ready = [...turn.work];
    if (!draft.suspended) turn.commands.push({ kind: 'yield' });
  }
  weigh(turn);
  noteWaiting(turn);
  return { state: draft, commands: turn.commands, trace: turn.trace };
}

/** Performs queued work, up to the turn's share. */
export function drain(turn: Turn): void {
  for (let done = 0; done < TURN_SHARE && !turn.draft.suspended; done += 1) {
    const action = turn.work.pop();
    if (action === undefined) return;
    perform(turn, action);
  }
}

function perform(turn: Turn, action: Action): void {
  switch (action.do) {
    case 'begin': {
      const parent = findFrame(turn, action.parent);
      if (parent === undefined) return;
      if (turn.draft.nextStep > MAX_STEPS) return tooManySteps(turn, action.pointer);
      beginTask(turn, { parent, pointer: action.pointer, input: action.input });
      return;
    }
    case 'iterate': {
      const frame = findFrame(turn, action.parent);
      if (frame === undefined) return;
      guard(turn, frame, () => behaviorOf(turn, frame).iterate?.(turn, frame));
      return;
    }
    case 'finish': {
      const frame = findFrame(turn, action.frame);
      if (frame !== undefined) finishTask(turn, frame, { output: action.output, then: action.then });
      return;
    }
    case 'fault': {
      const frame = findFrame(turn, action.frame);
      if (frame !== undefined) faultTask(turn, frame, action.error);
      return;
    }
    default:
      action satisfies never;
  }
}

function tooManySteps(turn: Turn, pointer: string): void {
  const detail = `The run has executed ${MAX_STEPS} steps, the most a run may; look for a loop without end, or split the work into child runs.`;
  endRun(turn, { status: 'faulted', error: { ...failure('runtime', detail), instance: pointer } });
}

/** A state over the limit ends the run before any of this turn's effects goes out. */
function weigh(turn: Turn): void {
  if (turn.draft.outcome !== undefined) return;
  const crossed = turn.trace.some((event) => event.seq % 256 === 0);
  if (!turn.heavy && !crossed) return;
  const bytes = jsonBytes(JSON.parse(JSON.stringify(turn.draft)), MAX_STATE_BYTES);
  if (bytes <= MAX_STATE_BYTES) return;
  const last = turn.trace.findLast((event) => 'step' in event);
  const step = last !== undefined && 'step' in last ? last.step.path : '';
  const detail = `The state of the run is larger than ${MAX_STATE_BYTES} bytes, the most a run may carry; keep large data outside and pass references.`;
  turn.commands.length = 0;
  const error: Problem = { ...failure('runtime', detail), instance: step };
  endRun(turn, { status: 'faulted', error });
}

/** Reports when everything open waits for something outside, and when that has ended. */
function noteWaiting(turn: Turn): void {
  const { draft } = turn;
  if (draft.outcome !== undefined || draft.suspended) return;
  const leaves = Object.values(draft.frames).filter(isLeaf);
  const waiting = draft.ready.length === 0 && leaves.length > 0 && leaves.every(isWaiting);
  if (waiting === draft.waiting) return;
  draft.waiting = waiting;
  report(turn, { type: waiting ? 'run.waiting' : 'run.resumed' });
}

function isLeaf({ body }: Frame): boolean {
  if (body.kind === 'try') return body.phase === 'delay';
  return body.kind === 'call' || body.kind === 'wait' || body.kind === 'listen';
}

function isWaiting({ body }: Frame): boolean {
  if (body.kind !== 'call') return true;
  if (body.phase === 'backoff') return true;
  return body.command.kind === 'open-human-task' || body.command.kind === 'start-run';
}
