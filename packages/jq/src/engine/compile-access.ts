import { JqError } from '../errors.ts';
import { isObject, readKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Node } from '../syntax/ast.ts';
import { readMember } from '../values/access.ts';
import { describeValue, excerpt } from '../values/text.ts';
import { combine, either, many } from './code.ts';
import type { One } from './code.ts';
import type { Compiler } from './compiler.ts';
import type { Code, Machine, Resumable } from './machine.ts';
import type { Scope } from './scope.ts';
import { lost } from './trail.ts';

/** Steps from the value in the register to one of its members, and emits it. */
function enter(machine: Machine, key: Json): void {
  const { value, trail } = machine;
  if (trail !== null) {
    if (trail === lost)
      throw invalidPath(`near attempt to access element ${excerpt(key)} of ${excerpt(value)}`);
    machine.trail = { up: trail, key };
  }
  machine.emit(readMember(machine, value, key));
}

/** The error for a path expression that made a value instead of finding it. */
export function invalidPath(where: string): JqError {
  return new JqError(`Invalid path expression ${where}`);
}

type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** `target[key]` and `.name` */
export function compileIndex(compiler: Compiler, node: Of<'index'>, scope: Scope): Code {
  const target = compiler.compile(node.target, scope);
  const key = compiler.compile(node.key, scope);
  const code = access(target, [key], ([only = null]) => only);
  const { place } = target;
  const { one } = key;
  if (place === undefined || one === null) return code;
  return {
    ...code,
    place: (machine, env, value) => [...place(machine, env, value), one(machine, env, value)],
  };
}

/** `target[from:to]` */
export function compileSlice(compiler: Compiler, node: Of<'slice'>, scope: Scope): Code {
  const bounds = [node.from, node.to].map((bound): Code => {
    if (bound !== null) return compiler.compile(bound, scope);
    return either(
      () => null,
      (machine) => machine.emit(null),
    );
  });
  return access(compiler.compile(node.target, scope), bounds, ([start = null, end = null]) => ({
    start,
    end,
  }));
}

/** Every key is computed from the node's own input before the target is. */
function access(target: Code, keys: readonly Code[], toKey: (values: readonly Json[]) => Json): Code {
  const run = combine(keys, 'last-fastest', (machine, values) => {
    const key = toKey(values);
    machine.push((running) => enter(running, key));
    target.run(machine);
  });
  const find = target.one;
  const ones = keys.map((key) => key.one);
  if (find === null || !ones.every((one) => one !== null)) return many(run);
  const [only] = ones;
  const one: One =
    ones.length === 1 && only !== undefined
      ? (machine, env, value) => readMember(machine, find(machine, env, value), only(machine, env, value))
      : (machine, env, value) =>
          readMember(
            machine,
            find(machine, env, value),
            toKey(ones.map((each) => each(machine, env, value))),
          );
  return either(one, run);
}

/** `target[]` */
export function compileIterate(compiler: Compiler, node: Of<'iterate'>, scope: Scope): Code {
  const target = compiler.compile(node.target, scope);
  const { one } = target;
  return many((machine) => {
    if (one !== null && machine.trail === null) {
      machine.value = one(machine, machine.env, machine.value);
      iterate(machine);
    } else {
      machine.push(iterate);
      target.run(machine);
    }
  });
}

/** Emits every member of the value in the register. Throws `JqError` when it can have none. */
function iterate(machine: Machine): void {
  const { value, trail } = machine;
  if (trail === lost) throw invalidPath(`near attempt to iterate through ${excerpt(value)}`);
  const walk = members(value, (running, child) => running.emit(child));
  if (walk === null) throw new JqError(`Cannot iterate over ${describeValue(value)}`);
  walk.run(machine);
}

/** `..`: the value and everything in it, containers before their members. */
export function compileRecurse(): Code {
  const visit = (machine: Machine): void => {
    const inner = members(machine.value, (running, child) => {
      running.value = child;
      visit(running);
    });
    if (inner !== null) machine.fork(inner);
    machine.emit(machine.value);
  };
  return many((machine) => {
    if (machine.trail === lost && typeof machine.value === 'object' && machine.value !== null) {
      throw invalidPath(`near attempt to iterate through ${excerpt(machine.value)}`);
    }
    visit(machine);
  });
}

/** Visits one member after another, a fork at a time; `null` when the value can have no members. */
function members(container: Json, use: (machine: Machine, child: Json) => void): Resumable | null {
  if (Array.isArray(container)) {
    return walker(container.length, (index) => index, { read: (index) => container[index] ?? null, use });
  }
  if (!isObject(container)) return null;
  const keys = Object.keys(container);
  return walker(keys.length, (index) => keys[index] ?? '', { read: readNth(container, keys), use });
}

function readNth(object: JsonObject, keys: readonly string[]): (index: number) => Json {
  return (index) => readKey(object, keys[index] ?? '');
}

interface WalkerParams {
  readonly read: (index: number) => Json;
  readonly use: (machine: Machine, child: Json) => void;
}

function walker(size: number, key: (index: number) => Json, { read, use }: WalkerParams): Resumable {
  let next = 0;
  const self: Resumable = {
    run(machine) {
      const index = next;
      if (index >= size) return;
      next += 1;
      if (next < size) machine.fork(self);
      const { trail } = machine;
      if (trail !== null) machine.trail = { up: trail, key: key(index) };
      use(machine, read(index));
    },
  };
  return self;
}
