import type { Duration, Expression, Template } from '../definition/definition.ts';
import { readTemplateString } from '../definition/expression-text.ts';
import { durationObjectToMs, parseIsoDuration } from '../duration.ts';
import { excerpt } from '../excerpt.ts';
import { compileExpression, ExpressionError, type CompiledExpression } from '../expression.ts';
import { failure, type Problem } from '../failure.ts';
import { isArray, isObject, type Json, type JsonObject } from '../json.ts';

/** Thrown by an evaluation and caught where a task begins, ends or faults; carries the problem. */
export class TaskFault extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title ?? problem.type);
    this.name = 'TaskFault';
    this.problem = problem;
  }
}

/** What an expression sees: `.` and its variables. */
export interface Sight {
  readonly input: Json;
  readonly variables: JsonObject;
}

/** Evaluates expressions and templates; programs are compiled once for the life of the evaluator. */
export interface Evaluator {
  expression(source: Expression, sight: Sight): Json;
  /** True when the expression's result is neither false nor null. */
  condition(source: Expression, sight: Sight): boolean;
  /** A value whose strings may be expressions as a whole (`${ .x }`). */
  template(value: Template, sight: Sight): Json;
  /** Like {@link Evaluator.template}; strings may also hold expressions inside (`Hello ${ .x }`). */
  text(value: Template, sight: Sight): Json;
  /** Milliseconds of a duration. */
  duration(value: Duration, sight: Sight): number;
}

/** Creates an evaluator; `now` gives jq's clock in epoch milliseconds, `engine` is the version of jq's behavior. */
export function createEvaluator(now: () => number, engine?: number): Evaluator {
  const version = engine === undefined ? {} : { engine };
  const programs = new Map<string, CompiledExpression>();
  const expression = (source: Expression, sight: Sight): Json => {
    try {
      return compiled(source, sight).evaluate(sight.input, sight.variables);
    } catch (error) {
      throw toTaskFault(error, source);
    }
  };
  const compiled = (source: string, sight: Sight): CompiledExpression => {
    const names = Object.keys(sight.variables);
    const key = `${names.join(',')}|${source}`;
    let program = programs.get(key);
    if (program === undefined) {
      program = compileExpression(source, { variables: names, clock: now, ...version });
      programs.set(key, program);
    }
    return program;
  };
  const walk = (value: Template, sight: Sight, inside: boolean): Json => {
    if (typeof value === 'string') return fill(value, inside, (source) => expression(source, sight));
    if (isArray(value)) return value.map((item: Json) => walk(item, sight, inside));
    if (!isObject(value)) return value;
    return mapValues(value, (item) => walk(item, sight, inside));
  };
  return {
    expression,
    condition: (source, sight) => isTruthy(expression(source, sight)),
    template: (value, sight) => walk(value, sight, false),
    text: (value, sight) => walk(value, sight, true),
    duration: (value, sight) =>
      'ms' in value ? value.ms : toMilliseconds(expression(value.expression, sight), value.expression),
  };
}

/** What a piece gives, or something else when it throws a TaskFault. */
export function unlessFault<Value>(piece: () => Value, otherwise: Value): Value {
  try {
    return piece();
  } catch (error) {
    if (error instanceof TaskFault) return otherwise;
    throw error;
  }
}

/** jq's idea of true: everything but false and null. */
export function isTruthy(value: Json): boolean {
  return value !== null && value !== false;
}

/** A copy of an object with each value changed; the prototype is never touched by a key such as `__proto__`. */
export function mapValues(object: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function fill(text: string, inside: boolean, evaluate: (source: string) => Json): Json {
  const read = readTemplateString(text);
  if (read.kind === 'literal') return text;
  if (read.kind === 'expression') return evaluate(read.expression);
  if (!inside) return text;
  return read.parts
    .map((part) => (typeof part === 'string' ? part : asText(evaluate(part.expression))))
    .join('');
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function toMilliseconds(value: Json, source: string): number {
  const ms =
    typeof value === 'string' ? parseIsoDuration(value) : isObject(value) ? durationObjectToMs(value) : null;
  if (ms !== null) return ms;
  const detail = `The duration "${source.trim()}" gave ${excerpt(JSON.stringify(value), 100)}; give an ISO 8601 text such as "PT5S" or an object such as {"seconds": 5}.`;
  throw new TaskFault(failure('expression', detail));
}

function toTaskFault(error: unknown, source: string): TaskFault {
  if (error instanceof ExpressionError) {
    return new TaskFault(failure('expression', `The expression "${source.trim()}" failed: ${error.message}`));
  }
  throw error;
}
