import type { Usage } from '../agent.ts';
import type { Spent } from './behaviors/agent-limits.ts';
import type { Problem } from '../failure.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ReadPause } from './agent-reply-codec.ts';
import type { InterpreterEvent, OpenCommand } from './commands.ts';

/** An event that must wait its turn. */
export type HeldEvent = Extract<
  InterpreterEvent,
  { kind: 'completed' } | { kind: 'failed' } | { kind: 'fired' } | { kind: 'signal' }
>;

/** How a run ended. */
export type Outcome =
  | { readonly status: 'completed'; readonly output: Json }
  | { readonly status: 'faulted'; readonly error: Problem }
  | { readonly status: 'canceled'; readonly reason: string };

/** How often the deliveries below a place were completed: the `visit` of idempotency keys. */
export interface VisitNode {
  readonly visits: number;
  /** A delivery went out from here and was not completed. */
  readonly pending?: true;
  readonly inner?: Readonly<Record<string, VisitNode>>;
}

/** Which list of a task a scope runs, and where it stands. */
export interface Cursor {
  readonly list: 'do' | 'try' | 'catch';
  readonly index: number;
}

/** What a frame does, by the kind of its task. */
export type Body =
  | { readonly kind: 'scope'; readonly cursor: Cursor }
  | {
      readonly kind: 'for';
      readonly items: readonly Json[];
      readonly nextIndex: number;
      readonly open: readonly number[];
      /** Output of the last iteration: the input of the next when they run one by one. */
      readonly data: Json;
      /** Outputs in order when iterations run side by side. */
      readonly outputs: readonly Json[];
    }
  | {
      readonly kind: 'fork';
      readonly outputs: readonly Json[];
      readonly open: number;
    }
  | {
      readonly kind: 'try';
      readonly phase: 'try' | 'delay' | 'catch';
      readonly cursor: Cursor;
      /** Rounds begun, the first included. */
      readonly rounds: number;
      readonly firstAt: number;
      readonly timer?: number;
      /** Timer of the limit of one round. */
      readonly roundTimer?: number;
    }
  | {
      readonly kind: 'call';
      readonly command: OpenCommand;
      /** `tools`: the agent was answered, and its tools are called by frames below. */
      readonly phase: 'calling' | 'backoff' | 'tools';
      readonly attempt: number;
      /** Whether readers were told for what it waits: a human task that is open, a child run that was started. */
      readonly announced?: true;
      readonly calledAt: number;
      readonly timer?: number;
      /** Present once the agent has paused. */
      readonly pause?: PauseState;
    }
  | { readonly kind: 'wait'; readonly timer: number }
  | { readonly kind: 'listen'; readonly taken: Readonly<Record<string, JsonObject>> }
  | {
      readonly kind: 'leaf';
      /** Of a call that was answered: the attempt that brought the answer. */
      readonly attempt?: number;
    };

/** Where a call is that its agent has paused. */
export interface PauseState {
  /** Pauses of this call so far. */
  readonly count: number;
  readonly pause: ReadPause;
  /** Answers to the items of the present pause: people's in their order, tools' as they came. */
  readonly answers: readonly JsonObject[];
  /** What the rounds of tools have used up of the agent's limits. */
  readonly spent: Spent;
  /** The command that was answered by the first pause. */
  readonly first: Extract<OpenCommand, { kind: 'invoke-agent' }>;
}

/** A call of one of an agent's tools. */
export interface ToolUse {
  /** Which round of tools, and which call of it: `2.0`. */
  readonly place: string;
  /** The agent's own id of the call. */
  readonly id: string;
  readonly name: string;
  /** Key of the pinned agent that is called; null for a tool that was not offered. */
  readonly agent: string | null;
}

/** One execution of one task that has begun and not ended. Frames form a tree under frame 0, the run. */
export interface Frame {
  /** Number of the step; iterations have frames but are no steps. */
  readonly id: number;
  readonly parent: number;
  /** Pointer of the task; '' for the run itself. */
  readonly pointer: string;
  /** The segments below the run, and each one's visit: the place of {@link VisitNode}s. */
  readonly place: readonly { readonly segment: string; readonly visit: number }[];
  /** The step that this frame's children report as their parent. */
  readonly step: number;
  /** Variables of enclosing loops and catches. */
  readonly variables: Readonly<Record<string, Json>>;
  /** Index in the innermost enclosing `for`. */
  readonly iteration?: number;
  /** Present when the frame is no task, but a tool that the agent of the task around it calls. */
  readonly tool?: ToolUse;
  /** What came in, when `input.from` has made another input of it. */
  readonly rawInput?: Json;
  readonly input: Json;
  readonly startedAt: number;
  /** Timer of the task's time-out. */
  readonly deadline?: number;
  readonly body: Body;
}

/** Work of the trampoline: what to do next inside the reducer. */
export type Action =
  | {
      readonly do: 'begin';
      readonly parent: number;
      readonly pointer: string;
      readonly input: Json;
      readonly tool?: ToolUse;
    }
  | { readonly do: 'iterate'; readonly frame: number }
  | { readonly do: 'finish'; readonly frame: number; readonly output: Json; readonly then?: string }
  | { readonly do: 'fault'; readonly frame: number; readonly error: Problem };

/** The state of a run: plain JSON, all that is needed to go on from here. */
export interface RunState {
  readonly context: Json;
  readonly frames: Readonly<Record<number, Frame>>;
  /** Work that a long turn has left for the next one. */
  readonly ready: readonly Action[];
  /** Whether a `yield` was asked for and its `continue` has not come. */
  readonly yielding: boolean;
  /** Timers that have not fired, by their commands' numbers. */
  readonly timers: Readonly<Record<number, Extract<OpenCommand, { kind: 'start-timer' }>>>;
  readonly nextStep: number;
  readonly nextCommand: number;
  /** Number of the last trace event. */
  readonly seq: number;
  readonly usage: Usage;
  readonly visits: VisitNode;
  /** Milliseconds of the last completed call, by agent or host. */
  readonly durations: Readonly<Record<string, number>>;
  /** CloudEvents that no listener has taken yet. */
  readonly inbox: readonly JsonObject[];
  /** Hashes of source and id of the CloudEvents received last, to drop repeated deliveries. */
  readonly received: readonly string[];
  readonly suspended: boolean;
  /** Events that came while the run was suspended or had work left, in the order in which they came. */
  readonly held: readonly HeldEvent[];
  /** Whether everything open waits for something outside. */
  readonly waiting: boolean;
  readonly outcome?: Outcome;
}
