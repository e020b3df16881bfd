import type { Json } from '@baton/core';
import { z } from 'zod';
import type { ConfigProblem, ParsedConfig } from '../adapter.ts';
import { toConfigProblems, unusableValues } from '../config-problems.ts';

/** Checks a config by its schema; every problem is reported at once, one per place. Never throws. */
export function parseBySchema<Schema extends z.ZodType>(
  schema: Schema,
  config: Json,
): ParsedConfig<z.output<Schema>> {
  const unusable = unusableValues(config);
  if (unusable.tooDeep) return { ok: false, problems: unusable.problems };
  const named = new Set(unusable.problems.map(({ pointer }) => pointer));
  const checked = schema.safeParse(config);
  const others = checked.success ? [] : toConfigProblems(checked.error);
  const problems: ConfigProblem[] = [
    ...unusable.problems,
    ...others.filter(({ pointer }) => !named.has(pointer)),
  ];
  if (!checked.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: checked.data };
}

/** An absolute http(s) URL without credentials, query or fragment; slashes at its end are taken off. */
export function urlField(what: string): z.ZodType<string, string> {
  return z
    .string(`Give ${what}.`)
    .superRefine((text, context) => {
      const message = urlProblem(text);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .transform((text) => text.replace(/\/+$/, ''));
}

function urlProblem(text: string): string | null {
  const url = URL.parse(text);
  if (url === null) return 'This is not an absolute URL.';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'Use an http or https URL.';
  if (url.username !== '' || url.password !== '')
    return 'Leave credentials out of the URL; they have a field.';
  return url.search === '' && url.hash === ''
    ? null
    : 'Leave out query and fragment: paths are put after this URL.';
}

/** A text that is sent as it is written, mostly a secret by reference. */
export function textField(what: string): z.ZodString {
  return z
    .string(`Give ${what}.`)
    .min(1, `Give ${what}.`)
    .regex(
      /^(?:(?!\$\{)[^\r\n])*$/,
      'Expressions are not evaluated here: give the text, or "$secrets.name".',
    );
}
