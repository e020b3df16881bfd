import { boundPatterns, type Json, type JsonObject } from '@baton/core';
import { Validator, type Schema, type SchemaDraft, type ValidationResult } from '@cfworker/json-schema';

/** Thrown when a validation visits more places than it may. */
export class SchemaBudgetError extends Error {
  override readonly name = 'SchemaBudgetError';
}

/** A schema that counts how often it is visited. */
export interface MeteredSchema {
  run(value: Json, params: { readonly maxSteps: number; readonly all: boolean }): ValidationResult;
}

/**
 * Prepares a schema. The validator reads `$recursiveAnchor` of every schema it visits; a getter in that place of a copy
 * counts the visits, so that schemas that branch without end stop at a budget. A match of a pattern counts nothing, so
 * patterns are bounded.
 */
export function meteredSchema(schema: JsonObject): MeteredSchema {
  const meter = { left: 0 };
  const copy = meteredCopy(boundPatterns(schema), meter) as Schema;
  const draft = draftOf(schema);
  const validators = { first: new Validator(copy, draft, true), all: new Validator(copy, draft, false) };
  return {
    run: (value, { maxSteps, all }) => {
      meter.left = maxSteps;
      return validators[all ? 'all' : 'first'].validate(value);
    },
  };
}

function draftOf(schema: JsonObject): SchemaDraft {
  const given = schema['$schema'];
  const dialect = typeof given === 'string' ? given : '';
  if (dialect.includes('draft-04')) return '4';
  if (dialect.includes('draft-07') || dialect.includes('draft-06')) return '7';
  return dialect.includes('2019-09') ? '2019-09' : '2020-12';
}

function meteredCopy(value: Json, meter: { left: number }): unknown {
  if (Array.isArray(value)) return value.map((item: Json) => meteredCopy(item, meter));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('__absolute_'));
  const copy = Object.fromEntries(entries.map(([key, member]) => [key, meteredCopy(member, meter)]));
  const own = copy['$recursiveAnchor'];
  // Only the getter is hidden from walks over the keys; plain data below `const` and `enum` stays as it was.
  Object.defineProperty(copy, '$recursiveAnchor', {
    enumerable: false,
    get: () => {
      meter.left -= 1;
      if (meter.left < 0) throw new SchemaBudgetError('The budget of a validation is used up.');
      return own;
    },
  });
  return copy;
}
