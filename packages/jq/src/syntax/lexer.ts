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
  const reader = createReader(source);
  const tokens = reader.tokensUntil(null);
  tokens.push({ kind: 'end', text: 'end of the program', at: reader.position(source.length) });
  return tokens;
}

interface Reader {
  tokensUntil(closing: ')' | null): Token[];
  position(offset: number): Position;
}

function createReader(source: string): Reader {
  const lineStarts = findLineStarts(source);
  const patterns = createPatterns();
  const position = (offset: number): Position => locate(lineStarts, offset);
  let offset = 0;
  let nesting = 0;

  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = offset;
    const text = pattern.exec(source)?.[0];
    if (text === undefined) return null;
    offset += text.length;
    return text;
  };

  const readString = (): StringPart[] => {
    const start = offset;
    offset += 1;
    const parts: StringPart[] = [];
    let text = '';
    for (;;) {
      const char = source[offset];
      if (char === undefined) throw new JqSyntaxError('This string is never closed.', position(start));
      if (char === '"') break;
      if (char !== '\\') {
        text += char;
        offset += 1;
      } else if (source[offset + 1] === '(') {
        parts.push(text, readInterpolation());
        text = '';
      } else {
        const escape = readEscape(source, offset);
        if (escape === null)
          throw new JqSyntaxError('This string holds an invalid escape.', position(offset));
        text += escape.text;
        offset = escape.end;
      }
    }
    offset += 1;
    parts.push(text);
    return parts;
  };

  const readInterpolation = (): Token[] => {
    const at = position(offset);
    nesting += 1;
    if (nesting > 64) throw new JqSyntaxError('String interpolations nest too deeply.', at);
    offset += 2;
    const tokens = tokensUntil(')');
    tokens.push({ kind: 'end', text: 'end of the interpolation', at: position(offset) });
    offset += 1;
    nesting -= 1;
    return tokens;
  };

  const readToken = (): Token => {
    const start = offset;
    const at = position(start);
    if (source[offset] === '"') {
      const parts = readString();
      return { kind: 'string', parts, text: source.slice(start, offset), at };
    }
    const digits = take(patterns.number);
    if (digits !== null) return { kind: 'number', value: Number(digits), text: digits, at };
    for (const [kind, pattern] of patterns.words) {
      const text = take(pattern);
      if (text !== null) return { kind, text, at };
    }
    throw new JqSyntaxError(`Unexpected character ${JSON.stringify(source[offset])}.`, at);
  };

  const tokensUntil = (closing: ')' | null): Token[] => {
    const tokens: Token[] = [];
    const start = offset;
    let open = 0;
    for (;;) {
      while (take(patterns.space) !== null || take(patterns.comment) !== null);
      if (offset >= source.length) {
        if (closing === null) return tokens;
        throw new JqSyntaxError('This interpolation is never closed.', position(start));
      }
      if (closing !== null && open === 0 && source[offset] === closing) return tokens;
      const token = readToken();
      if (token.kind === 'symbol' && token.text === '(') open += 1;
      if (token.kind === 'symbol' && token.text === ')') open -= 1;
      tokens.push(token);
    }
  };

  return { tokensUntil, position };
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
