import { canonicalJson } from '../canonical.ts';
import { isArray, isObject, type Json } from '../json.ts';
import type { DefinitionProblem } from './definition.ts';
import { patternProblem } from './pattern.ts';
import { inside, isDeeper, label, nameOf, type Place } from './reader.ts';
import { createReport, type Report } from './report.ts';
import { KEYWORDS, REFUSED_KEYWORDS, SCHEMA_TYPES, type KeywordKind } from './schema-keywords.ts';
import { checkReferences, type SchemaNode } from './schema-references.ts';
import { nearest, suggest } from './suggestion.ts';

const MOST_CHARACTERS = 64 * 1024;
const DEEPEST = 32;
const MOST_PROPERTIES = 500;
const MOST_PATTERNS = 200;

interface Check {
  readonly report: Report;
  readonly root: Place;
  /** Every schema inside, by its pointer. */
  readonly schemas: Map<string, SchemaNode>;
  properties: number;
  patterns: number;
}

/**
 * Checks that a JSON Schema (2020-12) is well formed, refers to itself only, and is bounded: 64 KiB of JSON, 32 levels,
 * 500 properties, 200 patterns, each of them fit for text from outside. Ours to check, because a validator would load
 * references, recurse without end, or run a pattern for hours.
 */
export function checkJsonSchema(report: Report, place: Place): void {
  const { value, pointer } = place;
  if (isObject(value) && canonicalJson(value).length > MOST_CHARACTERS) {
    report.error(
      pointer,
      `The schema is larger than ${MOST_CHARACTERS} characters of JSON: split or shorten it.`,
    );
    return;
  }
  if (isDeeper(value, DEEPEST)) {
    report.error(pointer, `The schema nests deeper than ${DEEPEST} levels: use "$defs" and "$ref".`);
    return;
  }
  const check: Check = { report, root: place, schemas: new Map(), properties: 0, patterns: 0 };
  checkSchema(check, place);
  if (check.properties > MOST_PROPERTIES) {
    report.error(
      pointer,
      `The schema has ${check.properties} properties; at most ${MOST_PROPERTIES} are allowed.`,
    );
  }
  if (check.patterns > MOST_PATTERNS) {
    report.error(pointer, `The schema has ${check.patterns} patterns; at most ${MOST_PATTERNS} are allowed.`);
  }
  checkReferences(report, place, check.schemas);
}

/** What is wrong with a JSON Schema that stands by itself, by the rules of {@link checkJsonSchema}; pointers into the schema. */
export function jsonSchemaProblems(schema: Json): readonly DefinitionProblem[] {
  const report = createReport();
  checkJsonSchema(report, { value: schema, pointer: '' });
  return report.problems();
}

function checkSchema(check: Check, place: Place): void {
  const { value, pointer } = place;
  if (typeof value === 'boolean') {
    check.schemas.set(pointer, { place, value: {} });
    return;
  }
  if (!isObject(value)) {
    check.report.error(pointer, `A JSON Schema must be an object, true or false, not ${nameOf(value)}.`);
    return;
  }
  check.schemas.set(pointer, { place, value });
  for (const [keyword, member] of Object.entries(value))
    checkKeyword(check, keyword, inside(place, keyword, member));
}

function checkKeyword(check: Check, keyword: string, place: Place): void {
  const kind = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
  const refusal = Object.hasOwn(REFUSED_KEYWORDS, keyword) ? REFUSED_KEYWORDS[keyword] : undefined;
  if (refusal !== undefined) check.report.error(place.pointer, refusal);
  else if (kind !== undefined) checkValue(check, kind, place);
  else {
    // Other keywords are annotations, which JSON Schema allows; one that looks like a mistake is worth a warning.
    const near = nearest(keyword, Object.keys(KEYWORDS));
    if (near === undefined) return;
    check.report.warn(place.pointer, `JSON Schema has no keyword "${keyword}"; did you mean "${near}"?`);
  }
}

function checkValue(check: Check, kind: KeywordKind, place: Place): void {
  switch (kind) {
    case 'schema':
      return checkInner(check, place);
    case 'schemas':
      return eachItem(check, place, (item) => checkSchema(check, item));
    case 'map':
      return eachMember(check, place, (member) => checkSchema(check, member));
    case 'patternMap':
      return eachMember(check, place, (member) => {
        checkPattern(check, { value: keyOf(member), pointer: member.pointer });
        checkSchema(check, member);
      });
    case 'namesMap':
      return eachMember(check, place, (member) => checkNames(check, member));
    case 'pattern':
      return checkPattern(check, place);
    default:
      return checkPlain(check, kind, place);
  }
}

function checkInner(check: Check, place: Place): void {
  if (!isArray(place.value)) return checkSchema(check, place);
  const fix = keyOf(place) === 'items' ? 'use "prefixItems" for items by position' : 'write one schema';
  check.report.error(place.pointer, `${label(place)} must be a schema, not a list: ${fix}.`);
}

function eachItem(check: Check, place: Place, visit: (item: Place) => void): void {
  const { value } = place;
  if (isArray(value) && value.length > 0) {
    for (const [i, item] of value.entries()) visit(inside(place, i, item));
    return;
  }
  check.report.error(
    place.pointer,
    `${label(place)} must be a list of at least one schema, not ${nameOf(value)}.`,
  );
}

function eachMember(check: Check, place: Place, visit: (member: Place) => void): void {
  if (!isObject(place.value)) {
    check.report.error(
      place.pointer,
      `${label(place)} must be an object of names, not ${nameOf(place.value)}.`,
    );
    return;
  }
  const members = Object.entries(place.value);
  if (['properties', 'patternProperties'].includes(keyOf(place))) check.properties += members.length;
  for (const [key, value] of members) visit(inside(place, key, value));
}

function checkPattern(check: Check, place: Place): void {
  check.patterns += 1;
  // The limit is a problem of its own; no pattern beyond it is worth the work.
  if (check.patterns > MOST_PATTERNS) return;
  const { value, pointer } = place;
  const problem =
    typeof value === 'string' ? patternProblem(value) : `${label(place)} must be text, not ${nameOf(value)}.`;
  if (problem !== undefined) check.report.error(pointer, problem);
}

function checkNames(check: Check, place: Place): void {
  const { value, pointer } = place;
  const names = isArray(value) ? value : [];
  if (
    isArray(value) &&
    names.every((name) => typeof name === 'string') &&
    new Set(names).size === names.length
  ) {
    return;
  }
  check.report.error(pointer, `${label(place)} must be a list of different names, such as [id, total].`);
}

const DIALECTS = /^https?:\/\/json-schema\.org\/(?:draft\/(?:2020-12|2019-09)|draft-0[67])\/schema#?$/;

/** What a keyword with a plain value must be; absent for keywords that take anything. */
const PLAIN: Readonly<Partial<Record<KeywordKind, readonly [(value: Json) => boolean, string]>>> = {
  text: [(value) => typeof value === 'string', 'text'],
  ref: [(value) => typeof value === 'string', 'text such as "#/$defs/name"'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  number: [(value) => typeof value === 'number', 'a number'],
  positive: [(value) => typeof value === 'number' && value > 0, 'a number above zero'],
  count: [
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0,
    'a whole number of zero or more',
  ],
  list: [(value) => isArray(value), 'a list'],
  dialect: [
    (value) => typeof value === 'string' && DIALECTS.test(value),
    '"https://json-schema.org/draft/2020-12/schema": schemas are read as that draft',
  ],
};

function checkPlain(check: Check, kind: KeywordKind, place: Place): void {
  if (kind === 'type') return checkType(check, place);
  if (kind === 'names') return checkNames(check, place);
  if (kind === 'id') return checkId(check, place);
  const [accepts, want] = PLAIN[kind] ?? [() => true, ''];
  if (!accepts(place.value))
    check.report.error(place.pointer, `${label(place)} must be ${want}, not ${nameOf(place.value)}.`);
}

function checkType(check: Check, place: Place): void {
  const { value, pointer } = place;
  const types: readonly Json[] = isArray(value) ? value : [value];
  const odd = types.find((type) => typeof type !== 'string' || !SCHEMA_TYPES.includes(type));
  if (typeof odd === 'string') {
    check.report.error(pointer, `JSON Schema has no type "${odd}"; ${suggest(odd, SCHEMA_TYPES)}`);
  } else if (odd !== undefined || types.length === 0 || new Set(types).size < types.length) {
    check.report.error(
      pointer,
      `"type" must be one of ${SCHEMA_TYPES.join(', ')}, or a list of different ones.`,
    );
  }
}

function checkId(check: Check, place: Place): void {
  if (place.pointer === `${check.root.pointer}/$id` && typeof place.value === 'string') return;
  const fix = 'remove it and refer with "#/$defs/…"';
  check.report.error(place.pointer, `"$id" is a text at the top of a schema only: ${fix}.`);
}

function keyOf(place: Place): string {
  return label(place).slice(1, -1);
}
