import { JqError, JqSyntaxError } from '../errors.ts';
import { listBuiltins } from '../builtins/listing.ts';
import { natives } from '../builtins/natives.ts';
import { refused } from '../builtins/refused.ts';
import { specials } from '../builtins/specials.ts';
import type { Node } from '../syntax/ast.ts';
import { node as buildNode } from '../syntax/cursor.ts';
import { computed, many, single } from './code.ts';
import type { Compiler, LibraryFunction } from './compiler.ts';
import type { Closure, Code, Env } from './machine.ts';
import { bindName, bindStatic, drop, emptyScope, findBinding, isVariable, noValue } from './scope.ts';
import type { ArgumentEntry, Binding, FunctionEntry, Scope } from './scope.ts';

type Of<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** The height of a function while its body is being compiled. */
const compiling = -1;

/** Bodies that may need more native stack than this are run by the machine alone. */
const mostLevels = 500;

/** `$name` */
export function compileVariable(compiler: Compiler, node: Of<'variable'>, scope: Scope): Code {
  const { name } = node;
  const binding = findBinding(scope, (found) => isVariable(found) && found.name === name);
  if (binding === null || !isVariable(binding)) {
    if (refusedVariables.has(name)) throw new JqSyntaxError(`"$${name}" is not available here.`, node.at);
    throw new JqSyntaxError(`$${name} is not defined.`, node.at);
  }
  if (binding.kind === 'given') compiler.noteVariable(name);
  const hops = scope.depth - binding.depth - 1;
  return single((_machine, env) => {
    const found = drop(env, hops);
    if (found === null || found.mark === noValue) throw new JqError(`$${name} was given no value`);
    return found.value;
  });
}

const refusedVariables: ReadonlySet<string> = new Set(['ENV', '__loc__', '__prog_args']);

/** `def name(params): definition; body` */
export function compileDefine(compiler: Compiler, node: Of<'define'>, scope: Scope): Code {
  const entry: FunctionEntry = { definition: node.definition, scope, code: null, height: null };
  const inner = bindStatic(scope, { kind: 'function', name: node.definition.name, entry });
  const body = compiler.compile(node.body, inner);
  // A function nobody calls must still be a function that could be called.
  functionCode(compiler, entry);
  return body;
}

/** `name(args)`: a parameter, a function of the program, or a built-in, in this order. */
export function compileCall(compiler: Compiler, node: Of<'call'>, scope: Scope): Code {
  const binding = findCallee(scope, node);
  if (binding === null) return compileBuiltin(compiler, node, scope);
  switch (binding.kind) {
    case 'parameter':
      return callParameter(scope.depth - binding.depth - 1);
    case 'argument':
      return callArgument(compiler, binding.entry, scope);
    case 'function':
      return callFunction(compiler, { entry: binding.entry, args: node.args, scope });
    default:
      return compileBuiltin(compiler, node, scope);
  }
}

function callParameter(hops: number): Code {
  return many((machine) => {
    const closure = drop(machine.env, hops)?.closure ?? null;
    if (closure === null) return;
    machine.env = closure.env;
    machine.jump(closure.code);
  });
}

function callArgument(compiler: Compiler, entry: ArgumentEntry, scope: Scope): Code {
  entry.code ??= compiler.compile(entry.node, entry.scope);
  return lifted(entry.code, scope.depth - entry.scope.depth);
}

/** Runs code among the bindings it was compiled for, which are `hops` below the present ones. */
function lifted(code: Code, hops: number): Code {
  if (hops === 0) return code;
  const { one } = code;
  return {
    one: one === null ? null : (machine, env, value) => one(machine, drop(env, hops), value),
    run(machine) {
      machine.env = drop(machine.env, hops);
      code.run(machine);
    },
  };
}

interface CallParams {
  readonly entry: FunctionEntry;
  readonly args: readonly Node[];
  readonly scope: Scope;
}

function callFunction(compiler: Compiler, { entry, args, scope }: CallParams): Code {
  const closures = args.map((arg) => closureMaker(compiler, arg, scope));
  const hops = scope.depth - entry.scope.depth;
  const body = functionCode(compiler, entry);
  const one = body?.one ?? null;
  const height = entry.height ?? mostLevels;
  if (body !== null && one !== null && args.length === 0 && height < mostLevels) {
    compiler.reach = Math.max(compiler.reach, height);
    return {
      one: (machine, env, value) => one(machine, drop(env, hops), value),
      run(machine) {
        machine.env = drop(machine.env, hops);
        machine.jump(body);
      },
    };
  }
  return many((machine) => {
    const { env } = machine;
    let inner = drop(env, hops);
    for (const make of closures) inner = { value: null, closure: make(env), mark: 0, up: inner };
    machine.env = inner;
    if (entry.code !== null) machine.jump(entry.code);
  });
}

type MakeClosure = (env: Env | null) => Closure | null;

/** An argument that only calls a parameter of the caller is that parameter, so loops that pass it on do not grow. */
function closureMaker(compiler: Compiler, arg: Node, scope: Scope): MakeClosure {
  if (arg.kind === 'call' && arg.args.length === 0) {
    const binding = findCallee(scope, arg);
    if (binding?.kind === 'parameter') {
      const hops = scope.depth - binding.depth - 1;
      return (env) => drop(env, hops)?.closure ?? null;
    }
  }
  const code = compiler.compile(arg, scope);
  return (env) => ({ code, env });
}

function findCallee(scope: Scope, { name, args }: Of<'call'>): Binding | null {
  return findBinding(scope, (found) => {
    if (found.name !== name) return false;
    if (found.kind === 'function') return found.entry.definition.params.length === args.length;
    return (found.kind === 'parameter' || found.kind === 'argument') && args.length === 0;
  });
}

/** The body of a function, compiled at its first use; `null` while that is still going on. */
function functionCode(compiler: Compiler, entry: FunctionEntry): Code | null {
  if (entry.code !== null || entry.height === compiling) return entry.code;
  entry.height = compiling;
  const outer = compiler.reach;
  compiler.reach = 0;
  const { definition } = entry;
  let scope = bindStatic(entry.scope, { kind: 'function', name: definition.name, entry });
  for (const param of definition.params) scope = bindName(scope, 'parameter', param.replace(/^\$/, ''));
  entry.code = compiler.compile(bindValues(definition.params, definition.body), scope);
  entry.height = definition.body.height + compiler.reach;
  compiler.reach = outer;
  return entry.code;
}

/** `def f($a): body` is `def f(a): a as $a | body`. */
function bindValues(params: readonly string[], body: Node): Node {
  return params.reduceRight((inner, param) => {
    if (!param.startsWith('$')) return inner;
    const name = param.slice(1);
    const source = buildNode(inner.at, { kind: 'call', name, args: [] });
    return {
      kind: 'bind',
      source,
      patterns: [{ kind: 'variable', name }],
      body: inner,
      at: inner.at,
      height: inner.height,
    };
  }, body);
}

function compileBuiltin(compiler: Compiler, node: Of<'call'>, scope: Scope): Code {
  const { name, args } = node;
  const signature = `${name}/${args.length}`;
  if (signature === 'builtins/0') return single(() => listBuiltins());
  const special = specials.get(signature);
  if (special !== undefined) return special(compiler, args, scope);
  const native = natives.get(signature);
  if (native !== undefined) {
    if (name === 'now') compiler.noteNow();
    const codes = args.map((arg) => compiler.compile(arg, scope));
    return computed(codes, 'first-fastest', native);
  }
  const library = compiler.library(name, args.length);
  if (library !== null) return expand(compiler, library, { args, scope });
  if (refused.has(name))
    throw new JqSyntaxError(`"${name}" is not available here: ${refused.get(name)}`, node.at);
  throw new JqSyntaxError(`${signature} is not defined.`, node.at);
}

/** Compiles a built-in written in jq into the place of its call, with its arguments known. */
function expand(
  compiler: Compiler,
  library: LibraryFunction,
  { args, scope }: { readonly args: readonly Node[]; readonly scope: Scope },
): Code {
  let inner = emptyScope(scope.depth);
  for (const [index, param] of library.params.entries()) {
    const arg = args[index];
    if (arg === undefined) continue;
    const entry: ArgumentEntry = { node: arg, scope, code: null };
    inner = bindStatic(inner, { kind: 'argument', name: param.replace(/^\$/, ''), entry });
  }
  return compiler.compile(bindValues(library.params, library.body), inner);
}
