import type { DataHook } from '../definition/definition.ts';
import { failure } from '../failure.ts';
import type { Json } from '../json.ts';
import { TaskFault, type Sight } from './expressions.ts';
import type { Turn } from './turn.ts';

/** Largest value that may flow between tasks, in bytes of JSON. */
export const MAX_VALUE_BYTES = 1024 * 1024;

/** Largest state of a run, in bytes of JSON. */
export const MAX_STATE_BYTES = 8 * 1024 * 1024;

/** Checks a value against the schema of a hook, when it has one. */
export function checkSchema(turn: Turn, hook: DataHook, checked: { value: Json; what: string }): void {
  if (hook.schema === undefined) return;
  const errors = turn.run.params.validateSchema(hook.schema, checked.value);
  if (errors.length === 0) return;
  const list = errors
    .slice(0, 10)
    .map((error) => `${error.pointer === '' ? 'the value' : error.pointer}: ${error.detail}`);
  throw new TaskFault(
    failure('validation', `The ${checked.what} does not match its schema: ${list.join('; ')}`),
  );
}

/** Values over this make the turn weigh the whole state. */
const LARGE_VALUE_BYTES = 64 * 1024;

/** Applies `from` or `as`, when the hook has it. */
export function applyTransform(turn: Turn, hook: DataHook, sight: Sight): Json {
  const { transform } = hook;
  if (transform === undefined) return sight.input;
  const { evaluator } = turn.run;
  if ('expression' in transform) return evaluator.expression(transform.expression, sight);
  return evaluator.template(transform.template, sight);
}

/** Refuses a value that is larger than a run may carry. */
export function checkSize(turn: Turn, value: Json, what: string): void {
  const bytes = jsonBytes(value, MAX_VALUE_BYTES);
  if (bytes > LARGE_VALUE_BYTES) turn.heavy = true;
  if (bytes <= MAX_VALUE_BYTES) return;
  const detail = `The ${what} is larger than ${MAX_VALUE_BYTES} bytes, the most one value may have; keep large data outside and pass a reference.`;
  throw new TaskFault(failure('runtime', detail));
}

/**
 * Bytes of a value as JSON in UTF-8, estimated from above for escapes; stops counting once past `limit`.
 * Works without recursion, so that a deep value costs no stack.
 */
export function jsonBytes(value: Json, limit: number): number {
  const stack: unknown[] = [value];
  let bytes = 0;
  while (stack.length > 0 && bytes <= limit) {
    const item = stack.pop();
    if (typeof item === 'string') bytes += textBytes(item);
    else if (Array.isArray(item)) {
      bytes += 2 + item.length;
      stack.push(...chunk(item));
    } else if (typeof item === 'object' && item !== null) {
      for (const [key, inner] of Object.entries(item)) {
        bytes += textBytes(key) + 2;
        stack.push(inner);
      }
      bytes += 2;
    } else bytes += String(item).length;
  }
  return bytes;
}

/** An array's items; a long array is counted in pieces so that no call has too many arguments. */
function chunk(items: readonly unknown[]): readonly unknown[] {
  if (items.length <= 10_000) return items;
  const half = items.length >> 1;
  return [items.slice(0, half), items.slice(half)];
}

function textBytes(text: string): number {
  let bytes = 2;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20) bytes += 6;
    else if (code < 0x80) bytes += code === 0x22 || code === 0x5c ? 2 : 1;
    else bytes += code < 0x800 ? 2 : 3;
  }
  return bytes;
}
