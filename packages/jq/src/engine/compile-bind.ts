import { JqSyntaxError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Pattern, PatternEntry } from '../syntax/ast.ts';
import { readMember } from '../values/access.ts';
import { many, origin, restore, runPlain } from './code.ts';
import type { Compiler } from './compiler.ts';
import type { Env, Machine } from './machine.ts';
import { bindName, drop, findBinding } from './scope.ts';
import type { Scope } from './scope.ts';

/** Takes a value apart into variables. */
export interface Binder {
  /** The scope in which the variables can be seen. */
  readonly scope: Scope;
  /** Set when the pattern is a single variable. */
  readonly plain: boolean;
  /** Extends `machine.env` by the variables and runs `body`, once for each way the value can be taken apart. */
  bind(machine: Machine, subject: Json, body: (machine: Machine) => void): void;
}

/** The most variables one pattern may have. */
const mostVariables = 200;

type Match = (machine: Machine, subject: Json, then: (machine: Machine) => void) => void;

interface Matcher {
  readonly scope: Scope;
  readonly match: Match;
}

/** Compiles patterns joined by `?//`; all of them bind the variables of all. */
export function compileBinder(compiler: Compiler, patterns: readonly Pattern[], scope: Scope): Binder {
  const [first] = patterns;
  if (patterns.length === 1 && first !== undefined) {
    const { match, scope: inner } = compilePattern(compiler, first, scope);
    return { scope: inner, plain: first.kind === 'variable', bind: match };
  }
  const names = [...new Set(patterns.flatMap((pattern) => variablesOf(pattern)))];
  const blank = names.reduce((inner, name) => bindName(inner, 'variable', name), scope);
  const matches = patterns.map((pattern) =>
    alignedMatch(compilePattern(compiler, pattern, blank), { names, scope }),
  );
  return { scope: blank, plain: false, bind: alternate(matches, names.length) };
}

/** Tries one pattern after the other; an error in a pattern or in the body moves on to the next. */
function alternate(matches: readonly Match[], variables: number): Match {
  return (machine, subject, body) => {
    const from = origin(machine);
    const attempt = (running: Machine, index: number): void => {
      restore(running, from);
      for (let count = 0; count < variables; count += 1) running.env = cell(null, running.env);
      if (index + 1 < matches.length) running.guard(many((failed) => attempt(failed, index + 1)));
      matches[index]?.(running, subject, body);
    };
    attempt(machine, 0);
  };
}

/** After a match, lays the variables out in the one order that the body was compiled for. */
function alignedMatch(
  matcher: Matcher,
  { names, scope }: { readonly names: readonly string[]; readonly scope: Scope },
): Match {
  const hops = names.map((name) => {
    const binding = findBinding(matcher.scope, (found) => found.kind === 'variable' && found.name === name);
    return binding !== null && binding.kind === 'variable' ? matcher.scope.depth - binding.depth - 1 : 0;
  });
  const added = matcher.scope.depth - scope.depth;
  return (machine, subject, then) =>
    matcher.match(machine, subject, (running) => {
      const values = hops.map((count) => drop(running.env, count)?.value ?? null);
      running.env = values.reduce<Env | null>((env, value) => cell(value, env), drop(running.env, added));
      then(running);
    });
}

function cell(value: Json, up: Env | null): Env {
  return { value, closure: null, mark: 0, up };
}

function variablesOf(pattern: Pattern): string[] {
  if (pattern.kind === 'variable') return [pattern.name];
  if (pattern.kind === 'array') return pattern.items.flatMap((item) => variablesOf(item));
  return pattern.entries.flatMap((entry) => [
    ...(entry.variable === null ? [] : [entry.variable]),
    ...(entry.pattern === null ? [] : variablesOf(entry.pattern)),
  ]);
}

function compilePattern(compiler: Compiler, pattern: Pattern, scope: Scope): Matcher {
  if (variablesOf(pattern).length > mostVariables) {
    throw new JqSyntaxError(`A pattern may have at most ${mostVariables} variables.`, { line: 1, column: 1 });
  }
  switch (pattern.kind) {
    case 'variable':
      return variableMatcher(pattern.name, scope);
    case 'array':
      return sequence(scope, pattern.items, (item, inner, index) => {
        const matcher = compilePattern(compiler, item, inner);
        return {
          scope: matcher.scope,
          match: (machine, subject, then) =>
            matcher.match(machine, readMember(machine, subject, index), then),
        };
      });
    case 'object':
      return sequence(scope, pattern.entries, (entry, inner) => compileEntry(compiler, entry, inner));
  }
}

function variableMatcher(name: string, scope: Scope): Matcher {
  return {
    scope: bindName(scope, 'variable', name),
    match(machine, subject, then) {
      machine.env = cell(subject, machine.env);
      then(machine);
    },
  };
}

/** Matches one part after the other against the same subject. */
function sequence<T>(
  scope: Scope,
  parts: readonly T[],
  compile: (part: T, scope: Scope, index: number) => Matcher,
): Matcher {
  const matches: Match[] = [];
  let inner = scope;
  for (const [index, part] of parts.entries()) {
    const matcher = compile(part, inner, index);
    matches.push(matcher.match);
    inner = matcher.scope;
  }
  const step = (
    machine: Machine,
    index: number,
    rest: { subject: Json; then: (machine: Machine) => void },
  ): void => {
    const match = matches[index];
    if (match === undefined) rest.then(machine);
    else match(machine, rest.subject, (running) => step(running, index + 1, rest));
  };
  return { scope: inner, match: (machine, subject, then) => step(machine, 0, { subject, then }) };
}

function compileEntry(compiler: Compiler, entry: PatternEntry, scope: Scope): Matcher {
  const key = compiler.compile(entry.key, scope);
  const variable = entry.variable === null ? null : variableMatcher(entry.variable, scope);
  const inner = variable?.scope ?? scope;
  const nested = entry.pattern === null ? null : compilePattern(compiler, entry.pattern, inner);
  const descend: Match = (machine, member, then) => {
    const matchRest = (running: Machine): void =>
      nested === null ? then(running) : nested.match(running, member, then);
    if (variable === null) matchRest(machine);
    else variable.match(machine, member, matchRest);
  };
  return {
    scope: nested?.scope ?? inner,
    match(machine, subject, then) {
      const from = { env: machine.env, value: subject, trail: null };
      if (key.one !== null) {
        descend(machine, readMember(machine, subject, key.one(machine, from.env, subject)), then);
        return;
      }
      machine.push((running) => {
        const member = readMember(running, subject, running.value);
        running.env = from.env;
        descend(running, member, then);
      });
      runPlain(machine, key, from);
    },
  };
}
