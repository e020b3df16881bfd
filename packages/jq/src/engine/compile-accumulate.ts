import { copyObject, isObject, isTruthy, readKey, writeKey } from '../json.ts';
import type { Json } from '../json.ts';
import type { Node } from '../syntax/ast.ts';
import { arithmetic } from '../values/arithmetic.ts';
import { readPath, writePath } from '../values/paths.ts';
import type { Owned } from '../values/paths.ts';
import type { Compiler } from './compiler.ts';
import type { Env, Machine } from './machine.ts';
import type { Scope } from './scope.ts';

/*
 * A reduction that grows one value, such as `reduce … ({}; .[$key] += 1)` or `reduce … ([]; . + [$x])`, would copy
 * that value in every round. When its update is a chain of plain assignments and additions, the containers it has
 * made itself are changed in place instead. A container counts as its own (is owned) as long as nothing else can
 * refer to it: once a computed value could hold one of them, all are given up and the next round copies again.
 */

/** The value a reduction has reached, and the containers in it that nothing else refers to. */
export interface Accumulator {
  value: Json;
  owned: Owned;
}

/** One round of a reduction, done in place where that cannot be seen. */
export type Accumulate = (machine: Machine, env: Env | null, state: Accumulator) => void;

/** Compiles the update of a reduction, or gives `null` when it is not of the simple kind. */
export function compileAccumulation(compiler: Compiler, update: Node, scope: Scope): Accumulate | null {
  if (update.kind === 'pipe') {
    const first = compileAccumulation(compiler, update.left, scope);
    const second = first === null ? null : compileAccumulation(compiler, update.right, scope);
    if (first === null || second === null) return null;
    return (machine, env, state) => {
      first(machine, env, state);
      second(machine, env, state);
    };
  }
  if (update.kind === 'math') return compileAddition(compiler, update, scope);
  if (update.kind === 'update') return compileAssignment(compiler, update, scope);
  return null;
}

type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** `. + right` */
function compileAddition(compiler: Compiler, node: Of<'math'>, scope: Scope): Accumulate | null {
  if (node.operator !== '+' || node.left.kind !== 'identity') return null;
  const { one } = compiler.compile(node.right, scope);
  if (one === null) return null;
  const closed = isClosed(node.right);
  return (machine, env, state) => {
    const added = one(machine, env, state.value);
    if (!closed) giveUp(state, added);
    state.value = append(machine, state, { left: state.value, right: added });
  };
}

/** `place = right` and its like, for a single place and a single value. */
function compileAssignment(compiler: Compiler, node: Of<'update'>, scope: Scope): Accumulate | null {
  const { place } = compiler.compile(node.left, scope);
  const { one } = compiler.compile(node.right, scope);
  if (place === undefined || one === null) return null;
  const { operator } = node;
  const closed = isClosed(node.right);
  const write = (
    machine: Machine,
    state: Accumulator,
    change: { path: readonly Json[]; value: Json },
  ): void => {
    state.value = writePath(machine, { root: state.value, ...change, owned: state.owned });
  };
  if (operator === '|') {
    return (machine, env, state) => {
      const path = place(machine, env, state.value);
      const old = readPath(machine, state.value, path);
      giveUp(state, old);
      write(machine, state, { path, value: one(machine, env, old) });
    };
  }
  return (machine, env, state) => {
    const operand = one(machine, env, state.value);
    if (!closed) giveUp(state, operand);
    const path = place(machine, env, state.value);
    const old = operator === '' ? null : readPath(machine, state.value, path);
    if (operator === '//' && isTruthy(old)) return;
    if (operator === '' || operator === '//') write(machine, state, { path, value: operand });
    else if (operator === '+')
      write(machine, state, { path, value: append(machine, state, { left: old, right: operand }) });
    else write(machine, state, { path, value: arithmetic[operator](machine, old, operand) });
  };
}

/** A container that may hold owned ones is about to be seen elsewhere. */
function giveUp(state: Accumulator, seen: Json): void {
  if (typeof seen === 'object' && seen !== null && state.owned.size > 0) state.owned = new Set();
}

interface AppendParams {
  readonly left: Json;
  readonly right: Json;
}

/** `left + right`, in place when the left side is owned. */
function append(machine: Machine, { owned }: Accumulator, { left, right }: AppendParams): Json {
  if (Array.isArray(left) && Array.isArray(right)) {
    const mine = owned.has(left);
    machine.chargeMembers(right.length + (mine ? 0 : left.length));
    const target = mine ? left : left.slice();
    for (const item of right) target.push(item);
    owned.add(target);
    return target;
  }
  if (isObject(left) && isObject(right)) {
    const mine = owned.has(left);
    const keys = Object.keys(right);
    machine.chargeMembers(keys.length + (mine ? 0 : Object.keys(left).length));
    const target = mine ? left : copyObject(left);
    for (const key of keys) writeKey(target, key, readKey(right, key));
    owned.add(target);
    return target;
  }
  return arithmetic['+'](machine, left, right);
}

/** Tells whether a node's value cannot hold any part of its input. */
function isClosed(node: Node): boolean {
  switch (node.kind) {
    case 'literal':
    case 'variable':
      return true;
    case 'array':
      return node.body === null || isClosed(node.body);
    case 'object':
      return node.entries.every(({ key, value }) => isClosed(key) && isClosed(value));
    case 'math':
    case 'compare':
      return isClosed(node.left) && isClosed(node.right);
    case 'string':
      return true;
    case 'index':
      return isClosed(node.target) && isClosed(node.key);
    case 'pipe':
      return isClosed(node.left);
    default:
      return false;
  }
}
