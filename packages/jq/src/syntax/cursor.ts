import { JqSyntaxError } from '../errors.ts';
import type { Node, Position, Shape } from './ast.ts';
import type { StringPart, Token } from './lexer.ts';

/** How deeply a program's text may nest; deeper ones are refused, so that no later pass can exhaust the stack. */
const maxNesting = 300;

/** Walks over tokens and builds nodes. */
export interface Cursor {
  peek(ahead?: number): Token;
  next(): Token;
  /** Tells whether the next token is this symbol or keyword. */
  is(text: string): boolean;
  /** Takes the next token when it is this symbol or keyword. */
  accept(text: string): boolean;
  /** Takes this symbol or keyword, or throws `JqSyntaxError`. */
  expect(text: string): Token;
  fail(message: string, at?: Position): never;
  /** A cursor over the tokens of an interpolation. */
  inside(tokens: readonly Token[]): Cursor;
  /** Guards a recursive call against nesting without end. */
  nested<T>(parse: () => T): T;
}

interface Nesting {
  depth: number;
}

/** Starts a walk over `tokens`, the last of which is an `end`. */
export function createCursor(tokens: readonly Token[], nesting: Nesting = { depth: 0 }): Cursor {
  const end: Token = tokens.at(-1) ?? { kind: 'end', text: 'end of the program', at: { line: 1, column: 1 } };
  let index = 0;
  const peek = (ahead = 0): Token => tokens[index + ahead] ?? end;
  const fail = (message: string, at: Position = peek().at): never => {
    throw new JqSyntaxError(message, at);
  };
  const is = (text: string): boolean => {
    const token = peek();
    return (token.kind === 'symbol' || token.kind === 'name') && token.text === text;
  };
  const next = (): Token => {
    const token = peek();
    if (token.kind !== 'end') index += 1;
    return token;
  };
  return {
    peek,
    next,
    is,
    accept: (text) => is(text) && next() === peek(-1),
    expect: (text) => (is(text) ? next() : fail(`Unexpected ${describe(peek())}, expecting "${text}".`)),
    fail,
    inside: (inner) => createCursor(inner, nesting),
    nested(parse) {
      nesting.depth += 1;
      if (nesting.depth > maxNesting) fail(`The program nests more than ${maxNesting} levels deep.`);
      const result = parse();
      nesting.depth -= 1;
      return result;
    },
  };
}

/** How a message names a token. */
export function describe(token: Token): string {
  return token.kind === 'end' ? token.text : JSON.stringify(token.text).replace(/^"\\"|\\""$/g, '"');
}

/** Builds a node; its height is one more than that of its highest child. */
export function node(at: Position, shape: Shape, children: readonly (Node | null)[] = []): Node {
  let height = 0;
  for (const child of children) if (child !== null && child.height > height) height = child.height;
  if (height >= maxNesting) {
    throw new JqSyntaxError(`The program nests more than ${maxNesting} levels deep.`, at);
  }
  return { ...shape, at, height: height + 1 };
}

/** The text of a string without interpolations, else `null`. */
export function plainText(parts: readonly StringPart[]): string | null {
  const [only] = parts;
  return parts.length === 1 && typeof only === 'string' ? only : null;
}
