import { isObject, type Json } from '@baton/core';
import type { z } from 'zod';
import type { ConfigProblem } from './adapter.ts';
import { readSecrets } from './secrets.ts';
import { childPointer } from './template.ts';

/** Deepest nesting of a config. */
const MAX_DEPTH = 32;

/** A config's problems from its schema, one per place; unknown keys are named one by one. */
export function toConfigProblems(error: z.ZodError): ConfigProblem[] {
  return error.issues.flatMap((issue) => {
    const pointer = issue.path.reduce<string>((above, key) => childPointer(above, String(key)), '');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: childPointer(pointer, key),
        message: 'This key is unknown here.',
      }));
    }
    // A key that its record refuses: the reason lies one level down.
    const message =
      issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    return [{ pointer, message }];
  });
}

/** What {@link unusableValues} found. */
export interface Unusable {
  /** Nothing else of the config may be looked at. */
  readonly tooDeep: boolean;
  readonly problems: readonly ConfigProblem[];
}

/** What no adapter can use, wherever it stands: nesting without end, and mentions of secrets that name none. */
export function unusableValues(config: Json): Unusable {
  // A list of what is left to visit instead of recursion: the nesting comes from outside.
  const open: { readonly value: Json; readonly pointer: string; readonly depth: number }[] = [
    { value: config, pointer: '', depth: 0 },
  ];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, pointer, depth } = at;
    if (depth > MAX_DEPTH) {
      const message = `The config is nested deeper than ${MAX_DEPTH} levels.`;
      return { tooDeep: true, problems: [{ pointer: '', message }] };
    }
    for (const [key, child] of entriesOf(value)) {
      open.push({ value: child, pointer: childPointer(pointer, key), depth: depth + 1 });
    }
  }
  return { tooDeep: false, problems: readSecrets(config).problems };
}

function entriesOf(value: Json): readonly (readonly [string, Json])[] {
  if (Array.isArray(value)) return value.map((item: Json, index) => [String(index), item] as const);
  return isObject(value) ? Object.entries(value) : [];
}
