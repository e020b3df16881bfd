import type { Json } from '../json.ts';
import type { Code, Env, Machine } from './machine.ts';
import { lost } from './trail.ts';
import type { Trail } from './trail.ts';

/** A function that gives exactly one value. */
export type One = NonNullable<Code['one']>;

/** Code for a node that always gives exactly one value, which it makes rather than finds. */
export function single(one: One): Code {
  return {
    one,
    run(machine) {
      const before = machine.value;
      const after = one(machine, machine.env, before);
      machine.trail = made(machine.trail, before, after);
      machine.emit(after);
    },
  };
}

/** Code that needs the machine. */
export function many(run: (machine: Machine) => void): Code {
  return { one: null, run };
}

/** Code that takes the short way when it can: one value, and nobody follows paths. */
export function either(one: One | null, run: (machine: Machine) => void): Code {
  if (one === null) return { one, run };
  return {
    one,
    run(machine) {
      if (machine.trail === null) machine.emit(one(machine, machine.env, machine.value));
      else run(machine);
    },
  };
}

/** The trail of a value that was made from another; one that came back unchanged is still where it was. */
export function made(trail: Trail | null, before: Json, after: Json): Trail | null {
  return trail === null || before === after ? trail : lost;
}

/** Code that gives nothing. */
export const nothing: Code = Object.freeze({ one: null, run: () => {} });

/** The registers a node started with, to return to for each of its values. */
export interface Origin {
  readonly env: Env | null;
  readonly value: Json;
  readonly trail: Trail | null;
}

/** Reads the registers. */
export function origin(machine: Machine): Origin {
  return { env: machine.env, value: machine.value, trail: machine.trail };
}

/** Sets the registers back. */
export function restore(machine: Machine, from: Origin): void {
  machine.env = from.env;
  machine.value = from.value;
  machine.trail = from.trail;
}

/** Runs `code` for its values alone: on a value, without following paths. */
export function runPlain(machine: Machine, code: Code, from: Origin): void {
  machine.env = from.env;
  machine.value = from.value;
  machine.trail = null;
  code.run(machine);
}

/** Which of several generators changes fastest. */
export type Order = 'first-fastest' | 'last-fastest';

type Use = (machine: Machine, values: readonly Json[]) => void;

/** Runs `use` for every combination of the values of `codes`, with the registers as they were. */
export function combine(codes: readonly Code[], order: Order, use: Use): (machine: Machine) => void {
  const ones = codes.map((code) => code.one);
  if (ones.every((one) => one !== null)) {
    return (machine) =>
      use(
        machine,
        ones.map((one) => one(machine, machine.env, machine.value)),
      );
  }
  const backwards = order === 'first-fastest';
  const step = (machine: Machine, from: Origin, values: readonly Json[]): void => {
    if (values.length === codes.length) {
      restore(machine, from);
      use(machine, backwards ? values.toReversed() : values);
      return;
    }
    const code = codes[backwards ? codes.length - 1 - values.length : values.length] ?? nothing;
    if (code.one !== null) {
      step(machine, from, [...values, code.one(machine, from.env, from.value)]);
      return;
    }
    machine.push((running) => step(running, from, [...values, running.value]));
    runPlain(machine, code, from);
  };
  return (machine) => step(machine, origin(machine), []);
}

/** Code that computes one value from every combination of its arguments' values. */
export function computed(
  codes: readonly Code[],
  order: Order,
  compute: (machine: Machine, input: Json, values: readonly Json[]) => Json,
): Code {
  const run = combine(codes, order, (machine, values) => {
    const before = machine.value;
    const after = compute(machine, before, values);
    machine.trail = made(machine.trail, before, after);
    machine.emit(after);
  });
  const ones = codes.map((code) => code.one);
  if (!ones.every((one) => one !== null)) return many(run);
  const one: One = (machine, env, value) =>
    compute(
      machine,
      value,
      ones.map((each) => each(machine, env, value)),
    );
  return { one, run };
}
