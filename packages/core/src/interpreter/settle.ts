import { failure, type Problem } from '../failure.ts';
import type { Command } from './commands.ts';
import { jsonBytes, MAX_STATE_BYTES, MOST_COUNTED_BYTES, sizeText } from './data.ts';
import { dispatch } from './dispatch.ts';
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
export const TURN_SHARE = 1_000;

/** Steps a run may execute in all: a loop without end must end. */
export const MAX_STEPS = 100_000;

/** Works off what is queued, weighs the state, and closes the turn. */
export function settle(turn: Turn): TurnResult {
  const { draft } = turn;
  drain(turn);
  if (draft.outcome === undefined) {
    draft.ready = [...turn.work];
    weigh(turn);
  }
  if (draft.outcome === undefined) {
    askBack(turn);
    noteWaiting(turn);
  }
  return { state: draft, commands: turn.commands, trace: turn.trace };
}

/** Performs queued work, and hands over a held event whenever there is none, up to the turn's share. */
function drain(turn: Turn): void {
  for (let left = TURN_SHARE; left > 0 && !turn.draft.suspended; left -= 1) {
    const action = turn.work.pop();
    if (action !== undefined) {
      perform(turn, action);
      continue;
    }
    const [event, ...later] = turn.draft.held;
    if (event === undefined) return;
    turn.draft.held = later;
    dispatch(turn, event);
  }
}

/** I5: asks for another turn when this one has left something. */
function askBack(turn: Turn): void {
  const { draft } = turn;
  if (draft.suspended || draft.yielding || !hasWork(turn)) return;
  draft.yielding = true;
  turn.commands.push({ kind: 'yield' });
}

function hasWork({ draft }: Turn): boolean {
  return draft.ready.length > 0 || draft.held.length > 0;
}

function perform(turn: Turn, action: Action): void {
  if (action.do === 'begin') return begin(turn, action);
  const frame = findFrame(turn, action.frame);
  // Work of a frame that was canceled meanwhile is nobody's business.
  if (frame === undefined) return;
  if (action.do === 'iterate') guard(turn, frame, () => behaviorOf(turn, frame).iterate?.(turn, frame));
  else if (action.do === 'finish') finishTask(turn, frame, { output: action.output, then: action.then });
  else faultTask(turn, frame, action.error);
}

function begin(turn: Turn, action: Extract<Action, { do: 'begin' }>): void {
  const { pointer } = action;
  const parent = findFrame(turn, action.parent);
  if (parent === undefined) return;
  if (turn.draft.nextStep <= MAX_STEPS) return beginTask(turn, { ...action, parent });
  const detail = `The run has executed ${MAX_STEPS} steps, the most a run may; look for a loop without end, or split the work into child runs.`;
  endRun(turn, { status: 'faulted', error: { ...failure('runtime', detail), instance: pointer } });
}

/** Trace events after which the state is weighed at the latest. */
const WEIGHED_EVERY = 256;

/** A state over the limit ends the run before any of this turn's effects goes out. */
function weigh(turn: Turn): void {
  const crossed = turn.trace.some(({ seq }) => seq % WEIGHED_EVERY === 0);
  if (!turn.heavy && !crossed) return;
  const bytes = jsonBytes(turn.draft, MOST_COUNTED_BYTES);
  if (bytes <= MAX_STATE_BYTES) return;
  const detail = `The state of the run has ${sizeText(bytes)} as JSON; it may have at most ${MAX_STATE_BYTES}. Keep large data outside and pass references.`;
  const error: Problem = { ...failure('runtime', detail), instance: lastStep(turn) };
  endRun(turn, { status: 'faulted', error });
}

/** The task that the turn dealt with last. */
function lastStep(turn: Turn): string {
  const paths = turn.trace.flatMap((event) => ('step' in event ? [event.step.path] : []));
  return paths.at(-1) ?? '';
}

/** Reports when everything open waits for something outside, and when that has ended. */
function noteWaiting(turn: Turn): void {
  const { draft } = turn;
  if (draft.suspended) return;
  const leaves = Object.values(draft.frames).filter(isLeaf);
  const waiting = !hasWork(turn) && leaves.every(isWaiting);
  if (waiting === draft.waiting) return;
  draft.waiting = waiting;
  report(turn, { type: waiting ? 'run.waiting' : 'run.resumed' });
}

function isLeaf({ body }: Frame): boolean {
  if (body.kind === 'try') return body.phase === 'delay';
  if (body.kind === 'call') return body.phase !== 'tools';
  return body.kind === 'wait' || body.kind === 'listen';
}

function isWaiting({ body }: Frame): boolean {
  if (body.kind !== 'call' || body.phase === 'backoff') return true;
  return body.announced === true;
}
