import { JqError } from '../errors.ts';
import { isTruthy, writeKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Node } from '../syntax/ast.ts';
import { formatValue } from '../builtins/formats.ts';
import { describeValue } from '../values/text.ts';
import { computed, many, origin, restore, runPlain, single } from './code.ts';
import type { Compiler } from './compiler.ts';
import type { Code, Machine } from './machine.ts';
import type { Scope } from './scope.ts';
import { lost } from './trail.ts';

type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** `"a \(b) c"`, with each inserted value escaped by the string's format. */
export function compileString(compiler: Compiler, node: Of<'string'>, scope: Scope): Code {
  const inserts = node.parts.filter((part) => typeof part !== 'string');
  const codes = inserts.map((part) => compiler.compile(part, scope));
  return computed(codes, 'first-fastest', (machine, _input, values) => {
    let text = '';
    let used = 0;
    for (const part of node.parts) {
      if (typeof part === 'string') text += part;
      else {
        text += formatValue(machine, node.format ?? 'text', values[used] ?? null);
        used += 1;
      }
    }
    machine.chargeText(text.length);
    return text;
  });
}

/** `@name` */
export function compileFormat(node: Of<'format'>): Code {
  return single((machine, _env, value) => formatValue(machine, node.name, value));
}

/** `[body]`: all values of the body in one array. */
export function compileArray(compiler: Compiler, node: Of<'array'>, scope: Scope): Code {
  if (node.body === null) return single(() => []);
  const body = compiler.compile(node.body, scope);
  const { one } = body;
  if (one !== null) return single((machine, env, value) => [one(machine, env, value)]);
  return many((machine) => collect(machine, body, (running, items) => running.emit(items)));
}

/** Runs `code` on the registers and hands all of its values to `use`, with the registers as they were. */
function collect(machine: Machine, code: Code, use: (machine: Machine, items: Json[]) => void): void {
  const from = origin(machine);
  const items: Json[] = [];
  machine.fork({
    run(running) {
      if (running.trail !== null) running.trail = lost;
      use(running, items);
    },
  });
  machine.push((running) => {
    items.push(running.value);
  });
  runPlain(machine, code, from);
}

/** `{key: value}`; the entries are nested loops, the first of them outermost. */
export function compileObject(compiler: Compiler, node: Of<'object'>, scope: Scope): Code {
  const codes = node.entries.flatMap(({ key, value }) => [
    compiler.compile(key, scope),
    compiler.compile(value, scope),
  ]);
  const build = (machine: Machine, values: readonly Json[]): JsonObject => {
    machine.chargeMembers(values.length);
    const object: JsonObject = {};
    for (let index = 0; index < values.length; index += 2) {
      const key = values[index] ?? null;
      if (typeof key !== 'string') throw new JqError(`Cannot use ${describeValue(key)} as object key`);
      machine.chargeText(key.length);
      writeKey(object, key, values[index + 1] ?? null);
    }
    return object;
  };
  return computed(codes, 'last-fastest', (machine, _input, values) => build(machine, values));
}

/** `left | right` */
export function compilePipe(compiler: Compiler, node: Of<'pipe'>, scope: Scope): Code {
  const left = compiler.compile(node.left, scope);
  const right = compiler.compile(node.right, scope);
  const first = left.one;
  const second = right.one;
  const one: Code['one'] =
    first !== null && second !== null
      ? (machine, env, value) => second(machine, env, first(machine, env, value))
      : null;
  return {
    one,
    run(machine) {
      const { env } = machine;
      if (first !== null && machine.trail === null) {
        machine.value = first(machine, env, machine.value);
        right.run(machine);
        return;
      }
      machine.push((running) => {
        running.env = env;
        right.run(running);
      });
      left.run(machine);
    },
  };
}

/** `a, b, c`: one after the other. */
export function compileComma(compiler: Compiler, node: Of<'comma'>, scope: Scope): Code {
  const codes = node.items.map((item) => compiler.compile(item, scope));
  const runFrom = codes.map((code, index) =>
    many((machine) => {
      const rest = runFrom[index + 1];
      if (rest !== undefined) machine.fork(rest);
      code.run(machine);
    }),
  );
  return runFrom[0] ?? many(() => {});
}

/** `if condition then … else … end`; without `else` the input passes. */
export function compileIf(compiler: Compiler, node: Of<'if'>, scope: Scope): Code {
  const condition = compiler.compile(node.condition, scope);
  const then = compiler.compile(node.then, scope);
  const otherwise = node.otherwise === null ? identity : compiler.compile(node.otherwise, scope);
  const test = condition.one;
  if (test === null) {
    return many((machine) => {
      const from = origin(machine);
      machine.push((running) => {
        const branch = isTruthy(running.value) ? then : otherwise;
        restore(running, from);
        branch.run(running);
      });
      runPlain(machine, condition, from);
    });
  }
  const first = then.one;
  const second = otherwise.one;
  const one: Code['one'] =
    first !== null && second !== null
      ? (machine, env, value) => (isTruthy(test(machine, env, value)) ? first : second)(machine, env, value)
      : null;
  return {
    one,
    run(machine) {
      (isTruthy(test(machine, machine.env, machine.value)) ? then : otherwise).run(machine);
    },
  };
}

/** `.` */
export const identity: Code = Object.freeze<Code>({
  one: (_machine, _env, value) => value,
  place: () => [],
  run: (machine) => machine.emit(machine.value),
});
