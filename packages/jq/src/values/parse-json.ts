import { JqError } from '../errors.ts';
import { isObject, writeKey } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { readEscape } from '../syntax/escapes.ts';
import { maxValueDepth } from './text.ts';

/** Parses one JSON text, without recursion; `nan` is a number. Throws `JqError` that says where the text is wrong. */
export function parseJson(text: string): Json {
  const reader = createReader(text);
  const stack: (Json[] | JsonObject)[] = [];
  const keys: string[] = [];
  for (;;) {
    let value: Json | undefined = reader.begin(stack);
    if (value === undefined) {
      const top = stack.at(-1);
      if (isFresh(top) && reader.closes(top)) value = stack.pop() ?? null;
      else {
        if (isObject(top ?? null)) keys.push(reader.key());
        continue;
      }
    }
    for (;;) {
      const top = stack.at(-1);
      if (top === undefined) return reader.finish(value);
      if (Array.isArray(top)) top.push(value);
      else writeKey(top, keys.pop() ?? '', value);
      if (reader.continues(top)) {
        if (!Array.isArray(top)) keys.push(reader.key());
        break;
      }
      value = stack.pop() ?? null;
    }
  }
}

function isFresh(container: Json[] | JsonObject | undefined): container is Json[] | JsonObject {
  if (container === undefined) return false;
  return Array.isArray(container) ? container.length === 0 : Object.keys(container).length === 0;
}

interface Reader {
  /** Reads a scalar, or opens a container onto the stack and gives `undefined`. */
  begin(stack: (Json[] | JsonObject)[]): Json | undefined;
  /** Takes the end of an empty container. */
  closes(container: Json[] | JsonObject): boolean;
  /** Takes a comma (true) or the container's end (false). */
  continues(container: Json[] | JsonObject): boolean;
  key(): string;
  finish(value: Json): Json;
}

function createReader(text: string): Reader {
  let offset = 0;
  const skip = (): string => {
    while (offset < text.length && ' \t\r\n\ufeff'.includes(text[offset] ?? '')) offset += 1;
    return text[offset] ?? '';
  };
  const fail = (message: string): never => {
    // jq notices a mistake when it has taken the character after it.
    const at = Math.min(offset + 1, text.length);
    const before = text.slice(0, at);
    const line = before.split('\n').length;
    const column = at - (before.lastIndexOf('\n') + 1);
    const end = offset >= text.length ? ' at EOF' : '';
    const shown = text.length > 256 ? `${text.slice(0, 256)}...` : text;
    throw new JqError(`${message}${end} at line ${line}, column ${column} (while parsing '${shown}')`);
  };
  const readString = (): string => {
    offset += 1;
    let out = '';
    for (;;) {
      const from = offset;
      while (offset < text.length && text[offset] !== '"' && text[offset] !== '\\') offset += 1;
      out += text.slice(from, offset);
      if (offset >= text.length) return fail('Unfinished string');
      if (text[offset] === '"') break;
      const escape = readEscape(text, offset);
      if (escape === null) return fail('Invalid escape');
      out += escape.text;
      offset = escape.end;
    }
    offset += 1;
    return out;
  };
  const readWord = (): Json => {
    const from = offset;
    while (offset < text.length && /[^\s[\]{}:,"]/.test(text[offset] ?? '')) offset += 1;
    const word = text.slice(from, offset);
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (/^[+-]?nan$/i.test(word)) return Number.NaN;
    if (/^[+-]?infinity$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word)) return Number(word);
    if (word.startsWith("'")) return fail('Invalid string literal; expected ", but got \'');
    return fail(
      word === ''
        ? 'Unexpected character'
        : /^[tfn]/.test(word) && !/\d/.test(word)
          ? 'Invalid literal'
          : 'Invalid numeric literal',
    );
  };
  return {
    begin(stack) {
      const char = skip();
      if (char === '') return fail(stack.length === 0 ? 'Expected JSON value' : 'Unfinished JSON term');
      if (char === '[' || char === '{') {
        offset += 1;
        if (stack.length >= maxValueDepth) fail('Exceeds depth limit for parsing');
        stack.push(char === '[' ? [] : {});
        return undefined;
      }
      return char === '"' ? readString() : readWord();
    },
    closes(container) {
      if (skip() !== (Array.isArray(container) ? ']' : '}')) return false;
      offset += 1;
      return true;
    },
    continues(container) {
      const char = skip();
      const close = Array.isArray(container) ? ']' : '}';
      if (char === '') return fail('Unfinished JSON term');
      if (char !== ',' && char !== close) return fail('Expected separator between values');
      offset += 1;
      if (char === ',' && skip() === close)
        return fail(`Expected another ${close === ']' ? 'array element' : 'key-value pair'}`);
      return char === ',';
    },
    key() {
      if (skip() !== '"') {
        if (/[^[\]{}:,]/.test(text[offset] ?? '[')) readWord();
        fail('Object keys must be strings');
      }
      const key = readString();
      if (skip() !== ':') fail('Expected separator between values');
      offset += 1;
      return key;
    },
    finish(value) {
      if (skip() !== '')
        throw new JqError(`Unexpected extra JSON values (while parsing '${text.slice(0, 256)}')`);
      return value;
    },
  };
}
