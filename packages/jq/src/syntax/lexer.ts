import { JqSyntaxError } from '../errors.ts';
import type { Position } from './ast.ts';
import { readEscape } from './escapes.ts';

/** A piece of a string: text as written by its author, or the tokens of an interpolation. */
export type StringPart = string | readonly Token[];

export type Token = { readonly at: Position } & (
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'string'; readonly parts: readonly StringPart[]; readonly text: string }
  | { readonly kind: 'name' | 'field' | 'variable' | 'format' | 'symbol' | 'end'; readonly text: string }
);

type WordKind = 'field' | 'variable' | 'format' | 'name' | 'symbol';

/** Sticky patterns remember where they stopped, so every reader makes its own. */
function createPatterns() {
  const words: readonly (readonly [WordKind, RegExp])[] = [
    ['field', /\.[a-zA-Z_][a-zA-Z_0-9]*/y],
    ['variable', /\$(?:[a-zA-Z_][a-zA-Z_0-9]*::)*[a-zA-Z_][a-zA-Z_0-9]*/y],
    ['format', /@[a-zA-Z0-9_]+/y],
    ['name', /(?:[a-zA-Z_][a-zA-Z_0-9]*::)*[a-zA-Z_][a-zA-Z_0-9]*/y],
    ['symbol', /\?\/\/=|\?\/\/|\/\/=|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\/\/|\.\.|[.[\]{}()|,:;=<>+\-*/%?]/y],
  ];
  return {
    space: /[ \t\r\n]+/y,
    // A backslash before the line's end continues a comment, two of them do not.
    comment: /#(?:[^\\\r\n]|\\(?:\r\n|[^]))*/y,
    number: /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y,
    words,
  };
}

/** Cuts a program into tokens. Throws `JqSyntaxError` at the first character that begins none. */
export function tokenize(source: string): Token[] {
  const scan: Scan = {
    source,
    patterns: createPatterns(),
    lineStarts: findLineStarts(source),
    offset: 0,
    nesting: 0,
  };
  const tokens = readUntil(scan, null);
  tokens.push({ kind: 'end', text: 'end of the program', at: locate(scan.lineStarts, source.length) });
  return tokens;
}

/** How far a source has been read. */
interface Scan {
  readonly source: string;
  readonly patterns: ReturnType<typeof createPatterns>;
  readonly lineStarts: readonly number[];
  offset: number;
  nesting: number;
}

/** How deeply strings may nest inside the interpolations of strings. */
const mostInterpolations = 64;

function fail(scan: Scan, message: string, offset: number = scan.offset): never {
  throw new JqSyntaxError(message, locate(scan.lineStarts, offset));
}

function take(scan: Scan, pattern: RegExp): string | null {
  pattern.lastIndex = scan.offset;
  const text = pattern.exec(scan.source)?.[0];
  if (text === undefined) return null;
  scan.offset += text.length;
  return text;
}

function readString(scan: Scan): StringPart[] {
  const { source } = scan;
  const start = scan.offset;
  scan.offset += 1;
  const parts: StringPart[] = [];
  let text = '';
  for (;;) {
    const char = source[scan.offset];
    if (char === undefined) return fail(scan, 'This string is never closed.', start);
    if (char === '"') break;
    if (char !== '\\') {
      text += char;
      scan.offset += 1;
    } else if (source[scan.offset + 1] === '(') {
      parts.push(text, readInterpolation(scan));
      text = '';
    } else {
      const escape = readEscape(source, scan.offset);
      if (escape === null) return fail(scan, 'This string holds an invalid escape.');
      text += escape.text;
      scan.offset = escape.end;
    }
  }
  scan.offset += 1;
  parts.push(text);
  return parts;
}

function readInterpolation(scan: Scan): Token[] {
  scan.nesting += 1;
  if (scan.nesting > mostInterpolations) fail(scan, 'String interpolations nest too deeply.');
  scan.offset += 2;
  const tokens = readUntil(scan, ')');
  tokens.push({ kind: 'end', text: 'end of the interpolation', at: locate(scan.lineStarts, scan.offset) });
  scan.offset += 1;
  scan.nesting -= 1;
  return tokens;
}

function readToken(scan: Scan): Token {
  const { source, patterns } = scan;
  const start = scan.offset;
  const at = locate(scan.lineStarts, start);
  if (source[start] === '"') {
    const parts = readString(scan);
    return { kind: 'string', parts, text: source.slice(start, scan.offset), at };
  }
  const digits = take(scan, patterns.number);
  if (digits !== null) return { kind: 'number', value: Number(digits), text: digits, at };
  for (const [kind, pattern] of patterns.words) {
    const text = take(scan, pattern);
    if (text !== null) return { kind, text, at };
  }
  return fail(scan, `Unexpected character ${JSON.stringify(source[start])}.`);
}

/** Reads tokens up to a closing parenthesis of an interpolation, or to the end. */
function readUntil(scan: Scan, closing: ')' | null): Token[] {
  const tokens: Token[] = [];
  const start = scan.offset;
  let open = 0;
  for (;;) {
    while (take(scan, scan.patterns.space) !== null || take(scan, scan.patterns.comment) !== null);
    if (scan.offset >= scan.source.length) {
      if (closing === null) return tokens;
      return fail(scan, 'This interpolation is never closed.', start);
    }
    if (closing !== null && open === 0 && scan.source[scan.offset] === closing) return tokens;
    const token = readToken(scan);
    if (token.kind === 'symbol' && token.text === '(') open += 1;
    if (token.kind === 'symbol' && token.text === ')') open -= 1;
    tokens.push(token);
  }
}

function findLineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function locate(lineStarts: readonly number[], offset: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}
