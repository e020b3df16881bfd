import { NO_USAGE } from '../agent.ts';
import { failure } from '../failure.ts';
import { behaviors } from './behaviors/behaviors.ts';
import { beginRun } from './behaviors/sequence.ts';
import type { Command, InterpreterEvent } from './commands.ts';
import { dispatch } from './dispatch.ts';
import { hold } from './inbox.ts';
import { endRun, guard } from './lifecycle.ts';
import { loadRun, type InterpreterParams, type LoadedRun } from './load.ts';
import { settle, type TurnResult } from './settle.ts';
import type { Snapshot } from './snapshot.ts';
import type { RunState } from './state.ts';
import { forgetTimer, frameAt, openTurn, putFrame, report, type Turn } from './turn.ts';
import { NO_VISITS } from './visits.ts';

/*
 * Invariants of the interpreter, cited in code and tests:
 * I1  The state is plain JSON, and the same state and event give the same state, commands and trace.
 * I2  Trace events are numbered from 1 without gaps over the life of a run.
 * I3  Every command is answered at most once: an answer to a command that is no longer open changes nothing.
 * I4  When a run has ended nothing is open, and every later event changes nothing.
 * I5  A turn is bounded: work beyond its share is left in the state and asked back by a `yield`.
 */

/** The interpreter of one run. */
export interface Interpreter {
  /** Begins the run; `at` is the workflow's time in epoch milliseconds. */
  start(at: number): TurnResult;
  /** Feeds one event. The state that is handed in is not changed. */
  next(state: RunState, event: InterpreterEvent, at: number): TurnResult;
  /** The commands that are open in a state, in order: what a continued run asks for again. */
  openCommands(state: RunState): readonly Command[];
}

const EMPTY: RunState = {
  context: null,
  frames: {},
  ready: [],
  yielding: false,
  timers: {},
  nextStep: 1,
  nextCommand: 1,
  seq: 0,
  usage: NO_USAGE,
  visits: NO_VISITS,
  durations: {},
  inbox: [],
  received: [],
  suspended: false,
  held: [],
  waiting: false,
};

/** Makes a snapshot ready to run. `startedAt` is the run's own start, also after continue-as-new. */
export function createInterpreter(
  snapshot: Snapshot,
  startedAt: number,
  params: InterpreterParams,
): Interpreter {
  const run = loadRun(snapshot, startedAt, { ...params, behaviors });
  return {
    start: (at) => start(run, at),
    next: (state, event, at) => next(run, { state, event, at }),
    openCommands,
  };
}

function start(run: LoadedRun, at: number): TurnResult {
  const { input } = run.snapshot;
  const turn = openTurn(run, EMPTY, at);
  report(turn, { type: 'run.started', input });
  const root = putFrame(turn, {
    id: 0,
    parent: -1,
    pointer: '',
    place: [],
    step: 0,
    variables: {},
    input,
    startedAt: at,
    body: { kind: 'leaf' },
  });
  guard(turn, root, () => {
    beginRun(turn, root);
  });
  return settle(turn);
}

function next(run: LoadedRun, fed: { state: RunState; event: InterpreterEvent; at: number }): TurnResult {
  // I4
  if (fed.state.outcome !== undefined) return { state: fed.state, commands: [], trace: [] };
  const turn = openTurn(run, fed.state, fed.at);
  receive(turn, fed.event);
  return settle(turn);
}

function receive(turn: Turn, event: InterpreterEvent): void {
  switch (event.kind) {
    case 'cancel':
      return endRun(turn, { status: 'canceled', reason: event.reason });
    case 'suspend':
      return suspend(turn);
    case 'resume':
      return resume(turn);
    case 'continue':
      turn.draft.yielding = false;
      return;
    case 'human-task-opened':
    case 'child-started':
    case 'call-queued':
    case 'call-admitted':
    case 'answer-awaited':
      // News start nothing, so they need not wait.
      return dispatch(turn, event);
    default:
      if (event.kind === 'fired' && event.command === frameAt(turn, 0).deadline)
        timedOut(turn, event.command);
      else hold(turn, event);
  }
}

/** The time-out of the run does not wait, not for work that is left and not for a resume. */
function timedOut(turn: Turn, timer: number): void {
  const { deadline: _fired, ...root } = frameAt(turn, 0);
  forgetTimer(turn, timer);
  putFrame(turn, root);
  const error = { ...failure('timeout', 'The run took longer than its time-out.'), instance: root.pointer };
  endRun(turn, { status: 'faulted', error });
}

function suspend(turn: Turn): void {
  if (turn.draft.suspended) return;
  turn.draft.suspended = true;
  report(turn, { type: 'run.suspended' });
}

function resume(turn: Turn): void {
  if (!turn.draft.suspended) return;
  turn.draft.suspended = false;
  // Whether it waits is reported anew, for readers take a resumed run for a running one.
  turn.draft.waiting = false;
  report(turn, { type: 'run.resumed' });
}

function openCommands(state: RunState): readonly Command[] {
  const calls = Object.values(state.frames).flatMap(({ body }) =>
    body.kind === 'call' && body.phase === 'calling' ? [body.command] : [],
  );
  const open = [...calls, ...Object.values(state.timers)].sort((a, b) => a.id - b.id);
  return state.yielding ? [...open, { kind: 'yield' }] : open;
}
