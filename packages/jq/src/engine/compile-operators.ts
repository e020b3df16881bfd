import { JqError } from '../errors.ts';
import { isTruthy } from '../json.ts';
import type { Json } from '../json.ts';
import type { CompareOperator, Node } from '../syntax/ast.ts';
import { arithmetic } from '../values/arithmetic.ts';
import { compare, equal } from '../values/compare.ts';
import { describeValue } from '../values/text.ts';
import { computed, either, many, origin, restore, runPlain } from './code.ts';
import type { One } from './code.ts';
import type { Compiler } from './compiler.ts';
import type { Code } from './machine.ts';
import type { Meter } from './meter.ts';
import type { Scope } from './scope.ts';
import { lost } from './trail.ts';

type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** `left + right` and its like; the right side is the outer loop. */
export function compileMath(compiler: Compiler, node: Of<'math'>, scope: Scope): Code {
  return binary(compiler, node, { scope, operate: arithmetic[node.operator] });
}

const comparisons: Readonly<Record<CompareOperator, (meter: Meter, left: Json, right: Json) => boolean>> = {
  '==': equal,
  '!=': (meter, left, right) => !equal(meter, left, right),
  '<': (meter, left, right) => compare(meter, left, right) < 0,
  '<=': (meter, left, right) => compare(meter, left, right) <= 0,
  '>': (meter, left, right) => compare(meter, left, right) > 0,
  '>=': (meter, left, right) => compare(meter, left, right) >= 0,
};

/** `left < right` and its like. */
export function compileCompare(compiler: Compiler, node: Of<'compare'>, scope: Scope): Code {
  return binary(compiler, node, { scope, operate: comparisons[node.operator] });
}

interface BinaryParams {
  readonly scope: Scope;
  readonly operate: (meter: Meter, left: Json, right: Json) => Json;
}

function binary(
  compiler: Compiler,
  node: Of<'math'> | Of<'compare'>,
  { scope, operate }: BinaryParams,
): Code {
  const codes = [compiler.compile(node.left, scope), compiler.compile(node.right, scope)];
  const general = computed(codes, 'first-fastest', (machine, _input, [left = null, right = null]) =>
    operate(machine, left, right),
  );
  const left = codes[0]?.one ?? null;
  const right = codes[1]?.one ?? null;
  if (left === null || right === null) return general;
  const one: One = (machine, env, value) => {
    const second = right(machine, env, value);
    return operate(machine, left(machine, env, value), second);
  };
  return either(one, (machine) => general.run(machine));
}

/** `-body` */
export function compileNegate(compiler: Compiler, node: Of<'negate'>, scope: Scope): Code {
  return computed(
    [compiler.compile(node.body, scope)],
    'first-fastest',
    (_machine, _input, [value = null]) => {
      if (typeof value !== 'number') throw new JqError(`${describeValue(value)} cannot be negated`);
      return 0 - value;
    },
  );
}

/** `left and right`, `left or right`: the right side runs only when it decides. */
export function compileLogic(compiler: Compiler, node: Of<'and' | 'or' | 'alternative'>, scope: Scope): Code {
  const left = compiler.compile(node.left, scope);
  const right = compiler.compile(node.right, scope);
  const decides = node.kind === 'or';
  const first = left.one;
  const second = right.one;
  const one: One | null =
    first !== null && second !== null
      ? (machine, env, value) =>
          isTruthy(first(machine, env, value)) === decides ? decides : isTruthy(second(machine, env, value))
      : null;
  return either(one, (machine) => {
    const from = origin(machine);
    const trail = from.trail === null ? null : lost;
    machine.push((running) => {
      running.trail = trail;
      if (isTruthy(running.value) === decides) {
        running.emit(decides);
        return;
      }
      running.push((inner) => {
        inner.trail = trail;
        inner.emit(isTruthy(inner.value));
      });
      runPlain(running, right, from);
    });
    runPlain(machine, left, from);
  });
}

/** `left // right`: the true values of the left side, or else the right side */
export function compileAlternative(
  compiler: Compiler,
  node: Of<'and' | 'or' | 'alternative'>,
  scope: Scope,
): Code {
  const left = compiler.compile(node.left, scope);
  const right = compiler.compile(node.right, scope);
  return either(alternativeOne(left.one, right.one), (machine) => {
    const from = origin(machine);
    let found = false;
    machine.fork(
      many((running) => {
        if (!found) right.run(running);
      }),
    );
    machine.push((running) => {
      if (!isTruthy(running.value)) return;
      found = true;
      running.emit(running.value);
    });
    restore(machine, from);
    left.run(machine);
  });
}

function alternativeOne(left: One | null, right: One | null): One | null {
  if (left === null || right === null) return null;
  return (machine, env, value) => {
    const found = left(machine, env, value);
    return isTruthy(found) ? found : right(machine, env, value);
  };
}
