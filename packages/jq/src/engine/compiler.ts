import type { Node } from '../syntax/ast.ts';
import type { Code } from './machine.ts';
import type { Scope } from './scope.ts';

/** What the parts of the compiler need from the whole. */
export interface Compiler {
  compile(node: Node, scope: Scope): Code;
  /** Remembers that the program mentions a variable of its caller. */
  noteVariable(name: string): void;
  /** Remembers that the program asks for the time. */
  noteNow(): void;
  /** Parses a built-in function written in jq. */
  library(name: string, arity: number): LibraryFunction | null;
  /** Native stack levels that functions called so far from the body being compiled may need. */
  reach: number;
}

/** A built-in function written in jq: its parameters and its body. */
export interface LibraryFunction {
  readonly params: readonly string[];
  readonly body: Node;
}

/** A built-in that takes its arguments unevaluated. */
export type Special = (compiler: Compiler, args: readonly Node[], scope: Scope) => Code;
