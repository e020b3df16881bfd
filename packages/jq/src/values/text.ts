import type { Meter } from '../engine/meter.ts';
import { isObject, readKey, typeName } from '../json.ts';
import type { Json } from '../json.ts';

/** jq's own bound on the nesting of values it writes, reads and compares. */
export const maxValueDepth = 10_000;

/** Writes a number as jq does: shortest digits, `1e+17` from 17 digits of magnitude, NaN as `null`. */
function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (!Number.isFinite(value)) return value > 0 ? '1.7976931348623157e+308' : '-1.7976931348623157e+308';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace('.', '');
  const point = Number(power) + 1;
  if (point <= -4 || point > digits.length + 15) return sign + exponential(digits, point - 1);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function exponential(digits: string, power: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${digits[0] ?? '0'}${fraction}e${power < 0 ? '-' : '+'}${size}`;
}

/** Writes a string with its quotes and escapes. */
function quote(text: string): string {
  const quoted = JSON.stringify(text.toWellFormed());
  return quoted.includes('\u007f') ? quoted.replaceAll('\u007f', '\\u007f') : quoted;
}

interface OpenContainer {
  readonly value: Json;
  readonly keys: readonly string[] | null;
  readonly size: number;
  next: number;
}

function open(value: Json): OpenContainer | null {
  if (Array.isArray(value)) return { value, keys: null, size: value.length, next: 0 };
  if (!isObject(value)) return null;
  const keys = Object.keys(value);
  return { value, keys, size: keys.length, next: 0 };
}

function scalarText(value: Json): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return formatNumber(value);
  return value === true ? 'true' : value === false ? 'false' : 'null';
}

/** Writes a value as compact JSON text, without recursion. Parts nested too deeply are marked and left out. */
export function toText(meter: Meter, root: Json): string {
  const text = writeText(root, (length) => {
    meter.chargeMembers(membersPerWrite);
    if (length > meter.limits.stringLength) meter.chargeText(length);
  });
  meter.chargeText(text.length);
  return text;
}

/** Writing a member takes as long as copying this many. */
const membersPerWrite = 8;

/** A text in the making. It is joined now and then, as a rope of many small pieces takes many times its length. */
interface Pieces {
  readonly whole: string[];
  readonly recent: string[];
  length: number;
}

const mostRecent = 1024;

function add(pieces: Pieces, text: string): void {
  pieces.length += text.length;
  if (pieces.recent.push(text) >= mostRecent) pieces.whole.push(pieces.recent.splice(0).join(''));
}

/** `grows` is called with the length of the text before each member, and throws to stop the writing. */
function writeText(root: Json, grows: (length: number) => void): string {
  const first = open(root);
  if (first === null) return scalarText(root);
  const stack = [first];
  const pieces: Pieces = { whole: [], recent: [], length: 0 };
  add(pieces, first.keys === null ? '[' : '{');
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.next >= top.size) {
      add(pieces, top.keys === null ? ']' : '}');
      stack.pop();
      continue;
    }
    grows(pieces.length);
    const index = top.next;
    top.next += 1;
    if (index > 0) add(pieces, ',');
    const child = childAt(top, index);
    if (top.keys !== null) add(pieces, `${quote(top.keys[index] ?? '')}:`);
    const inner = open(child);
    if (inner === null) add(pieces, scalarText(child));
    else if (stack.length > maxValueDepth) add(pieces, '"<skipped: too deep>"');
    else {
      add(pieces, inner.keys === null ? '[' : '{');
      stack.push(inner);
    }
  }
  return [...pieces.whole, ...pieces.recent].join('');
}

function childAt(container: OpenContainer, index: number): Json {
  if (Array.isArray(container.value)) return container.value[index] ?? null;
  const key = container.keys?.[index];
  return key !== undefined && isObject(container.value) ? readKey(container.value, key) : null;
}

const longestQuoted = 29;

/** How an error message shows a value: its type and, shortened, its text. */
export function describeValue(value: Json): string {
  return `${typeName(value)} (${excerpt(value)})`;
}

/** Keeps only as many members and levels as can show in a message. */
function shallow(value: Json, depth: number): Json {
  if (typeof value === 'string') return value.length > 64 ? value.slice(0, 64) : value;
  if (Array.isArray(value))
    return depth > 32 ? [] : value.slice(0, 32).map((item) => shallow(item, depth + 1));
  if (!isObject(value)) return value;
  const keys = depth > 32 ? [] : Object.keys(value).slice(0, 32);
  return Object.fromEntries(keys.map((key) => [key.slice(0, 64), shallow(readKey(value, key), depth + 1)]));
}

function shorten(text: string): string {
  const encoded = utf8Length(text);
  if (encoded <= longestQuoted) return text;
  const close = { '"': '"', '[': ']', '{': '}' }[text[0] ?? ''] ?? '';
  let room = longestQuoted - 3 - close.length;
  let kept = '';
  for (const char of text) {
    room -= utf8Length(char);
    if (room < 0) break;
    kept += char;
  }
  return `${kept}...${close}`;
}

/** The length of a string in UTF-8 bytes. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit <= 0xdbff && index + 1 < text.length) {
      bytes += 4;
      index += 1;
    } else bytes += 3;
  }
  return bytes;
}

/** How an error message quotes a value: its text, shortened. */
export function excerpt(value: Json): string {
  return shorten(writeText(shallow(value, 0), () => {}));
}
