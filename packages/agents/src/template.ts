import {
  compileExpression,
  excerpt,
  ExpressionError,
  failure,
  isObject,
  readTemplateString,
  type Json,
  type JsonObject,
} from '@baton/core';
import { AgentFailureError, type ConfigProblem } from './adapter.ts';

/** A compiled value. Throws {@link AgentFailureError} (`expression`) when an expression fails. */
export type CompiledTemplate = (input: Json, variables: JsonObject) => Json;

/** Where a template stands, and what its expressions may use. */
export interface TemplatePlace {
  /** JSON Pointer of the value inside the config. */
  readonly pointer: string;
  /** Names of the variables, without the dollar sign. */
  readonly variables: readonly string[];
  /** Told of everything that is wrong; the template that is returned then must not be used. */
  readonly report: (problem: ConfigProblem) => void;
}

/** Appends a key or an index to a JSON Pointer. */
export function childPointer(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * Compiles a JSON value whose strings may be expressions (`${ .topic }`) or hold some (`About ${ .topic }`).
 * The caller bounds the value's depth. Results are data: an expression found in one is not evaluated again.
 */
export function compileTemplate(value: Json, place: TemplatePlace): CompiledTemplate {
  if (typeof value === 'string') return compileText(value, place);
  if (Array.isArray(value)) {
    const items = value.map((item: Json, index) => compileTemplate(item, below(place, index)));
    return (input, variables) => items.map((item) => item(input, variables));
  }
  if (!isObject(value)) return () => value;
  const members = Object.entries(value).map(
    ([key, member]) => [key, compileTemplate(member, below(place, key))] as const,
  );
  return (input, variables) =>
    Object.fromEntries(members.map(([key, member]) => [key, member(input, variables)]));
}

function below(place: TemplatePlace, key: string | number): TemplatePlace {
  return { ...place, pointer: childPointer(place.pointer, key) };
}

function compileText(text: string, place: TemplatePlace): CompiledTemplate {
  const read = readTemplateString(text);
  switch (read.kind) {
    case 'literal':
      if (read.unclosedAt !== undefined) {
        place.report({
          pointer: place.pointer,
          message: 'An expression opens with "${" and is never closed; add "}".',
        });
      }
      return () => text;
    case 'expression':
      return compiled(read.expression, place);
    case 'interpolated': {
      const parts = read.parts.map((part) =>
        typeof part === 'string' ? part : compiled(part.expression, place),
      );
      return (input, variables) =>
        parts.map((part) => (typeof part === 'string' ? part : asText(part(input, variables)))).join('');
    }
    default:
      return read satisfies never;
  }
}

function compiled(source: string, place: TemplatePlace): CompiledTemplate {
  try {
    const expression = compileExpression(source, { variables: place.variables });
    return (input, variables) => {
      try {
        return expression.evaluate(input, variables);
      } catch (error) {
        throw toExpressionFailure(error, place.pointer);
      }
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    place.report({ pointer: place.pointer, message: `The expression does not compile: ${error.message}` });
    return () => null;
  }
}

function toExpressionFailure(error: unknown, pointer: string): unknown {
  if (!(error instanceof ExpressionError)) return error;
  const detail = `The expression at ${pointer} of the agent's config failed: ${excerpt(error.message, 500)}`;
  return new AgentFailureError(failure('expression', detail, { code: 'expression_failed' }), error);
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
