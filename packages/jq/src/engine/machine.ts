import { JqError, JqLimitError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Limits } from '../limits.ts';
import { createMeter } from './meter.ts';
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

/** The registers and moves of a running evaluation. */
export interface Machine extends Meter {
  env: Env | null;
  value: Json;
  /** Where `value` was found, when paths are being followed. */
  trail: Trail | null;
  continuation: Continuation;
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
  /** Runs until the next result; `undefined` when there are no more. */
  next(): Json | undefined;
}

export interface MachineParams {
  readonly limits: Limits;
  readonly clock: () => number;
  readonly code: Code;
  readonly env: Env | null;
  readonly input: Json;
}

/** Makes a machine that is about to run `code` on `input`. */
export function createMachine({ limits, clock, code, env, input }: MachineParams): Machine {
  const forks: Fork[] = [];
  let ready: Continuation | null = null;
  let scheduled: Code | null = null;
  let result: Json | undefined;
  const top: Continuation = {
    resume: (machine) => {
      result = machine.value;
    },
    next: null,
    handler: null,
    depth: 0,
  };

  const extend = (resume: (machine: Machine) => void, handler: Handler | null): void => {
    const { continuation } = machine;
    const depth = continuation.depth + 1;
    if (depth > limits.depth) throw new JqLimitError('depth', limits.depth);
    machine.continuation = { resume, next: continuation, handler, depth };
  };

  const step = (): boolean => {
    machine.charge(1);
    if (ready !== null) {
      const continuation = ready;
      ready = null;
      machine.continuation = continuation.next ?? top;
      continuation.resume(machine);
      return true;
    }
    if (scheduled !== null) {
      const next = scheduled;
      scheduled = null;
      next.run(machine);
      return true;
    }
    const fork = forks.pop();
    if (fork === undefined) return false;
    machine.env = fork.env;
    machine.value = fork.value;
    machine.trail = fork.trail;
    machine.continuation = fork.continuation;
    fork.again.run(machine);
    return true;
  };

  const recover = (error: unknown): void => {
    const { handler } = machine.continuation;
    if (!(error instanceof JqError) || handler === null) throw error;
    machine.chargeError();
    forks.length = handler.mark;
    ready = null;
    machine.continuation = handler.continuation;
    machine.env = handler.env;
    machine.value = error.value;
    machine.trail = handler.trail === null ? null : lost;
    scheduled = handler.code;
  };

  const machine: Machine = {
    ...createMeter(limits, clock),
    env,
    value: input,
    trail: null,
    continuation: top,
    emit(value) {
      machine.value = value;
      ready = machine.continuation;
    },
    jump(next) {
      scheduled = next;
    },
    push: (resume) => extend(resume, machine.continuation.handler),
    guard(handler) {
      const { continuation, trail } = machine;
      const frame: Handler = { mark: forks.length, continuation, env: machine.env, trail, code: handler };
      extend((running) => running.emit(running.value), frame);
    },
    fork(again) {
      if (forks.length >= limits.depth) throw new JqLimitError('depth', limits.depth);
      const { env: bound, value, trail, continuation } = machine;
      forks.push({ again, env: bound, value, trail, continuation });
    },
    mark: () => forks.length,
    cut(mark) {
      if (forks.length > mark) forks.length = mark;
    },
    next() {
      result = undefined;
      for (;;) {
        try {
          while (result === undefined) if (!step()) return undefined;
          return result;
        } catch (error) {
          recover(error);
        }
      }
    },
  };
  machine.jump(code);
  return machine;
}
