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
  const list = mismatches(turn, hook, checked.value);
  if (list.length === 0) return;
  throw new TaskFault(
    failure('validation', `The ${checked.what} does not match its schema: ${list.join('; ')}`),
  );
}

/** How a value differs from the schema of a hook: the first few differences, a sentence each; none without a schema. */
export function mismatches(turn: Turn, { schema }: DataHook, value: Json): readonly string[] {
  if (schema === undefined) return [];
  return turn.run.params
    .validateSchema(schema, value)
    .slice(0, 10)
    .map((error) => `${error.pointer === '' ? 'the value' : error.pointer}: ${error.detail}`);
}

/** Values over this make the turn weigh the whole state. */
export const LARGE_VALUE_BYTES = 16 * 1024;

/** Sizes over this are not counted to the end. */
export const MOST_COUNTED_BYTES = 64 * 1024 * 1024;

/** Applies `from` or `as`, when the hook has it. */
export function applyTransform(turn: Turn, hook: DataHook, sight: Sight): Json {
  const { transform } = hook;
  if (transform === undefined) return sight.input;
  const { evaluator } = turn.run;
  if ('expression' in transform) return evaluator.expression(transform.expression, sight);
  return evaluator.template(transform.template, sight);
}

/** Refuses a value that is larger than a run may carry. */
export function checkSize(turn: Turn, value: unknown, what: string): void {
  const bytes = jsonBytes(value, MOST_COUNTED_BYTES);
  if (bytes > LARGE_VALUE_BYTES) turn.heavy = true;
  if (bytes <= MAX_VALUE_BYTES) return;
  const detail = `The ${what} has ${sizeText(bytes)} as JSON; one value may have at most ${MAX_VALUE_BYTES}. Keep large data outside and pass a reference.`;
  throw new TaskFault(failure('runtime', detail));
}

/** A size for a message. */
export function sizeText(bytes: number): string {
  return bytes > MOST_COUNTED_BYTES ? `more than ${MOST_COUNTED_BYTES} bytes` : `${bytes} bytes`;
}

/**
 * Bytes of a value as JSON in UTF-8; stops counting once past `limit`.
 * Works without recursion, so that a deep value costs no stack.
 */
export function jsonBytes(value: unknown, limit: number): number {
  const stack: unknown[] = [value];
  let bytes = 0;
  while (stack.length > 0 && bytes <= limit) {
    const item = stack.pop();
    if (typeof item === 'string') bytes += textBytes(item);
    else if (typeof item !== 'object' || item === null) bytes += String(item).length;
    else bytes += containerBytes(item, stack);
  }
  return bytes;
}

/** The brackets, commas and keys of an array or object; its members go onto the stack. */
function containerBytes(item: object, stack: unknown[]): number {
  const keys = Array.isArray(item) ? 0 : Object.keys(item).reduce((sum, key) => sum + textBytes(key) + 1, 0);
  const members = Object.values(item);
  for (const member of members) stack.push(member);
  return 2 + Math.max(0, members.length - 1) + keys;
}

function textBytes(text: string): number {
  const json = JSON.stringify(text);
  if (!/[^ -~]/.test(json)) return json.length;
  let bytes = 0;
  for (let i = 0; i < json.length; i += 1) bytes += unitBytes(json.charCodeAt(i));
  return bytes;
}

/** Bytes of a UTF-16 unit. JSON leaves whole surrogate pairs only, of four bytes together. */
function unitBytes(unit: number): number {
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
}
