import { JqError, JqSyntaxError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Node } from '../syntax/ast.ts';
import { either, made, many, nothing, origin, restore, runPlain } from './code.ts';
import type { Origin } from './code.ts';
import { compileAccumulation } from './compile-accumulate.ts';
import type { Accumulator } from './compile-accumulate.ts';
import { compileBinder } from './compile-bind.ts';
import type { Compiler } from './compiler.ts';
import type { Code, Machine } from './machine.ts';
import { bindName, drop, findBinding } from './scope.ts';
import type { Scope } from './scope.ts';
import { lost } from './trail.ts';
import type { Trail } from './trail.ts';

type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** `try body catch handler`, and `body?` */
export function compileTry(compiler: Compiler, node: Of<'try'>, scope: Scope): Code {
  const body = compiler.compile(node.body, scope);
  const handler = node.handler === null ? nothing : compiler.compile(node.handler, scope);
  const first = body.one;
  const second = handler.one;
  const one: Code['one'] =
    first !== null && second !== null
      ? (machine, env, value) => {
          try {
            return first(machine, env, value);
          } catch (error) {
            if (!(error instanceof JqError)) throw error;
            machine.chargeError();
            return second(machine, env, error.value);
          }
        }
      : null;
  return either(one, (machine) => {
    machine.guard(handler);
    body.run(machine);
  });
}

/** What a loop carries from one round to the next. */
interface State {
  value: Json;
  trail: Trail | null;
}

/** `reduce source as $x (init; update)` */
export function compileReduce(compiler: Compiler, node: Of<'reduce'>, scope: Scope): Code {
  const source = compiler.compile(node.source, scope);
  const init = compiler.compile(node.init, scope);
  const binder = compileBinder(compiler, node.patterns, scope);
  const update = compiler.compile(node.update, binder.scope);
  const accumulate = compileAccumulation(compiler, node.update, binder.scope);

  const round = (machine: Machine, state: State & Accumulator): void => {
    const { value, trail } = state;
    if (accumulate !== null && trail === null) {
      accumulate(machine, machine.env, state);
      return;
    }
    // An update without values leaves null behind.
    state.value = null;
    machine.value = value;
    machine.trail = trail;
    machine.push((running) => {
      state.value = running.value;
      state.trail = running.trail;
    });
    update.run(machine);
  };

  return many((machine) => {
    const from = origin(machine);
    machine.push((running) => {
      const state = { value: running.value, trail: running.trail, owned: new Set<Json>() };
      running.fork({
        run(done) {
          done.trail = state.trail === lost ? made(from.trail, from.value, state.value) : state.trail;
          done.emit(state.value);
        },
      });
      running.push((item) => {
        item.env = from.env;
        binder.bind(item, item.value, (bound) => round(bound, state));
      });
      runPlain(running, source, from);
    });
    init.run(machine);
  });
}

/** `foreach source as $x (init; update; extract)` */
export function compileForeach(compiler: Compiler, node: Of<'foreach'>, scope: Scope): Code {
  const source = compiler.compile(node.source, scope);
  const init = compiler.compile(node.init, scope);
  const binder = compileBinder(compiler, node.patterns, scope);
  const update = compiler.compile(node.update, binder.scope);
  const extract = node.extract === null ? null : compiler.compile(node.extract, binder.scope);

  const round = (machine: Machine, state: State): void => {
    const { env } = machine;
    machine.value = state.value;
    machine.trail = state.trail;
    machine.push((running) => {
      state.value = running.value;
      state.trail = running.trail;
      if (extract === null) {
        running.emit(running.value);
      } else {
        running.env = env;
        extract.run(running);
      }
    });
    update.run(machine);
  };

  return many((machine) => {
    const from = origin(machine);
    machine.push((running) => {
      const state: State = { value: running.value, trail: running.trail };
      running.push((item) => {
        item.env = from.env;
        binder.bind(item, item.value, (bound) => round(bound, state));
      });
      runPlain(running, source, from);
    });
    init.run(machine);
  });
}

/** `source as $x | body` */
export function compileBinding(compiler: Compiler, node: Of<'bind'>, scope: Scope): Code {
  const source = compiler.compile(node.source, scope);
  const binder = compileBinder(compiler, node.patterns, scope);
  const body = compiler.compile(node.body, binder.scope);
  const run = (machine: Machine): void => {
    const from = origin(machine);
    const proceed = (running: Machine, subject: Json): void => {
      running.env = from.env;
      binder.bind(running, subject, (bound) => runBody(bound, body, from));
    };
    if (source.one !== null) {
      proceed(machine, source.one(machine, from.env, from.value));
      return;
    }
    machine.push((running) => proceed(running, running.value));
    runPlain(machine, source, from);
  };
  const first = source.one;
  const second = body.one;
  if (first === null || second === null || !binder.plain) return many(run);
  return {
    one: (machine, env, value) =>
      second(machine, { value: first(machine, env, value), closure: null, mark: 0, up: env }, value),
    run,
  };
}

function runBody(machine: Machine, body: Code, from: Origin): void {
  const { env } = machine;
  restore(machine, from);
  machine.env = env;
  body.run(machine);
}

/** `label $name | body` */
export function compileLabel(compiler: Compiler, node: Of<'label'>, scope: Scope): Code {
  const body = compiler.compile(node.body, bindName(scope, 'label', node.name));
  return many((machine) => {
    machine.env = { value: null, closure: null, mark: machine.mark(), up: machine.env };
    body.run(machine);
  });
}

/** `break $name`: drops everything the label could still have given. */
export function compileBreak(node: Of<'break'>, scope: Scope): Code {
  const binding = findBinding(scope, (found) => found.kind === 'label' && found.name === node.name);
  if (binding === null || binding.kind !== 'label') {
    throw new JqSyntaxError(`There is no label "$${node.name}" around this break.`, node.at);
  }
  const hops = scope.depth - binding.depth - 1;
  return many((machine) => machine.cut(drop(machine.env, hops)?.mark ?? 0));
}
