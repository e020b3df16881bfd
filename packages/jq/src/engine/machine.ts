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

/** What is still to be done. */
interface Agenda {
  readonly forks: Fork[];
  ready: Continuation | null;
  scheduled: Code | null;
  result: Json | undefined;
}

/** Starts `code` on `input`. Each call of the function it gives runs until the next result; `undefined` is the end. */
export function createMachine({ limits, clock, code, env, input }: MachineParams): () => Json | undefined {
  const agenda: Agenda = { forks: [], ready: null, scheduled: code, result: undefined };
  const top: Continuation = {
    resume: ({ value }) => {
      agenda.result = value;
    },
    next: null,
    handler: null,
    depth: 0,
  };
  const registers: Registers = { env, value: input, trail: null, continuation: top };
  const machine: Machine = Object.assign(
    registers,
    createMeter(limits, clock),
    createMoves(registers, agenda, limits),
  );
  return () => {
    agenda.result = undefined;
    for (;;) {
      try {
        while (agenda.result === undefined) if (!step(machine, agenda)) return undefined;
        return agenda.result;
      } catch (error) {
        recover(machine, agenda, error);
      }
    }
  };
}

function createMoves(registers: Registers, agenda: Agenda, limits: Limits): Moves {
  const { forks } = agenda;
  const extend = (resume: (machine: Machine) => void, handler: Handler | null): void => {
    const { continuation } = registers;
    const depth = continuation.depth + 1;
    if (depth > limits.depth) throw new JqLimitError('depth', limits.depth);
    registers.continuation = { resume, next: continuation, handler, depth };
  };
  return {
    emit(value) {
      registers.value = value;
      agenda.ready = registers.continuation;
    },
    jump(code) {
      agenda.scheduled = code;
    },
    push: (resume) => extend(resume, registers.continuation.handler),
    guard(code) {
      const { continuation, env, trail } = registers;
      extend((running) => running.emit(running.value), {
        mark: forks.length,
        continuation,
        env,
        trail,
        code,
      });
    },
    fork(again) {
      if (forks.length >= limits.depth) throw new JqLimitError('depth', limits.depth);
      const { env, value, trail, continuation } = registers;
      forks.push({ again, env, value, trail, continuation });
    },
    mark: () => forks.length,
    cut(mark) {
      if (forks.length > mark) forks.length = mark;
    },
  };
}

/** Does the next thing; `false` when nothing is left. */
function step(machine: Machine, agenda: Agenda): boolean {
  machine.charge(1);
  const { ready, scheduled } = agenda;
  if (ready !== null) {
    agenda.ready = null;
    machine.continuation = ready.next ?? ready;
    ready.resume(machine);
    return true;
  }
  if (scheduled !== null) {
    agenda.scheduled = null;
    scheduled.run(machine);
    return true;
  }
  const fork = agenda.forks.pop();
  if (fork === undefined) return false;
  machine.env = fork.env;
  machine.value = fork.value;
  machine.trail = fork.trail;
  machine.continuation = fork.continuation;
  fork.again.run(machine);
  return true;
}

/** Goes on with the handler of the innermost `try`, or throws on. */
function recover(machine: Machine, agenda: Agenda, error: unknown): void {
  const { handler } = machine.continuation;
  if (!(error instanceof JqError) || handler === null) throw error;
  machine.chargeError();
  agenda.forks.length = handler.mark;
  agenda.ready = null;
  agenda.scheduled = handler.code;
  machine.continuation = handler.continuation;
  machine.env = handler.env;
  machine.value = error.value;
  machine.trail = handler.trail === null ? null : lost;
}
