import { compile, engineVersion, JqError, JqLimitError, JqSyntaxError, type Program } from '@baton/jq';
import type { Json, JsonObject } from './json.ts';

/** How an expression is compiled. */
export interface ExpressionOptions {
  /** Names, without `$`, of the variables it may use. */
  readonly variables: readonly string[];
  /** Milliseconds since the epoch, for `now`. Without it `now` is refused. */
  readonly clock?: () => number;
  /** Which behavior of jq, as `JQ_VERSIONS` maps it from a snapshot's engine; default the newest. */
  readonly engine?: number;
}

/** A compiled expression; it holds no state and may be evaluated any number of times. */
export interface CompiledExpression {
  /**
   * Its only value; null when it gives none. Throws {@link ExpressionError} when it fails, reaches a limit of the
   * engine or gives more than one value.
   */
  evaluate(input: Json, variables: JsonObject): Json;
  /** The variables it mentions, in the order in which they were declared. */
  readonly usesVariables: readonly string[];
}

/** Why an expression cannot be compiled, or what went wrong when it was evaluated. The message is for its author. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** Where it is no valid jq, both counting from 1; `undefined` for every other error. */
  readonly at: { readonly line: number; readonly column: number } | undefined;

  constructor(message: string, options: ErrorOptions & { readonly at?: ExpressionError['at'] } = {}) {
    super(message, options);
    this.at = options.at;
  }
}

/**
 * Compiles an expression: the one way from the project to its jq engine. Throws {@link ExpressionError} for what is no
 * valid jq, and `RangeError` for a behavior that the engine does not know.
 */
export function compileExpression(source: string, options: ExpressionOptions): CompiledExpression {
  const { variables, clock, engine = engineVersion } = options;
  const program = explained(() =>
    compile(source, { variables, engine, ...(clock === undefined ? {} : { clock }) }),
  );
  return {
    evaluate: (input, values) => explained(() => onlyResult(program, input, values)),
    usesVariables: program.usesVariables,
  };
}

function onlyResult(program: Program, input: Json, variables: JsonObject): Json {
  const results = program.evaluate(input, variables)[Symbol.iterator]();
  const first = results.next();
  if (first.done === true) return null;
  if (results.next().done === true) return first.value;
  throw new ExpressionError('it gives more than one result; collect them with [ ] or take one with first().');
}

function explained<Value>(piece: () => Value): Value {
  try {
    return piece();
  } catch (error) {
    if (error instanceof JqSyntaxError) {
      const at = { line: error.line, column: error.column };
      throw new ExpressionError(error.message, { cause: error, at });
    }
    if (error instanceof JqError || error instanceof JqLimitError) {
      throw new ExpressionError(error.message, { cause: error });
    }
    throw error;
  }
}
