import { NO_USAGE } from '../agent.ts';
import { errorType, failure } from '../failure.ts';
import { own, type JsonObject } from '../json.ts';
import { behaviors } from './behaviors/behaviors.ts';
import type { InterpreterEvent, OpenCommand } from './commands.ts';
import { behaviorOf, endRun, guard } from './lifecycle.ts';
import { loadRun, type InterpreterParams, type LoadedRun } from './load.ts';
import type { Snapshot } from './snapshot.ts';
import { drain, settle, type TurnResult } from './settle.ts';
import type { Frame, RunState } from './state.ts';
import { fault, findFrame, openTurn, putFrame, report, type Turn } from './turn.ts';
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
  /** The commands that are open in a state: what a continued run asks for again. */
  openCommands(state: RunState): readonly OpenCommand[];
}

/** Events kept for a later `listen`, and ids kept to drop repeated ones. */
export const MAX_INBOX = 2_000;

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
    openCommands: (state) => Object.values(state.frames).flatMap(openCommandsOf),
  };
}

function start(run: LoadedRun, at: number): TurnResult {
  const { input } = run.snapshot;
  const turn = openTurn(run, emptyState(run, at), at);
  report(turn, { type: 'run.started', input });
  const root: Frame = putFrame(turn, {
    id: 0,
    parent: -1,
    pointer: '',
    place: [],
    step: 0,
    variables: {},
    rawInput: input,
    input,
    startedAt: at,
    body: { kind: 'leaf' },
  });
  const item = run.definition.tasks[0];
  if (item === undefined) throw new Error('The definition has no task.');
  guard(turn, root, () => {
    behaviors.run.begin(turn, root, item);
  });
  return settle(turn);
}

function emptyState(run: LoadedRun, at: number): RunState {
  return {
    input: run.snapshot.input,
    startedAt: at,
    context: null,
    frames: {},
    ready: [],
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
}

function next(run: LoadedRun, fed: { state: RunState; event: InterpreterEvent; at: number }): TurnResult {
  // I4
  if (fed.state.outcome !== undefined) return { state: fed.state, commands: [], trace: [] };
  const turn = openTurn(run, fed.state, fed.at);
  turn.work.push(...turn.draft.ready);
  turn.draft.ready = [];
  receive(turn, fed.event);
  return settle(turn);
}

function receive(turn: Turn, event: InterpreterEvent): void {
  const { draft } = turn;
  if (event.kind === 'cancel') return endRun(turn, { status: 'canceled', reason: event.reason });
  if (event.kind === 'suspend') return suspend(turn);
  if (event.kind === 'resume') return resume(turn);
  const deadline = event.kind === 'fired' && findFrame(turn, 0)?.deadline === event.command;
  if (draft.suspended && !deadline) {
    draft.held = [...draft.held, event];
    return;
  }
  dispatch(turn, event);
}

function suspend(turn: Turn): void {
  if (turn.draft.suspended) return;
  turn.draft.suspended = true;
  report(turn, { type: 'run.suspended' });
}

function resume(turn: Turn): void {
  const { draft } = turn;
  if (!draft.suspended) return;
  draft.suspended = false;
  report(turn, { type: 'run.resumed' });
  const { held } = draft;
  draft.held = [];
  for (const event of held) {
    dispatch(turn, event);
    drain(turn);
  }
}

function dispatch(turn: Turn, event: InterpreterEvent): void {
  if (event.kind === 'continue') return;
  if (event.kind === 'signal') return offerEvent(turn, event.event);
  if (event.kind === 'cancel' || event.kind === 'suspend' || event.kind === 'resume')
    return receive(turn, event);
  // I3
  const frame = Object.values(turn.draft.frames).find((candidate) => waitsFor(candidate, event.command));
  if (frame === undefined) return;
  const behavior = behaviorOf(turn, frame);
  guard(turn, frame, () => {
    if (event.kind === 'completed') behavior.completed?.(turn, frame, event.result);
    else if (event.kind === 'failed') behavior.failed?.(turn, frame, event.failure);
    else if (event.kind === 'fired') timerFired(turn, frame, event.command);
    else behavior.progress?.(turn, frame, event);
  });
}

function waitsFor(frame: Frame, command: number): boolean {
  const { body } = frame;
  if (frame.deadline === command) return true;
  if (body.kind === 'call')
    return body.phase === 'calling' ? body.command.id === command : body.timer === command;
  if (body.kind === 'wait') return body.timer === command;
  return body.kind === 'try' && (body.timer === command || body.roundTimer === command);
}

function timerFired(turn: Turn, frame: Frame, timer: number): void {
  if (frame.deadline !== timer) {
    behaviorOf(turn, frame).fired?.(turn, frame, timer);
    return;
  }
  const { deadline: _fired, ...rest } = frame;
  const name = turn.run.item(frame.pointer)?.name ?? turn.run.definition.document.name;
  const detail = `${frame.id === 0 ? 'The run' : `Task "${name}"`} took longer than its time-out.`;
  fault(turn, putFrame(turn, rest), { ...failure('timeout', detail), type: errorType('timeout') });
}

/** Offers an event to every listener; one that nobody takes waits for the next `listen`. */
function offerEvent(turn: Turn, event: JsonObject): void {
  const { draft } = turn;
  const id = own(event, 'id');
  if (typeof id === 'string') {
    if (draft.received.includes(id)) return;
    draft.received = [...draft.received, id].slice(-MAX_INBOX);
  }
  let taken = false;
  for (const frame of Object.values(draft.frames)) {
    guard(turn, frame, () => {
      if (behaviorOf(turn, frame).offered?.(turn, frame, event) === true) taken = true;
    });
  }
  if (!taken) draft.inbox = [...draft.inbox, event].slice(-MAX_INBOX);
}

function openCommandsOf(frame: Frame): readonly OpenCommand[] {
  return frame.body.kind === 'call' && frame.body.phase === 'calling' ? [frame.body.command] : [];
}
