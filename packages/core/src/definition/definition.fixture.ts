import type { Json, JsonObject } from '../json.ts';
import type { Task } from './definition.ts';
import { parseDefinition } from './parse-definition.ts';

/** A valid `document` block for tests. */
export const documentBlock = { dsl: '1.0.3', namespace: 'default', name: 'orders', version: '1.0.0' };

/** Problems of a whole document, as `pointer message`. */
export function problemsOfDocument(document: Json): readonly string[] {
  return parseDefinition(document).problems.map(({ pointer, message }) => `${pointer} ${message}`);
}

/** Problems of a definition with one task `t`, pointers relative to it; of others as they are. */
export function problemsOf(task: Json, more: JsonObject = {}): readonly string[] {
  const problems = problemsOfDocument({ document: documentBlock, do: [{ t: task }], ...more });
  return problems.map((problem) => problem.replace(/^\/do\/0\/t/, ''));
}

/** The task `t` of a definition that must be valid. */
export function taskOf(task: Json, more: JsonObject = {}): Task {
  const parsed = parseDefinition({ document: documentBlock, do: [{ t: task }], ...more });
  const found = parsed.definition?.tasks[0]?.task;
  if (found === undefined) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return found;
}
