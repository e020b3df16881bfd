import { checkShape } from '@baton/contracts';
import type { z } from 'zod';
import { malformed } from './refusals.ts';
import { textProblem } from './storable.ts';

/** Reads and checks the query of a URL; repeated parameters become lists. Throws 400 that names each parameter. */
export function parseQuery<Schema extends z.ZodObject>(url: string, schema: Schema): z.output<Schema> {
  const shaped = checkShape(schema, queryOf(url), 'query parameter');
  if (shaped.ok) return shaped.value;
  const errors = shaped.problems.map(({ path, detail }) => ({
    pointer: '',
    detail,
    parameter: String(path[0] ?? ''),
  }));
  throw malformed('The query has another shape than expected.', errors);
}

function queryOf(url: string): Readonly<Record<string, string | readonly string[]>> {
  const at = url.indexOf('?');
  const search = new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
  const names = [...new Set(search.keys())];
  return Object.fromEntries(
    names.map((parameter) => {
      const values = search.getAll(parameter);
      const wrong = values.map((value) => textProblem(value, 'The value')).find((detail) => detail !== null);
      if (wrong !== undefined) throw malformed(wrong, [{ pointer: '', detail: wrong, parameter }]);
      return [parameter, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
