import { JqError, JqLimitError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Limits } from '../limits.ts';
import { StepMeter } from './meter.ts';
import type { Meter } from './meter.ts';
import type { Trail } from './trail.ts';
import { lost } from './trail.ts';

/*
 * The machine that runs compiled programs. Nothing here recurses: what is still to be done lives on two heap
 * structures, so a program can nest as deeply as its limit allows on a small native stack, and can be left
 * between any two results.
 *
 * 1. A continuation says what becomes of the next value. `emit` hands the value to it.
 * 2. A fork is a place to come back to for more values. When nothing is scheduled, the newest fork goes on.
 * 3. `run` and `resume` functions end by emitting, jumping, running another code, or doing nothing at all, which
 *    means "no value here" (backtrack). They do nothing after that.
 * 4. A `try` is a continuation with a handler: as long as its body works, the handler is in force; once the body
 *    has emitted, what follows is outside of it. Catching an error drops all forks made since the `try` began.
 */

/** What one variable, function argument or label is bound to, and what was bound before it. */
export interface Env {
  readonly value: Json;
  readonly closure: Closure | null;
  readonly mark: number;
  readonly up: Env | null;
}

/** An argument of a function: code together with the bindings it was written among. */
export interface Closure {
  readonly code: Code;
  readonly env: Env | null;
}

/** A compiled node. */
export interface Code {
  /** Set when the node always gives exactly one value (or fails) without needing the machine. */
  readonly one: ((machine: Machine, env: Env | null, value: Json) => Json) | null;
  /** Set when the node always leads to exactly one place in its input: the path to it. */
  readonly place?: (machine: Machine, env: Env | null, value: Json) => readonly Json[];
  /** Takes its input from the registers and emits any number of values. */
  run(machine: Machine): void;
}

/** What becomes of the next value. */
export interface Continuation {
  readonly resume: (machine: Machine) => void;
  readonly next: Continuation | null;
  readonly handler: Handler | null;
  readonly depth: number;
}

interface Handler {
  readonly mark: number;
  readonly continuation: Continuation;
  readonly env: Env | null;
  readonly trail: Trail | null;
  readonly code: Code;
}

interface Fork {
  readonly again: Resumable;
  readonly env: Env | null;
  readonly value: Json;
  readonly trail: Trail | null;
  readonly continuation: Continuation;
}

/** Anything a fork can go on with. */
export interface Resumable {
  run(machine: Machine): void;
}

/** What a running node reads and sets. */
export interface Registers {
  env: Env | null;
  value: Json;
  /** Where `value` was found, when paths are being followed. */
  trail: Trail | null;
  continuation: Continuation;
}

/** What a running node can do. */
interface Moves {
  /** Hands a value to the continuation. */
  emit(value: Json): void;
  /** Runs code from the main loop, so that calls do not pile up on the native stack. */
  jump(code: Code): void;
  /** Puts something between the code to be run next and the present continuation. */
  push(resume: (machine: Machine) => void): void;
  /** Like `push` with nothing in between; errors from the code run next go to `handler`. */
  guard(handler: Code): void;
  /** Remembers the registers, to go on with `again` when more values are wanted. */
  fork(again: Resumable): void;
  /** The present number of forks, for a later `cut`. */
  mark(): number;
  /** Drops all forks made since `mark`. */
  cut(mark: number): void;
}

/** A running evaluation. */
export type Machine = Registers & Moves & Meter;

export interface MachineParams {
  readonly limits: Limits;
  readonly clock: () => number;
  readonly code: Code;
  readonly env: Env | null;
  readonly input: Json;
}

/** Starts `code` on `input`. Each call of the function it gives runs until the next result; `undefined` is the end. */
export function createMachine(params: MachineParams): () => Json | undefined {
  const evaluation = new Evaluation(params);
  const { code, env, input } = params;
  const { one } = code;
  if (one === null) return () => evaluation.next();
  let asked = false;
  return () => {
    if (asked) return undefined;
    asked = true;
    evaluation.charge(1);
    return one(evaluation, env, input);
  };
}

/** One evaluation, from its start to its last result. A class, so that the many that are made share their functions. */
class Evaluation extends StepMeter implements Machine {
  env: Env | null;
  value: Json;
  trail: Trail | null = null;
  continuation: Continuation;
  private readonly forks: Fork[] = [];
  private ready: Continuation | null = null;
  private scheduled: Code | null;
  private result: Json | undefined = undefined;

  constructor({ limits, clock, code, env, input }: MachineParams) {
    super(limits, clock);
    this.env = env;
    this.value = input;
    this.scheduled = code;
    this.continuation = {
      resume: () => void (this.result = this.value),
      next: null,
      handler: null,
      depth: 0,
    };
  }

  emit(value: Json): void {
    this.value = value;
    this.ready = this.continuation;
  }

  jump(code: Code): void {
    this.scheduled = code;
  }

  push(resume: (machine: Machine) => void): void {
    this.extend(resume, this.continuation.handler);
  }

  guard(code: Code): void {
    const { continuation, env, trail } = this;
    const handler = { mark: this.forks.length, continuation, env, trail, code };
    this.extend((running) => running.emit(running.value), handler);
  }

  fork(again: Resumable): void {
    if (this.forks.length >= this.limits.depth) throw new JqLimitError('depth', this.limits.depth);
    const { env, value, trail, continuation } = this;
    this.forks.push({ again, env, value, trail, continuation });
  }

  mark(): number {
    return this.forks.length;
  }

  cut(mark: number): void {
    if (this.forks.length > mark) this.forks.length = mark;
  }

  /** Runs until the next result; `undefined` is the end. */
  next(): Json | undefined {
    this.result = undefined;
    for (;;) {
      try {
        while (this.result === undefined) if (!this.step()) return undefined;
        return this.result;
      } catch (error) {
        this.recover(error);
      }
    }
  }

  private extend(resume: (machine: Machine) => void, handler: Handler | null): void {
    const { continuation, limits } = this;
    const depth = continuation.depth + 1;
    if (depth > limits.depth) throw new JqLimitError('depth', limits.depth);
    this.continuation = { resume, next: continuation, handler, depth };
  }

  /** Does the next thing; `false` when nothing is left. */
  private step(): boolean {
    this.charge(1);
    const { ready, scheduled } = this;
    if (ready !== null) {
      this.ready = null;
      this.continuation = ready.next ?? ready;
      ready.resume(this);
      return true;
    }
    if (scheduled !== null) {
      this.scheduled = null;
      scheduled.run(this);
      return true;
    }
    const fork = this.forks.pop();
    if (fork === undefined) return false;
    this.env = fork.env;
    this.value = fork.value;
    this.trail = fork.trail;
    this.continuation = fork.continuation;
    fork.again.run(this);
    return true;
  }

  /** Goes on with the handler of the innermost `try`, or throws on. */
  private recover(error: unknown): void {
    const { handler } = this.continuation;
    if (!(error instanceof JqError) || handler === null) throw error;
    this.chargeError();
    this.forks.length = handler.mark;
    this.ready = null;
    this.scheduled = handler.code;
    this.continuation = handler.continuation;
    this.env = handler.env;
    this.value = error.value;
    this.trail = handler.trail === null ? null : lost;
  }
}
