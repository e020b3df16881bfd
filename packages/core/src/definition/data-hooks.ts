import { isObject } from '../json.ts';
import type { DataHook, Schema } from './definition.ts';
import { readExpressionText, readTemplate, type Where } from './expressions.ts';
import {
  label,
  nameOf,
  notAvailable,
  readFixedText,
  readMembers,
  type Place,
  type Reading,
} from './reader.ts';
import { checkJsonSchema } from './schema.ts';

/** Reads `input`, `output` or `export`: a schema and a transformation (`from` of inputs, `as` of the others). */
export function readDataHook(reading: Reading, place: Place | undefined, where: Where): DataHook {
  if (place === undefined) return {};
  const verb = where.endsWith('input') ? 'from' : 'as';
  const members = readMembers(reading, place, { what: `The block ${label(place)}`, keys: ['schema', verb] });
  const schema = readSchema(reading, members?.get('schema'));
  const transform = readTransform(reading, members?.get(verb), where);
  return { ...(schema === undefined ? {} : { schema }), ...(transform === undefined ? {} : { transform }) };
}

function readTransform(reading: Reading, place: Place | undefined, where: Where): DataHook['transform'] {
  if (place === undefined) return undefined;
  if (isObject(place.value)) return { template: readTemplate(reading, place, { where }) };
  const { value, pointer } = place;
  if (typeof value === 'string')
    return { expression: readExpressionText(reading, { value, pointer }, where) };
  reading.report.error(
    pointer,
    `${label(place)} must be a jq expression or an object, not ${nameOf(value)}.`,
  );
  return undefined;
}

/** Reads the language's schema object: `{format: json, document: …}`. */
function readSchema(reading: Reading, place: Place | undefined): Schema | undefined {
  if (place === undefined) return undefined;
  const members = readMembers(reading, place, {
    what: 'A schema',
    keys: ['format', 'document'],
    required: isObject(place.value) && Object.hasOwn(place.value, 'resource') ? [] : ['document'],
    refused: { resource: notAvailable('A schema by "resource"', 'write it out under "document".') },
  });
  const format = members?.get('format');
  const name = readFixedText(reading, format) ?? 'json';
  if (format !== undefined && !/^json(:.*)?$/.test(name)) {
    reading.report.error(format.pointer, notAvailable(`The schema format "${name}"`, 'available: json.'));
  }
  return readJsonSchema(reading, members?.get('document'));
}

/** Reads a JSON Schema that stands by itself. */
function readJsonSchema(reading: Reading, place: Place | undefined): Schema | undefined {
  if (place === undefined) return undefined;
  checkJsonSchema(reading.report, place);
  if (isObject(place.value) || typeof place.value === 'boolean') return place.value;
  return undefined;
}

/** Reads a schema in Baton's own arguments: a JSON Schema, or the language's `{format, document}`. */
export function readEitherSchema(reading: Reading, place: Place | undefined): Schema | undefined {
  const wrapped = place !== undefined && isObject(place.value) && Object.hasOwn(place.value, 'document');
  return wrapped ? readSchema(reading, place) : readJsonSchema(reading, place);
}
