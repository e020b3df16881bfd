import type { Json } from '../json.ts';
import type { Node } from '../syntax/ast.ts';
import { createLibrary } from '../builtins/library.ts';
import { either, single } from './code.ts';
import { compileIndex, compileIterate, compileRecurse, compileSlice } from './compile-access.ts';
import { compileCall, compileDefine, compileVariable } from './compile-call.ts';
import {
  compileArray,
  compileComma,
  compileFormat,
  compileIf,
  compileObject,
  compilePipe,
  compileString,
  identity,
} from './compile-construct.ts';
import {
  compileBinding,
  compileBreak,
  compileForeach,
  compileLabel,
  compileReduce,
  compileTry,
} from './compile-control.ts';
import {
  compileAlternative,
  compileCompare,
  compileLogic,
  compileMath,
  compileNegate,
} from './compile-operators.ts';
import { compileUpdate } from './compile-update.ts';
import type { Compiler } from './compiler.ts';
import type { Code } from './machine.ts';
import { bindName, emptyScope } from './scope.ts';
import type { Scope } from './scope.ts';
import { lost } from './trail.ts';

/** A compiled program and what it mentions. */
export interface Compiled {
  readonly code: Code;
  readonly usesVariables: readonly string[];
  readonly usesNow: boolean;
}

/** Compiles a syntax tree. Throws `JqSyntaxError` for every name that is not known or not available. */
export function compileProgram(program: Node, variables: readonly string[]): Compiled {
  const mentioned = new Set<string>();
  let usesNow = false;
  // A node that two parts of the compiler look at is compiled once, or nesting would double the work.
  const compiled = new WeakMap<Node, { readonly scope: Scope; readonly code: Code }>();
  const compiler: Compiler = {
    compile(node, scope) {
      const known = compiled.get(node);
      if (known?.scope === scope) return known.code;
      const code = compileNode(compiler, node, scope);
      compiled.set(node, { scope, code });
      return code;
    },
    noteVariable: (name) => void mentioned.add(name),
    noteNow: () => {
      usesNow = true;
    },
    library: createLibrary(),
    reach: 0,
  };
  const scope = variables.reduce((inner, name) => bindName(inner, 'given', name), emptyScope(0));
  const code = compiler.compile(program, scope);
  return { code, usesVariables: variables.filter((name) => mentioned.has(name)), usesNow };
}

function compileNode(compiler: Compiler, node: Node, scope: Scope): Code {
  switch (node.kind) {
    case 'identity':
      return identity;
    case 'recurse':
      return compileRecurse();
    case 'literal':
      return compileLiteral(node.value);
    case 'index':
      return compileIndex(compiler, node, scope);
    case 'slice':
      return compileSlice(compiler, node, scope);
    case 'iterate':
      return compileIterate(compiler, node, scope);
    case 'string':
      return compileString(compiler, node, scope);
    case 'format':
      return compileFormat(node);
    case 'array':
      return compileArray(compiler, node, scope);
    case 'object':
      return compileObject(compiler, node, scope);
    case 'negate':
      return compileNegate(compiler, node, scope);
    case 'pipe':
      return compilePipe(compiler, node, scope);
    case 'comma':
      return compileComma(compiler, node, scope);
    default:
      return compileLarger(compiler, node, scope);
  }
}

type Larger = Exclude<
  Node,
  {
    readonly kind:
      | 'identity'
      | 'recurse'
      | 'literal'
      | 'index'
      | 'slice'
      | 'iterate'
      | 'string'
      | 'format'
      | 'array'
      | 'object'
      | 'negate'
      | 'pipe'
      | 'comma';
  }
>;

function compileLarger(compiler: Compiler, node: Larger, scope: Scope): Code {
  switch (node.kind) {
    case 'math':
      return compileMath(compiler, node, scope);
    case 'compare':
      return compileCompare(compiler, node, scope);
    case 'and':
    case 'or':
      return compileLogic(compiler, node, scope);
    case 'alternative':
      return compileAlternative(compiler, node, scope);
    case 'update':
      return compileUpdate(compiler, node, scope);
    case 'if':
      return compileIf(compiler, node, scope);
    case 'try':
      return compileTry(compiler, node, scope);
    case 'reduce':
      return compileReduce(compiler, node, scope);
    case 'foreach':
      return compileForeach(compiler, node, scope);
    case 'bind':
      return compileBinding(compiler, node, scope);
    case 'define':
      return compileDefine(compiler, node, scope);
    case 'call':
      return compileCall(compiler, node, scope);
    case 'variable':
      return compileVariable(compiler, node, scope);
    case 'label':
      return compileLabel(compiler, node, scope);
    case 'break':
      return compileBreak(node, scope);
  }
}

/** A literal is no place, unless it is one of the values of which there is only one. */
function compileLiteral(value: Json): Code {
  const one = (): Json => value;
  if (typeof value !== 'number' && typeof value !== 'string') return single(one);
  return either(one, (machine) => {
    machine.trail = lost;
    machine.emit(value);
  });
}
