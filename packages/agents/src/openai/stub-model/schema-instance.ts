import { isArray, isObject, own, type Json, type JsonObject } from '@baton/core';
import { at, countAt, listAt, objectAt, textAt } from '../../wire/fields.ts';

/** Deepest nesting of an instance: a schema may mention itself. */
const MAX_DEPTH = 20;

/** A small value that fits a JSON Schema, always the same: what is required, and no more of it than must be. */
export function instanceOf(schema: Json): Json {
  return build(schema, { root: schema, depth: 0 });
}

interface Place {
  readonly root: Json;
  readonly depth: number;
}

function build(schema: Json, place: Place): Json {
  if (!isObject(schema) || place.depth > MAX_DEPTH) return null;
  const inner = { ...place, depth: place.depth + 1 };
  const reference = textAt(schema, '$ref');
  if (reference !== undefined) return build(referenced(place.root, reference), inner);
  const given = own(schema, 'const') ?? listAt(schema, 'enum')[0];
  if (given !== undefined) return given;
  const chosen = listAt(schema, 'anyOf')[0] ?? listAt(schema, 'oneOf')[0];
  if (chosen !== undefined) return build(chosen, inner);
  const parts = listAt(schema, 'allOf');
  if (parts.length > 0) return mergedOf(parts.map((part) => build(part, inner)));
  return byType(schema, inner);
}

function mergedOf(values: readonly Json[]): Json {
  return values.reduce((all, one) => (isObject(all) && isObject(one) ? { ...all, ...one } : one));
}

/** The schema under a local reference, such as `#/$defs/cup`. */
function referenced(root: Json, reference: string): Json {
  const path = reference.split('/').slice(1);
  return at(root, ...path.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))) ?? null;
}

function byType(schema: JsonObject, inner: Place): Json {
  const type = own(schema, 'type') ?? ('properties' in schema || 'required' in schema ? 'object' : 'string');
  switch (isArray(type) ? type[0] : type) {
    case 'object':
      return objectOf(schema, inner);
    case 'array':
      return Array.from({ length: countAt(schema, 'minItems') ?? 0 }, () =>
        build(objectAt(schema, 'items'), inner),
      );
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return false;
    case 'string':
      return textFor(schema);
    default:
      return null;
  }
}

function objectOf(schema: JsonObject, inner: Place): JsonObject {
  const properties = objectAt(schema, 'properties');
  const names = listAt(schema, 'required').filter((name) => typeof name === 'string');
  return Object.fromEntries(names.map((name) => [name, build(own(properties, name) ?? {}, inner)]));
}

function numberOf(schema: JsonObject): number {
  const above = countAt(schema, 'exclusiveMinimum');
  return above === undefined ? (countAt(schema, 'minimum') ?? 0) : above + 1;
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'PT1S',
  email: 'person@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function textFor(schema: JsonObject): string {
  const format = FORMATS[textAt(schema, 'format') ?? ''];
  if (format !== undefined) return format;
  const padded = 'text'.padEnd(countAt(schema, 'minLength') ?? 0);
  return padded.slice(0, countAt(schema, 'maxLength'));
}
