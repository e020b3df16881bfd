import { isObject, type Json, type JsonObject } from '@baton/core';
import type { SchemaProblem } from './json-schema.ts';
import { patternProblem } from './pattern.ts';
import { pointerOf } from './pointer.ts';

const MAX_BYTES = 64 * 1024;
const MAX_DEPTH = 32;
const MAX_PROPERTIES = 500;
const MAX_PATTERNS = 200;
/** Members whose values are data, not schemas. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

/**
 * What makes a JSON Schema unusable: more than 64 KiB, depth 32, 500 properties or 200 patterns; a `$ref` that leaves the
 * schema; a pattern that could take for ever. Pointers are into the schema. Checked when something is published, before
 * the schema is first used.
 */
export function schemaProblems(schema: JsonObject | boolean): readonly SchemaProblem[] {
  if (typeof schema === 'boolean') return [];
  const bytes = new TextEncoder().encode(JSON.stringify(schema)).length;
  if (bytes > MAX_BYTES) {
    return [{ pointer: '', detail: `The schema has ${bytes} bytes; it may have ${MAX_BYTES}.` }];
  }
  const state: Walk = { problems: [], properties: 0, patterns: 0 };
  walk(schema, [], state);
  if (state.properties > MAX_PROPERTIES) {
    state.problems.push({
      pointer: '',
      detail: `The schema names ${state.properties} properties; it may name ${MAX_PROPERTIES}.`,
    });
  }
  if (state.patterns > MAX_PATTERNS) {
    state.problems.push({
      pointer: '',
      detail: `The schema has ${state.patterns} patterns; it may have ${MAX_PATTERNS}.`,
    });
  }
  return state.problems;
}

interface Walk {
  readonly problems: SchemaProblem[];
  properties: number;
  patterns: number;
}

function walk(value: Json, path: readonly string[], state: Walk): void {
  if (path.length > MAX_DEPTH) {
    state.problems.push({
      pointer: pointerOf(path),
      detail: `The schema is nested deeper than ${MAX_DEPTH} levels.`,
    });
    return;
  }
  if (Array.isArray(value)) value.forEach((item: Json, i) => walk(item, [...path, String(i)], state));
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    // A property may be called `pattern`: then its value is a schema, not a text.
    if (typeof member === 'string') checkText(key, member, { path, state });
    if (isObject(member)) countNames(key, member, { path, state });
    if (!DATA.has(key) || isNameOfProperty(path)) walk(member, [...path, key], state);
  }
}

interface Place {
  readonly path: readonly string[];
  readonly state: Walk;
}

function isNameOfProperty(path: readonly string[]): boolean {
  const last = path.at(-1);
  return last === 'properties' || last === 'patternProperties' || last === '$defs';
}

function checkText(key: string, text: string, { path, state }: Place): void {
  const pointer = pointerOf([...path, key]);
  if ((key === '$ref' || key === '$dynamicRef') && !text.startsWith('#')) {
    state.problems.push({
      pointer,
      detail: `"${text.slice(0, 200)}" lies outside the schema: only references that begin with # can be followed.`,
    });
  }
  if (key === 'pattern') checkPattern(text, pointer, state);
}

function countNames(key: string, member: JsonObject, { path, state }: Place): void {
  if (key === 'properties') state.properties += Object.keys(member).length;
  if (key !== 'patternProperties') return;
  for (const pattern of Object.keys(member)) checkPattern(pattern, pointerOf([...path, key, pattern]), state);
}

function checkPattern(pattern: string, pointer: string, state: Walk): void {
  state.patterns += 1;
  const detail = patternProblem(pattern);
  if (detail !== null) state.problems.push({ pointer, detail });
}
