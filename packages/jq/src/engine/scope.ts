import type { FunctionDefinition, Node } from '../syntax/ast.ts';
import type { Code, Env } from './machine.ts';

/** What a name means while a program is compiled. `depth` counts the bindings below it at run time. */
export type Binding =
  | VariableBinding
  | { readonly kind: 'label' | 'parameter'; readonly name: string; readonly depth: number }
  | { readonly kind: 'function'; readonly name: string; readonly entry: FunctionEntry }
  | { readonly kind: 'argument'; readonly name: string; readonly entry: ArgumentEntry };

/** A variable of the program, or one given by its caller. */
export interface VariableBinding {
  readonly kind: 'variable' | 'given';
  readonly name: string;
  readonly depth: number;
}

/** Tells whether a name is that of a variable. */
export function isVariable(binding: Binding): binding is VariableBinding {
  return binding.kind === 'variable' || binding.kind === 'given';
}

/** Marks the place of a caller's variable for which no value came. */
export const noValue = -1;

/** A function of the program, compiled when it is first called. */
export interface FunctionEntry {
  readonly definition: FunctionDefinition;
  readonly scope: Scope;
  code: Code | null;
  /** Levels the native stack may need to run the body; `null` while it is being compiled. */
  height: number | null;
}

/** An argument of a built-in function that is compiled into the place of its call. */
export interface ArgumentEntry {
  readonly node: Node;
  readonly scope: Scope;
  code: Code | null;
}

/** The names that can be seen from a place in a program, the innermost first. */
export interface Scope {
  readonly binding: Binding | null;
  readonly up: Scope | null;
  /** How many bindings there are at run time. */
  readonly depth: number;
}

/** A scope without names, at a place where `depth` bindings exist at run time. */
export function emptyScope(depth: number): Scope {
  return { binding: null, up: null, depth };
}

/** The kinds of names that take a place at run time. */
export type BoundKind = 'variable' | 'given' | 'label' | 'parameter';

/** Adds a name that takes a place at run time. */
export function bindName(scope: Scope, kind: BoundKind, name: string): Scope {
  return { binding: { kind, name, depth: scope.depth }, up: scope, depth: scope.depth + 1 };
}

/** Adds a name that only exists while compiling. */
export function bindStatic(scope: Scope, binding: Binding): Scope {
  return { binding, up: scope, depth: scope.depth };
}

/** Finds the innermost binding that `accept` takes. */
export function findBinding(scope: Scope, accept: (binding: Binding) => boolean): Binding | null {
  for (let at: Scope | null = scope; at !== null; at = at.up) {
    if (at.binding !== null && accept(at.binding)) return at.binding;
  }
  return null;
}

/** Drops the innermost `count` bindings. */
export function drop(env: Env | null, count: number): Env | null {
  let at = env;
  for (let left = count; left > 0 && at !== null; left -= 1) at = at.up;
  return at;
}
