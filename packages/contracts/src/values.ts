import {
  isName,
  isObject,
  isVersion,
  isVersionRange,
  parseIsoDuration,
  STATUSES,
  type Json,
  type JsonObject,
} from '@baton/core';
import { z } from 'zod';

/** Any JSON value; `null` counts, absence does not. */
export const jsonValue = z
  .custom<Json>((value) => value !== undefined)
  .meta({
    description: 'Any JSON value.',
  });

/** A JSON object with whatever members. */
export const jsonObject = z
  .custom<JsonObject>((value) => isObject(value), { params: { expected: 'object' } })
  .meta({ type: 'object', description: 'A JSON object.' });

/** A JSON Schema: an object or a boolean. */
export const jsonSchema = z
  .custom<JsonObject | boolean>((value) => typeof value === 'boolean' || isObject(value), {
    params: { expected: 'schema' },
  })
  .meta({ type: ['object', 'boolean'], description: 'A JSON Schema (2020-12).' });

/** A name of the language: 1 to 63 letters, digits and inner hyphens. */
export const name = z
  .string()
  .refine(isName, 'A name has 1 to 63 letters, digits and inner hyphens.')
  .meta({ pattern: '^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$', maxLength: 63 });

/** A semantic version of at most 64 characters. */
export const version = z
  .string()
  .refine(isVersion, 'A version is a semantic version such as 1.0.0.')
  .meta({ description: 'A semantic version.', examples: ['1.0.0'], maxLength: 64 });

/** A version or a range of versions (`2`, `^1.2`, `~1.2.3`). */
export const versionRange = z
  .string()
  .refine(isVersionRange, 'A version is a semantic version or a range such as 2, ^1.2 or ~1.2.3.')
  .meta({ description: 'A semantic version, or a range such as `2`, `^1.2` or `~1.2.3`.', maxLength: 64 });

/** The id of a run or a human task. */
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'An id is a UUID in lower case.')
  .meta({ format: 'uuid' });

/** An ISO 8601 duration without years and months. */
export const duration = z
  .string()
  .refine((text) => parseIsoDuration(text) !== null, {
    error: 'A duration is written as in ISO 8601, such as PT30S or P1D.',
    abort: true,
  })
  .meta({ format: 'duration', examples: ['PT5M'] });

/** A duration of more than nothing and at most a number of milliseconds. */
export function durationUpTo(maxMs: number, words: string): typeof duration {
  return duration.refine((text) => {
    const ms = parseIsoDuration(text);
    return ms !== null && ms > 0 && ms <= maxMs;
  }, `The duration must be longer than nothing and at most ${words}.`);
}

/** An instant, RFC 3339. */
export const instant = z.iso
  .datetime({ offset: true, error: 'An instant is written as in RFC 3339, such as 2026-01-31T12:00:00Z.' })
  .meta({ format: 'date-time' });

/** An instant of a query, of the years 1 to 9999, as UTC with milliseconds. */
export const instantFilter = z.iso
  .datetime({ offset: true, error: 'An instant is written as in RFC 3339, such as 2026-01-31T12:00:00Z.' })
  .transform((text, context) => {
    const ms = Date.parse(text);
    const utc = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
    if (/^(?!0000)\d{4}-/.test(utc)) return utc;
    context.addIssue({ code: 'custom', message: 'The instant must lie in the years 1 to 9999 (UTC).' });
    return z.NEVER;
  })
  .meta({ format: 'date-time' });

/** Free words on a thing: at most 32 keys of 64 characters, values of 256. */
export const tags = z
  .record(
    z
      .string()
      .min(1)
      .max(64)
      .regex(/^[^:]+$/, 'The key of a tag has no colon.'),
    z.string().max(256),
  )
  .refine((value) => Object.keys(value).length <= 32, 'There may be at most 32 tags.')
  .meta({ description: 'An object of strings: at most 32 keys of 64 characters, values of 256.' });

/** Status of a run. */
export const runStatus = z.enum(STATUSES).meta({ id: 'RunStatus' });

/** A value that may be given once or several times, or as one text with commas. */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodPreprocess<z.ZodArray<Item>> {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',') : value),
    z.array(item).min(1).max(20),
  );
}

/** A whole number written in a query. */
export function integerText(min: number, max: number): z.ZodPreprocess<z.ZodInt> {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int(`This must be a whole number from ${min} to ${max}.`).min(min).max(max),
  );
}

/** `limit` and `cursor` of every list. */
export const pageQuery = {
  limit: integerText(1, 200).default(50).meta({ description: 'How many items at most.' }),
  cursor: z.string().max(1024).exactOptional().meta({ description: '`nextCursor` of the page before.' }),
};

/** A page of a list, newest first. */
export function pageOf<Item extends z.ZodType>(item: Item, id: string): PageSchema<Item> {
  return z
    .strictObject({
      items: z.array(item).readonly(),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: '`cursor` of the next page; null on the last one.' }),
    })
    .meta({ id });
}

type PageSchema<Item extends z.ZodType> = z.ZodObject<
  { items: z.ZodReadonly<z.ZodArray<Item>>; nextCursor: z.ZodNullable<z.ZodString> },
  z.core.$strict
>;

/** A page of a list on the wire, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
