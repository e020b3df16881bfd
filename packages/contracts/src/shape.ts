import type { z } from 'zod';

/** One thing wrong with the shape of a value. */
export interface ShapeProblem {
  /** Keys and indexes to the place; of an unknown member, with its key. */
  readonly path: readonly PropertyKey[];
  /** A sentence that names the limit. */
  readonly detail: string;
}

/** A value of the wanted shape, or everything that is wrong with it. */
export type Shaped<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly ShapeProblem[] };

/** What the members of the value are called in sentences. */
export type MemberNoun = 'field' | 'query parameter';

/** Checks what came from outside against a schema; unknown members are named one by one. */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  noun: MemberNoun = 'field',
): Shaped<z.output<Schema>> {
  // Sentences of the schema itself come first; the table only speaks where it has none.
  const result = schema.safeParse(value, { error: (issue) => sentenceOf(issue, noun) });
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...issue.path, key],
          detail: `The ${noun} "${key.slice(0, MOST_OF_KEY).toWellFormed()}" is unknown here.`,
        }))
      : [{ path: issue.path, detail: issue.message }],
  );
  return { ok: false, problems };
}

const MOST_OF_KEY = 100;

const OTHER_FORM = 'This has another form than expected.';

/** Every sentence about a shape, by what is wrong. */
function sentenceOf(issue: z.core.$ZodRawIssue, noun: MemberNoun): string {
  if (issue.input === undefined && issue.code !== 'invalid_key') return `This ${noun} is missing.`;
  switch (issue.code) {
    case 'invalid_type':
      return mustBe(issue.expected, issue.input);
    case 'custom':
      return typeof issue.params?.['expected'] === 'string'
        ? mustBe(issue.params['expected'], issue.input)
        : OTHER_FORM;
    case 'invalid_value':
      return issue.values.length === 1
        ? `This must be ${JSON.stringify(issue.values[0])}.`
        : `This must be one of ${issue.values.join(', ')}.`;
    case 'too_big':
      return limit(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'too_small':
      return limit(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'invalid_key':
      // The reason lies one level down, and is about the key.
      return (issue.issues[0]?.message ?? 'The key is not allowed.').replace(/^This /, 'The key ');
    default:
      return OTHER_FORM;
  }
}

/** What schemas expect, in words; anything else is told by its own name. */
const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  schema: 'a JSON Schema (an object or a boolean)',
};

function mustBe(expected: string, input: unknown): string {
  // Only numbers come so far.
  if (expected === 'int') return 'This must be a whole number.';
  return `This must be ${EXPECTED[expected] ?? expected}, not ${kindOf(input)}.`;
}

function kindOf(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  const kind = typeof input;
  return kind === 'boolean' ? 'a boolean' : (EXPECTED[kind] ?? kind);
}

/** What lengths are counted in; anything else is a number. */
const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

function limit(origin: string, words: string, bound: number | bigint): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `This must be ${words} ${bound}.`;
  if (words === 'at least' && bound === 1) return 'This must not be empty.';
  return `This must have ${words} ${bound} ${unit}${bound === 1 ? '' : 's'}.`;
}
