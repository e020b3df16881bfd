import type { Task, TaskItem } from '../definition/definition.ts';
import { excerpt } from '../excerpt.ts';
import { failure, type Problem } from '../failure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Command, OpenCommand } from './commands.ts';
import type { LoadedRun } from './load.ts';
import type { Action, Body, Frame, RunState, VisitNode } from './state.ts';
import type { NumberedTrace, StepRef, TraceEvent } from './trace.ts';

/**
 * The state while a turn works on it: its own copy of the top level and of the records of frames and timers, whose members
 * are replaced, never changed. A record with hundreds of members is copied once a turn, not with every change.
 */
export type Draft = { -readonly [Key in keyof RunState]: RunState[Key] };

/** One call of the reducer: a draft of the state and what it asks for and reports. */
export interface Turn {
  readonly run: LoadedRun;
  /** Workflow time in epoch milliseconds. */
  readonly at: number;
  readonly draft: Draft;
  readonly commands: Command[];
  readonly trace: NumberedTrace[];
  /** Work still to do in this turn, last in first out. */
  readonly work: Action[];
  /** Records of the tree of visits that this turn has made and may change, by themselves. */
  readonly ownVisits: WeakMap<object, Record<string, VisitNode>>;
  /** Whether a large value was made in this turn, so that the state must be weighed. */
  heavy: boolean;
}

/** Begins a turn on a copy of the state. */
export function openTurn(run: LoadedRun, state: RunState, at: number): Turn {
  const draft: Draft = { ...state, frames: { ...state.frames }, timers: { ...state.timers }, ready: [] };
  run.clock.now = at;
  const work = [...state.ready];
  return { run, at, draft, commands: [], trace: [], work, ownVisits: new WeakMap(), heavy: false };
}

/** An instant in epoch milliseconds as RFC 3339. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** The beginning of a value's JSON, for messages. */
export function shown(value: Json): string {
  return excerpt(JSON.stringify(value), 100);
}

/** Numbers a trace event and keeps it. */
export function report(turn: Turn, event: TraceEvent): void {
  turn.draft.seq += 1;
  turn.trace.push({ ...event, seq: turn.draft.seq, at: instant(turn.at) });
}

/** The frame with this id, or undefined once it has ended. */
export function findFrame(turn: Turn, id: number): Frame | undefined {
  return turn.draft.frames[id];
}

/** The frame with this id; throws when it has ended, which would be a bug of the interpreter. */
export function frameAt(turn: Turn, id: number): Frame {
  const frame = findFrame(turn, id);
  if (frame === undefined) throw new Error(`Frame ${id} has ended.`);
  return frame;
}

/** The task at a pointer; throws when the definition has none. */
export function itemAt(turn: Turn, pointer: string): TaskItem {
  const item = turn.run.item(pointer);
  if (item === undefined) throw new Error(`The definition has no task at "${pointer}".`);
  return item;
}

/** A frame's task, which is known to be of this kind; throws when it is not. */
export function taskAt<Kind extends Task['kind']>(
  turn: Turn,
  frame: Frame,
  kind: Kind,
): Extract<Task, { kind: Kind }> {
  const { task } = itemAt(turn, frame.pointer);
  if (isKind(task, kind)) return task;
  throw new Error(`The task at "${frame.pointer}" is no ${kind}.`);
}

/** A frame's body, which is known to be of this kind; throws when it is not. */
export function bodyOf<Kind extends Body['kind']>(frame: Frame, kind: Kind): Extract<Body, { kind: Kind }> {
  if (isKind(frame.body, kind)) return frame.body;
  throw new Error(`The frame at "${frame.pointer}" is no ${kind}.`);
}

function isKind<Of extends { readonly kind: string }, Kind extends Of['kind']>(
  value: Of,
  kind: Kind,
): value is Extract<Of, { kind: Kind }> {
  return value.kind === kind;
}

/** Puts a frame in place of its older self. */
export function putFrame(turn: Turn, frame: Frame): Frame {
  Object.assign(turn.draft.frames, { [frame.id]: frame });
  return frame;
}

/** Gives a frame another body. */
export function putBody(turn: Turn, frame: Frame, body: Body): Frame {
  return putFrame(turn, { ...frame, body });
}

/** Forgets a frame that has ended. */
export function dropFrame(turn: Turn, id: number): void {
  Reflect.deleteProperty(turn.draft.frames, id);
}

/** What a command says besides its number. */
export type NewCommand = OpenCommand extends infer C
  ? C extends OpenCommand
    ? Omit<C, 'id'>
    : never
  : never;

/** Numbers an effect and asks for it. */
export function ask(turn: Turn, command: NewCommand): OpenCommand {
  const id = turn.draft.nextCommand;
  turn.draft.nextCommand += 1;
  const numbered: OpenCommand = { ...command, id };
  if (numbered.kind === 'start-timer') Object.assign(turn.draft.timers, { [id]: numbered });
  turn.commands.push(numbered);
  return numbered;
}

/** Takes back an effect; one that was asked for in this very turn is never performed. */
export function takeBack(turn: Turn, id: number): void {
  forgetTimer(turn, id);
  const asked = turn.commands.findIndex((command) => 'id' in command && command.id === id);
  if (asked >= 0) turn.commands.splice(asked, 1);
  else turn.commands.push({ kind: 'cancel', target: id });
}

/** Asks for a timer and returns its number. */
export function startTimer(
  turn: Turn,
  frame: Frame,
  timer: { ms: number; purpose: 'wait' | 'timeout' | 'retry' },
): number {
  const dueAt = turn.at + timer.ms;
  return ask(turn, { kind: 'start-timer', step: stepOf(turn, frame), dueAt, purpose: timer.purpose }).id;
}

/** Forgets a timer that has fired or was taken back. */
export function forgetTimer(turn: Turn, id: number): void {
  Reflect.deleteProperty(turn.draft.timers, id);
}

/** How readers know a frame's step. */
export function stepOf(turn: Turn, frame: Frame): StepRef {
  const parent = findFrame(turn, frame.parent);
  return {
    id: frame.id,
    parent: parent?.step ?? 0,
    ...titleOf(turn, frame),
    ...(frame.iteration === undefined ? {} : { iteration: frame.iteration }),
    attempt: attemptOf(frame.body),
  };
}

function titleOf(turn: Turn, { pointer, tool }: Frame): Pick<StepRef, 'path' | 'name' | 'kind'> {
  if (tool !== undefined)
    return { path: `${pointer}/tools/${segmentOf(tool.name)}`, name: tool.name, kind: 'tool' };
  const item = turn.run.item(pointer);
  return {
    path: pointer,
    name: item?.name ?? turn.run.definition.document.name,
    kind: item?.task.kind ?? 'run',
  };
}

const segmentOf = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function attemptOf(body: Body): number {
  if (body.kind === 'try') return body.rounds;
  return body.kind === 'call' || body.kind === 'leaf' ? (body.attempt ?? 1) : 1;
}

/** Puts work on the turn's stack. */
export function push(turn: Turn, action: Action): void {
  turn.work.push(action);
}

/** An error that belongs to a frame's task. */
export function fault(turn: Turn, frame: Frame, error: Problem): void {
  const instance = error.instance ?? frame.pointer;
  push(turn, { do: 'fault', frame: frame.id, error: { ...error, instance } });
}

/** A command's answer that the interpreter cannot read: a bug of the edge, told as a runtime error. */
export function unexpected(what: string, value: Json): Problem {
  return failure('runtime', `${what} answered ${shown(value)}, which the interpreter cannot read.`);
}

/** The variables an expression may use at a frame. */
export function scopeVariables(turn: Turn, frame: Frame): JsonObject {
  return { ...turn.run.constants, ...frame.variables, context: turn.draft.context };
}
