import { boundedSentence, type Json, type JsonObject } from '@baton/core';
import { meteredSchema, SchemaBudgetError, type MeteredSchema } from './metered-schema-codec.ts';

/** One thing wrong with a value, or with a schema. */
export interface SchemaProblem {
  /** JSON Pointer into the value; '' is the value itself. */
  readonly pointer: string;
  readonly detail: string;
}

/** Bounds of a validation. */
export interface JsonSchemaLimits {
  /** How many places of schema and value may be visited; default 500,000. */
  readonly maxSteps?: number;
  /** How many problems are returned at most; default 50. */
  readonly maxProblems?: number;
}

/** Keywords that only say that something below them failed. */
const SUMMARIES = new Set([
  '$ref',
  '$recursiveRef',
  'properties',
  'items',
  'prefixItems',
  'patternProperties',
  'allOf',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'additionalItems',
]);

const MAX_STEPS = 500_000;
const MAX_PROBLEMS = 50;
/** UTF-16 units of a library's sentence that are kept. */
const MOST_QUOTED = 300;
/** Larger invalid values are reported by their first problem only. */
const MAX_LISTED_STEPS = 20_000;

const metered = new WeakMap<JsonObject, MeteredSchema>();

/**
 * What is wrong with a value by a JSON Schema; empty when nothing is. Interprets the schema (no code generation) under
 * a budget. A schema that cannot be used (an unknown `$ref`, one that refers to itself without end) is a problem at ''.
 */
export function validateJsonSchema(
  schema: JsonObject | boolean,
  value: Json,
  limits: JsonSchemaLimits = {},
): readonly SchemaProblem[] {
  if (schema === true) return [];
  if (schema === false) return [{ pointer: '', detail: 'No value is allowed here.' }];
  const { maxSteps = MAX_STEPS, maxProblems = MAX_PROBLEMS } = limits;
  try {
    const validator = meteredFor(schema);
    const first = validator.run(value, { maxSteps, all: false });
    if (first.valid) return [];
    return toProblems(listAll(validator, value) ?? first.errors, maxProblems);
  } catch (error) {
    return [{ pointer: '', detail: reasonOf(error, maxSteps) }];
  }
}

function meteredFor(schema: JsonObject): MeteredSchema {
  const known = metered.get(schema);
  if (known !== undefined) return known;
  const fresh = meteredSchema(schema);
  metered.set(schema, fresh);
  return fresh;
}

function listAll(validator: MeteredSchema, value: Json): readonly SchemaFault[] | null {
  try {
    return validator.run(value, { maxSteps: MAX_LISTED_STEPS, all: true }).errors;
  } catch (error) {
    // Listing everything is a courtesy: the first problem is known and enough.
    if (error instanceof SchemaBudgetError) return null;
    throw error;
  }
}

interface SchemaFault {
  readonly instanceLocation: string;
  readonly keyword: string;
  readonly error: string;
}

function toProblems(faults: readonly SchemaFault[], max: number): readonly SchemaProblem[] {
  const telling = faults.filter((fault) => !SUMMARIES.has(fault.keyword));
  const problems = (telling.length > 0 ? telling : faults).map((fault) => ({
    pointer: decodeURI(fault.instanceLocation.replace(/^#/, '')),
    detail: sentence(fault),
  }));
  const seen = new Set<string>();
  return problems
    .filter(({ pointer, detail }) => !seen.has(`${pointer} ${detail}`) && seen.add(`${pointer} ${detail}`))
    .slice(0, max);
}

function sentence(fault: SchemaFault): string {
  if (fault.keyword === 'false') return 'This is not allowed here.';
  return excerpt(boundedSentence(fault.keyword, fault.error))
    .replaceAll('Instance type', 'The type')
    .replaceAll('Instance', 'The value');
}

function reasonOf(error: unknown, maxSteps: number): string {
  if (error instanceof SchemaBudgetError) return `Checking took more than ${maxSteps} steps.`;
  if (error instanceof RangeError) return 'The schema refers to itself without end.';
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  return `The schema cannot be used: ${excerpt(message)}`;
}

/** Quotes of values are of any length, and may hold or be cut to half a character. */
function excerpt(text: string): string {
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED).toWellFormed()}…` : text.toWellFormed();
}
