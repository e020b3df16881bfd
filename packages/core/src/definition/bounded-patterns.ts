import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { Schema } from './definition.ts';
import { LONGEST_PATTERN_SUBJECT } from './pattern.ts';
import { KEYWORDS } from './schema-keywords.ts';

const PATTERN_SENTENCE = `The text does not match the pattern, or has more than the ${LONGEST_PATTERN_SUBJECT} characters that are matched against one.`;

/** Anchored, so that a text that is too long fails at once and not from every place in it. */
const BOUND = `^(?=[^]{0,${LONGEST_PATTERN_SUBJECT}}$)[^]*?(?:`;

/**
 * The same schema, whose patterns match no text of more than {@link LONGEST_PATTERN_SUBJECT} characters: longer ones would
 * need more steps than a validator, which cannot be stopped inside a match, should take.
 */
export function boundPatterns(schema: Schema): Schema {
  if (typeof schema === 'boolean') return schema;
  return mapped(schema, (member, key) => boundMember(KEYWORDS[key], member));
}

/** What a validator's sentence on a keyword means where patterns are bounded: with patterns as their author wrote them. */
export function boundedSentence(keyword: string, sentence: string): string {
  if (keyword === 'pattern') return PATTERN_SENTENCE;
  return sentence.replaceAll(/"\^\(\?=\[\^\]\{0,\d+\}\$\)\[\^\]\*\?\(\?:(.*?)\)"/g, '"$1"');
}

function boundMember(kind: string | undefined, member: Json): Json {
  if (kind === 'pattern') return typeof member === 'string' ? `${BOUND}${member})` : member;
  if (kind === 'schema') return boundAny(member);
  if (kind === 'schemas') return isArray(member) ? member.map(boundAny) : member;
  if (!isObject(member) || (kind !== 'map' && kind !== 'patternMap')) return member;
  const inner = mapped(member, boundAny);
  if (kind === 'map') return inner;
  return Object.fromEntries(Object.entries(inner).map(([pattern, one]) => [`${BOUND}${pattern})`, one]));
}

function boundAny(member: Json): Json {
  return typeof member === 'boolean' || isObject(member) ? boundPatterns(member) : member;
}

/** Own members only, `__proto__` among them. */
function mapped(object: JsonObject, change: (member: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, change(member, key)]));
}
