import { JqError } from '../errors.ts';
import { writeKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { readEscape } from '../syntax/escapes.ts';
import { maxValueDepth } from './text.ts';

type Container = Json[] | JsonObject;

/** How far a text has been read. */
interface Reader {
  readonly text: string;
  offset: number;
}

/** Parses one JSON text, without recursion; `nan` is a number. Throws `JqError` that says where the text is wrong. */
export function parseJson(text: string): Json {
  const reader: Reader = { text, offset: 0 };
  const stack: Container[] = [];
  const keys: string[] = [];
  for (;;) {
    let value = begin(reader, stack);
    const opened = stack.at(-1);
    if (value === undefined && opened !== undefined) {
      if (!closes(reader, opened)) {
        if (!Array.isArray(opened)) keys.push(readKey(reader));
        continue;
      }
      value = stack.pop();
    }
    for (;;) {
      const top = stack.at(-1);
      if (top === undefined) return finish(reader, value ?? null);
      if (Array.isArray(top)) top.push(value ?? null);
      else writeKey(top, keys.pop() ?? '', value ?? null);
      if (continues(reader, top)) {
        if (!Array.isArray(top)) keys.push(readKey(reader));
        break;
      }
      value = stack.pop();
    }
  }
}

/** The next character that is no white space; empty at the end. */
function skip(reader: Reader): string {
  while (reader.offset < reader.text.length && ' \t\r\n\ufeff'.includes(reader.text[reader.offset] ?? '')) {
    reader.offset += 1;
  }
  return reader.text[reader.offset] ?? '';
}

function fail({ text, offset }: Reader, message: string): never {
  // jq notices a mistake when it has taken the character after it.
  const at = Math.min(offset + 1, text.length);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1);
  const end = offset >= text.length ? ' at EOF' : '';
  throw new JqError(`${message}${end} at line ${line}, column ${column} (while parsing '${shown(text)}')`);
}

function shown(text: string): string {
  return text.length > 256 ? `${text.slice(0, 256)}...` : text;
}

/** Reads a scalar, or opens a container onto the stack and gives `undefined`. */
function begin(reader: Reader, stack: Container[]): Json | undefined {
  const char = skip(reader);
  if (char === '') return fail(reader, stack.length === 0 ? 'Expected JSON value' : 'Unfinished JSON term');
  if (char === '[' || char === '{') {
    reader.offset += 1;
    if (stack.length >= maxValueDepth) fail(reader, 'Exceeds depth limit for parsing');
    stack.push(char === '[' ? [] : {});
    return undefined;
  }
  return char === '"' ? readString(reader) : readWord(reader);
}

function readString(reader: Reader): string {
  const { text } = reader;
  reader.offset += 1;
  let out = '';
  for (;;) {
    const from = reader.offset;
    while (reader.offset < text.length && text[reader.offset] !== '"' && text[reader.offset] !== '\\')
      reader.offset += 1;
    const plain = text.slice(from, reader.offset);
    if (/[\0-\x1f]/.test(plain)) return fail(reader, 'A control character in a string must be escaped');
    out += plain;
    if (reader.offset >= text.length) return fail(reader, 'Unfinished string');
    if (text[reader.offset] === '"') break;
    const escape = readEscape(text, reader.offset);
    if (escape === null) return fail(reader, 'Invalid escape');
    out += escape.text;
    reader.offset = escape.end;
  }
  reader.offset += 1;
  return out;
}

function readWord(reader: Reader): Json {
  const from = reader.offset;
  while (/[^\s[\]{}:,"]/.test(reader.text[reader.offset] ?? ' ')) reader.offset += 1;
  const word = reader.text.slice(from, reader.offset);
  if (word === 'null') return null;
  if (word === 'true' || word === 'false') return word === 'true';
  if (/^[+-]?nan$/i.test(word)) return Number.NaN;
  if (/^[+-]?infinity$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word)) return Number(word);
  if (word === '') return fail(reader, `Unmatched or unexpected '${reader.text[from] ?? ''}'`);
  if (word.startsWith("'")) return fail(reader, 'Invalid string literal; expected ", but got \'');
  return fail(
    reader,
    /^[tfn]/.test(word) && !/\d/.test(word) ? 'Invalid literal' : 'Invalid numeric literal',
  );
}

/** Takes the end of an empty container. */
function closes(reader: Reader, container: Container): boolean {
  if (skip(reader) !== (Array.isArray(container) ? ']' : '}')) return false;
  reader.offset += 1;
  return true;
}

/** Takes a comma (true) or the container's end (false). */
function continues(reader: Reader, container: Container): boolean {
  const char = skip(reader);
  const close = Array.isArray(container) ? ']' : '}';
  if (char === '') return fail(reader, 'Unfinished JSON term');
  if (char !== ',' && char !== close) return fail(reader, 'Expected separator between values');
  reader.offset += 1;
  if (char === ',' && skip(reader) === close) {
    return fail(reader, `Expected another ${close === ']' ? 'array element' : 'key-value pair'}`);
  }
  return char === ',';
}

function readKey(reader: Reader): string {
  const char = skip(reader);
  if (char !== '"') {
    if (char !== '' && !'[]{}:,'.includes(char)) readWord(reader);
    fail(reader, 'Object keys must be strings');
  }
  const key = readString(reader);
  if (skip(reader) !== ':') fail(reader, 'Objects must consist of key:value pairs');
  reader.offset += 1;
  return key;
}

function finish(reader: Reader, value: Json): Json {
  if (skip(reader) !== '') {
    throw new JqError(`Unexpected extra JSON values (while parsing '${shown(reader.text)}')`);
  }
  return value;
}
