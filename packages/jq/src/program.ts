import { JqLimitError, JqSyntaxError } from './errors.ts';
import { compileProgram } from './engine/compile.ts';
import { createMachine } from './engine/machine.ts';
import type { Env } from './engine/machine.ts';
import { noValue } from './engine/scope.ts';
import { asJson } from './json-codec.ts';
import type { Json, ReadonlyJson } from './json.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { createPress } from './press.ts';
import { parseProgram } from './syntax/parser.ts';

/** How a program is compiled. */
export interface CompileOptions {
  /** Names, without `$`, of the variables the program may use. Default none. */
  readonly variables?: readonly string[];
  /** Limits that differ from `defaultLimits`. */
  readonly limits?: Partial<Limits>;
  /** Milliseconds since the epoch, asked once for each use of `now`. Without it `now` is refused. */
  readonly clock?: () => number;
  /** Which behavior of the engine, from 1 to `engineVersion`; default the newest. Who must get the same results later keeps it. */
  readonly engine?: number;
}

/** The newest behavior of the engine. It grows when a program that worked gives other results than before. */
export const engineVersion = 1;

/** Values of the caller's variables, by their names without `$`. */
export type Variables = Readonly<Record<string, ReadonlyJson>>;

/** A compiled program. It holds no state: evaluations do not know of each other. */
export interface Program {
  /**
   * Gives every result, each computed when it is asked for. Throws `JqError` for an error the program raised and
   * did not catch, and `JqLimitError` when a limit is reached. Input and variables are never changed; results may share parts with them.
   */
  evaluate(input: ReadonlyJson, variables?: Variables): Iterable<Json>;
  /** The first result, `undefined` when there is none. Throws as `evaluate` does. */
  first(input: ReadonlyJson, variables?: Variables): Json | undefined;
  /** The caller's variables that the program mentions, in the order in which they were declared. */
  readonly usesVariables: readonly string[];
  /** Whether the program asks for the time. */
  readonly usesNow: boolean;
}

/**
 * Compiles a jq program. Throws `JqSyntaxError` when it cannot be parsed or uses a name that is not known or not
 * available, `JqLimitError` when its text is too long, and `RangeError` for a version that this engine does not know.
 */
export function compile(source: string, options: CompileOptions = {}): Program {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const { engine = engineVersion } = options;
  if (!Number.isInteger(engine) || engine < 1 || engine > engineVersion)
    throw new RangeError(
      `This engine behaves as versions 1 to ${engineVersion} did; ${engine} is none of them.`,
    );
  if (source.length > limits.sourceLength) throw new JqLimitError('sourceLength', limits.sourceLength);
  const names = [...new Set(options.variables ?? [])];
  const { clock } = options;
  const { code, usesVariables, usesNow } = compileProgram(parseProgram(source), names);
  if (usesNow && clock === undefined) {
    throw new JqSyntaxError('"now" is not available here: no clock was given.', { line: 1, column: 1 });
  }
  const start = (input: ReadonlyJson, variables: Variables): (() => Json | undefined) =>
    createMachine({
      limits,
      clock: clock ?? (() => 0),
      code,
      env: bindAll(names, variables),
      input: asJson(input),
    });

  return {
    *evaluate(input, variables = {}) {
      const next = start(input, variables);
      const press = createPress(limits);
      for (let value = next(); value !== undefined; value = next()) yield press(value);
    },
    first(input, variables = {}) {
      const value = start(input, variables)();
      return value === undefined ? undefined : createPress(limits)(value);
    },
    usesVariables,
    usesNow,
  };
}

function bindAll(names: readonly string[], variables: Variables): Env | null {
  return names.reduce<Env | null>((up, name) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return { value: asJson(value ?? null), closure: null, mark: value === undefined ? noValue : 0, up };
  }, null);
}
