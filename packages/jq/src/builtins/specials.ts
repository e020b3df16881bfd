import { JqError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Node } from '../syntax/ast.ts';
import { arithmetic } from '../values/arithmetic.ts';
import { readPath, toPath } from '../values/paths.ts';
import { combine, computed, either, many, origin, restore, runPlain, single } from '../engine/code.ts';
import { invalidPath } from '../engine/compile-access.ts';
import { followPaths } from '../engine/compile-update.ts';
import type { Compiler, Special } from '../engine/compiler.ts';
import type { Code, Machine } from '../engine/machine.ts';
import type { Scope } from '../engine/scope.ts';
import { lost } from '../engine/trail.ts';
import { describeValue, excerpt } from '../values/text.ts';

const argument = (compiler: Compiler, args: readonly Node[], scope: Scope): ((index: number) => Code) => {
  const codes = args.map((arg) => compiler.compile(arg, scope));
  return (index) => codes[index] ?? single(() => null);
};

const empty: Special = () => many(() => {});

const raise: Special = (compiler, args, scope) => {
  if (args.length === 0) {
    return single((_machine, _env, value) => {
      throw new JqError(value);
    });
  }
  return computed(
    [argument(compiler, args, scope)(0)],
    'first-fastest',
    (_machine, _input, [value = null]) => {
      throw new JqError(value);
    },
  );
};

/** `path(f)` */
const path: Special = (compiler, args, scope) => {
  const body = argument(compiler, args, scope)(0);
  return many((machine) => {
    const outer = machine.trail === null ? null : lost;
    followPaths(machine, body, (running, keys) => {
      running.trail = outer;
      running.emit(keys);
    });
  });
};

/** `getpath(p)`, which also leads on when paths are followed. */
const getpath: Special = (compiler, args, scope) => {
  const code = argument(compiler, args, scope)(0);
  const { one } = code;
  const run = combine([code], 'first-fastest', (machine, [keys = null]) => {
    const { value, trail } = machine;
    const found = toPath(keys);
    if (trail === lost)
      throw invalidPath(`near attempt to access element ${excerpt(keys)} of ${excerpt(value)}`);
    if (trail !== null) machine.trail = found.reduce((up, key) => ({ up, key }), trail);
    machine.emit(readPath(machine, value, found));
  });
  if (one === null) return many(run);
  return either((machine, env, value) => readPath(machine, value, toPath(one(machine, env, value))), run);
};

/** Emits numbers from one bound up (or down) to, not including, another. */
function count(machine: Machine, [from, to, by]: readonly [Json, Json, Json]): void {
  if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number') {
    throw new JqError('Range bounds must be numeric');
  }
  if (machine.trail !== null) machine.trail = lost;
  let next = from;
  const self = many((running) => {
    const value = next;
    if (by > 0 ? !(value < to) : by < 0 ? !(value > to) : true) return;
    next += by;
    running.fork(self);
    running.emit(value);
  });
  self.run(machine);
}

const range: Special = (compiler, args, scope) => {
  const codes = args.map((arg) => compiler.compile(arg, scope));
  return many(
    combine(codes, 'last-fastest', (machine, [first = null, second = null, third = 1]) => {
      if (codes.length === 1) count(machine, [0, first, 1]);
      else count(machine, [first, second, third]);
    }),
  );
};

/** Lets the first `most` values of `body` through and then drops what else it had to give. */
function take(machine: Machine, body: Code, most: number): void {
  const mark = machine.mark();
  let taken = 0;
  machine.push((running) => {
    taken += 1;
    if (taken >= most) running.cut(mark);
    running.emit(running.value);
  });
  body.run(machine);
}

function toCount(value: Json, who: string): number {
  // Whatever sorts below the numbers counts as negative.
  const below = value === null || typeof value === 'boolean';
  if (!below && typeof value !== 'number') {
    throw new JqError(`${describeValue(value)} and number (1) cannot be subtracted`);
  }
  if (below || value < 0)
    throw new JqError(`${who} doesn't support negative ${who === 'nth' ? 'indices' : 'count'}`);
  return value;
}

const first: Special = (compiler, args, scope) => {
  const body = argument(compiler, args, scope)(0);
  if (body.one !== null) return body;
  return many((machine) => take(machine, body, 1));
};

const limit: Special = (compiler, args, scope) => {
  const at = argument(compiler, args, scope);
  return many(
    combine([at(0)], 'first-fastest', (machine, [most = null]) => {
      const number = toCount(most, 'limit');
      if (number > 0) take(machine, at(1), number);
    }),
  );
};

/** Drops the first `number` values of `body`. */
function pass(machine: Machine, body: Code, number: number): void {
  let passed = 0;
  machine.push((running) => {
    passed += 1;
    if (passed > number) running.emit(running.value);
  });
  body.run(machine);
}

const skip: Special = (compiler, args, scope) => {
  const at = argument(compiler, args, scope);
  return many(
    combine([at(0)], 'first-fastest', (machine, [number = null]) =>
      pass(machine, at(1), toCount(number, 'skip')),
    ),
  );
};

const nth: Special = (compiler, args, scope) => {
  const at = argument(compiler, args, scope);
  return many(
    combine([at(0)], 'first-fastest', (machine, [index = null]) => {
      const number = toCount(index, 'nth');
      const rest = many((running) => pass(running, at(1), number));
      take(machine, rest, 1);
    }),
  );
};

/** `last(f)`: remembers each value and where it was found, and gives the last. */
const last: Special = (compiler, args, scope) => {
  const body = argument(compiler, args, scope)(0);
  if (body.one !== null) return body;
  return many((machine) => {
    let kept: ReturnType<typeof origin> | null = null;
    machine.fork(
      many((running) => {
        if (kept === null) return;
        restore(running, kept);
        running.emit(kept.value);
      }),
    );
    machine.push((running) => {
      kept = origin(running);
    });
    body.run(machine);
  });
};

const isempty: Special = (compiler, args, scope) => {
  const body = argument(compiler, args, scope)(0);
  return many((machine) => {
    const from = origin(machine);
    const trail = from.trail === null ? null : lost;
    const mark = machine.mark();
    machine.fork(
      many((running) => {
        running.trail = trail;
        running.emit(true);
      }),
    );
    machine.push((running) => {
      running.cut(mark);
      running.trail = trail;
      running.emit(false);
    });
    runPlain(machine, body, from);
  });
};

/** `add(f)`: sums as it goes, so no array of the values is made. */
const add: Special = (compiler, args, scope) => {
  const body = argument(compiler, args, scope)(0);
  return many((machine) => {
    const from = origin(machine);
    let sum: Json = null;
    machine.fork(
      many((running) => {
        if (running.trail !== null) running.trail = lost;
        running.emit(sum);
      }),
    );
    machine.push((running) => {
      sum = arithmetic['+'](running, sum, running.value);
    });
    runPlain(machine, body, from);
  });
};

/** Built-ins that decide themselves whether and how often their arguments run. */
export const specials: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['empty/0', empty],
  ['error/0', raise],
  ['error/1', raise],
  ['path/1', path],
  ['getpath/1', getpath],
  ['range/1', range],
  ['range/2', range],
  ['range/3', range],
  ['first/1', first],
  ['limit/2', limit],
  ['skip/2', skip],
  ['nth/2', nth],
  ['last/1', last],
  ['isempty/1', isempty],
  ['add/1', add],
]);
