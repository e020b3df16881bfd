import type { Task } from '../definition/definition.ts';
import type { Failure, Problem } from '../failure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { InterpreterEvent } from './commands.ts';
import type { Frame } from './state.ts';
import type { Turn } from './turn.ts';

/** What a child tells its parent when it has ended well. */
export interface ChildDone {
  readonly child: Frame;
  readonly output: Json;
  /** The child's flow directive. */
  readonly then: string;
}

/** News of a command that stays open. */
export type Progress = Extract<
  InterpreterEvent,
  | { kind: 'human-task-opened' }
  | { kind: 'child-started' }
  | { kind: 'call-queued' }
  | { kind: 'call-admitted' }
  | { kind: 'answer-awaited' }
>;

/** How the frames of one kind behave. Handlers may throw a TaskFault, which faults the frame's task. */
export interface Behavior {
  childDone?(turn: Turn, frame: Frame, done: ChildDone): void;
  /** Without it a child's fault is the frame's own. */
  childFaulted?(turn: Turn, frame: Frame, faulted: { readonly child: Frame; readonly error: Problem }): void;
  completed?(turn: Turn, frame: Frame, result: Json): void;
  failed?(turn: Turn, frame: Frame, failure: Failure): void;
  fired?(turn: Turn, frame: Frame, timer: number): void;
  progress?(turn: Turn, frame: Frame, news: Progress): void;
  /** Offers an event; true when the frame has taken it. */
  offered?(turn: Turn, frame: Frame, event: JsonObject): boolean;
  /** Queued work of the frame's own. */
  iterate?(turn: Turn, frame: Frame): void;
  /** The frame has finished: what to note of its deliveries. */
  finished?(turn: Turn, frame: Frame): void;
  /** The frame ends without having finished. */
  closed?(turn: Turn, frame: Frame): void;
}

/** How the frames of tasks behave. */
export interface TaskBehavior extends Behavior {
  begin(turn: Turn, frame: Frame): void;
}

/** The behaviour of every kind of task, of the run itself, of one round of a `for`, and of a tool that an agent calls. */
export type Behaviors = Readonly<
  Record<Task['kind'], TaskBehavior> & {
    readonly run: Behavior;
    readonly iteration: Behavior;
    readonly tool: TaskBehavior;
  }
>;
