import { isTruthy } from '../json.ts';
import type { Json } from '../json.ts';
import type { Node, UpdateOperator } from '../syntax/ast.ts';
import { arithmetic } from '../values/arithmetic.ts';
import { deletePaths, readPath, writePath } from '../values/paths.ts';
import type { Owned } from '../values/paths.ts';
import { excerpt } from '../values/text.ts';
import { many, origin, restore, runPlain } from './code.ts';
import type { Origin } from './code.ts';
import { invalidPath } from './compile-access.ts';
import type { Compiler } from './compiler.ts';
import type { Code, Machine } from './machine.ts';
import type { Scope } from './scope.ts';
import { lost, start, toKeys } from './trail.ts';

type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** Runs `use` with each path that `code` follows from the value in the register. */
export function followPaths(
  machine: Machine,
  code: Code,
  use: (machine: Machine, path: Json[]) => void,
): void {
  machine.push((running) => {
    const { trail } = running;
    if (trail === null || trail === lost) throw invalidPath(`with result ${excerpt(running.value)}`);
    const keys = toKeys(trail);
    running.chargeMembers(keys.length);
    use(running, keys);
  });
  machine.trail = start;
  code.run(machine);
}

/** `=`, `|=` and the operators made from them. */
export function compileUpdate(compiler: Compiler, node: Of<'update'>, scope: Scope): Code {
  const target = compiler.compile(node.left, scope);
  const right = compiler.compile(node.right, scope);
  if (node.operator === '|') return many((machine) => modify(machine, { target, change: right }));
  const { operator } = node;
  return many((machine) => {
    const from = origin(machine);
    machine.push((running) => {
      const operand = running.value;
      restore(running, from);
      modify(running, { target, change: changeBy(operator, operand) });
    });
    runPlain(machine, right, from);
  });
}

/** Code that changes an old value by an operand that is already known. */
function changeBy(operator: Exclude<UpdateOperator, '|'>, operand: Json): Code {
  const one = (machine: Machine, old: Json): Json => {
    if (operator === '') return operand;
    if (operator === '//') return isTruthy(old) ? old : operand;
    return arithmetic[operator](machine, old, operand);
  };
  return {
    one: (machine, _env, old) => one(machine, old),
    run: (machine) => machine.emit(one(machine, machine.value)),
  };
}

interface ModifyParams {
  readonly target: Code;
  readonly change: Code;
}

interface Progress {
  root: Json;
  /** Containers made by this update. All are given up once a change could have kept one of them. */
  owned: Owned;
  readonly removed: Json[][];
}

/** Changes the value at every path of the target; a change without a value removes what was there. */
function modify(machine: Machine, { target, change }: ModifyParams): void {
  const from = origin(machine);
  const progress: Progress = { root: from.value, owned: new Set(), removed: [] };
  machine.fork({
    run(done) {
      if (done.trail !== null) done.trail = lost;
      const { root, removed } = progress;
      done.emit(removed.length === 0 ? root : deletePaths(done, root, removed));
    },
  });
  followPaths(machine, target, (running, path) => changeAt(running, { progress, path, change, from }));
}

interface ChangeParams {
  readonly progress: Progress;
  readonly path: Json[];
  readonly change: Code;
  readonly from: Origin;
}

function changeAt(machine: Machine, { progress, path, change, from }: ChangeParams): void {
  const old = readPath(machine, progress.root, path);
  if (progress.owned.has(old)) progress.owned = new Set();
  const write = (running: Machine, value: Json): void => {
    const { root, owned } = progress;
    progress.root = writePath(running, { root, path, value, owned });
  };
  if (change.one !== null) {
    write(machine, change.one(machine, from.env, old));
    return;
  }
  const mark = machine.mark();
  machine.fork({
    run: () => {
      progress.removed.push(path);
    },
  });
  machine.push((running) => {
    running.cut(mark);
    write(running, running.value);
  });
  runPlain(machine, change, { env: from.env, value: old, trail: null });
}
