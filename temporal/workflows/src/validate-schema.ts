import { boundedSentence, boundPatterns, type Json, type Schema, type ValidateSchema } from '@baton/core';
import { Validator } from '@cfworker/json-schema';

/** Problems reported for one value; the rest is left out. */
const MOST_PROBLEMS = 20;

/**
 * Creates a JSON Schema 2020-12 validator that generates no code, as the sandbox demands. Schemas are read once for the
 * life of the validator; publishing has bounded them and vetted their patterns, which match no text that is too long.
 */
export function createSchemaValidator(): ValidateSchema {
  const validators = new Map<Schema, Validator>();
  return (schema, value) => {
    const validator =
      validators.get(schema) ?? new Validator(asLibrarySchema(boundPatterns(schema)), '2020-12', false);
    validators.set(schema, validator);
    const { valid, errors } = validator.validate(value);
    if (valid) return [];
    return errors.slice(0, MOST_PROBLEMS).map(({ instanceLocation, keyword, error }) => ({
      pointer: instanceLocation.replace(/^#/, ''),
      detail: boundedSentence(keyword, error),
    }));
  };
}

function asLibrarySchema(schema: Schema): { [key: string]: Json } | boolean {
  return typeof schema === 'boolean' ? schema : { ...schema };
}
