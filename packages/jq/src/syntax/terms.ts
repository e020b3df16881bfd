import type { Node, Position } from './ast.ts';
import { describe, node, plainText } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { parseObject } from './objects.ts';
import { parseExpression, parsePipe } from './parser.ts';
import { parsePatterns } from './patterns.ts';

const keywords: ReadonlySet<string> = new Set(
  'and as catch def elif else end foreach if import include label module or reduce then try'.split(' '),
);

/** Parses a term and what follows it: `.name`, `["key"]`, `[1:2]`, `[]` and `?`. */
export function parsePostfix(cursor: Cursor): Node {
  let term = parseTerm(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token.kind === 'field') {
      cursor.next();
      term = indexBy(term, node(token.at, { kind: 'literal', value: token.text.slice(1) }));
    } else if (cursor.is('?')) {
      cursor.next();
      term = node(term.at, { kind: 'try', body: term, handler: null }, [term]);
    } else if (cursor.is('[')) {
      term = parseBrackets(cursor, term);
    } else if (cursor.is('.') && (cursor.peek(1).kind === 'string' || cursor.peek(1).text === '[')) {
      cursor.next();
      term = cursor.is('[') ? parseBrackets(cursor, term) : indexBy(term, parseString(cursor, null));
    } else {
      return term;
    }
  }
}

function indexBy(target: Node, key: Node): Node {
  return node(target.at, { kind: 'index', target, key }, [target, key]);
}

function parseBrackets(cursor: Cursor, target: Node): Node {
  const { at } = cursor.expect('[');
  if (cursor.accept(']')) return node(target.at, { kind: 'iterate', target }, [target]);
  if (cursor.accept(':')) return finishSlice(cursor, target, null);
  const key = parsePipe(cursor);
  if (cursor.accept(':')) return finishSlice(cursor, target, key);
  cursor.expect(']');
  return node(at, { kind: 'index', target, key }, [target, key]);
}

function finishSlice(cursor: Cursor, target: Node, from: Node | null): Node {
  const to = from !== null && cursor.is(']') ? null : parsePipe(cursor);
  cursor.expect(']');
  return node(target.at, { kind: 'slice', target, from, to }, [target, from, to]);
}

function parseTerm(cursor: Cursor): Node {
  const token = cursor.peek();
  const { at } = token;
  switch (token.kind) {
    case 'number':
      cursor.next();
      return node(at, { kind: 'literal', value: token.value });
    case 'string':
      return parseString(cursor, null);
    case 'format':
      return parseFormat(cursor);
    case 'field':
      cursor.next();
      return indexBy(
        node(at, { kind: 'identity' }),
        node(at, { kind: 'literal', value: token.text.slice(1) }),
      );
    case 'variable':
      cursor.next();
      return node(at, { kind: 'variable', name: token.text.slice(1) });
    case 'name':
      return parseNamed(cursor);
    default:
      return parseSymbol(cursor);
  }
}

function parseFormat(cursor: Cursor): Node {
  const token = cursor.next();
  const name = token.text.slice(1);
  if (cursor.peek().kind === 'string') return parseString(cursor, name);
  return node(token.at, { kind: 'format', name });
}

function parseSymbol(cursor: Cursor): Node {
  const { at } = cursor.peek();
  if (cursor.accept('..')) return node(at, { kind: 'recurse' });
  if (cursor.accept('.')) {
    const identity = node(at, { kind: 'identity' });
    return cursor.peek().kind === 'string' ? indexBy(identity, parseString(cursor, null)) : identity;
  }
  if (cursor.accept('(')) {
    const body = parsePipe(cursor);
    cursor.expect(')');
    return body;
  }
  if (cursor.accept('[')) {
    const body = cursor.is(']') ? null : parsePipe(cursor);
    cursor.expect(']');
    return node(at, { kind: 'array', body }, [body]);
  }
  if (cursor.is('{')) return parseObject(cursor);
  return cursor.fail(`Unexpected ${describe(cursor.peek())}.`);
}

function parseNamed(cursor: Cursor): Node {
  const { at, text } = cursor.peek();
  if (text === 'if') return parseIf(cursor);
  if (text === 'reduce' || text === 'foreach') return parseLoop(cursor, text);
  if (keywords.has(text)) cursor.fail(`Unexpected "${text}".`);
  cursor.next();
  if (text === 'break' && cursor.peek().kind === 'variable') {
    return node(at, { kind: 'break', name: cursor.next().text.slice(1) });
  }
  return parseCall(cursor, text, at);
}

function parseCall(cursor: Cursor, name: string, at: Position): Node {
  if (!cursor.accept('(')) {
    if (name === 'null') return node(at, { kind: 'literal', value: null });
    if (name === 'true' || name === 'false') return node(at, { kind: 'literal', value: name === 'true' });
    return node(at, { kind: 'call', name, args: [] });
  }
  const args = [parsePipe(cursor)];
  while (cursor.accept(';')) args.push(parsePipe(cursor));
  cursor.expect(')');
  return node(at, { kind: 'call', name, args }, args);
}

/** Parses what follows `if` or `elif`; the closing `end` belongs to the first of them. */
function parseIf(cursor: Cursor): Node {
  return cursor.nested(() => {
    const { at } = cursor.next();
    const condition = parsePipe(cursor);
    cursor.expect('then');
    const then = parsePipe(cursor);
    let otherwise: Node | null = null;
    if (cursor.is('elif')) {
      otherwise = parseIf(cursor);
    } else {
      if (cursor.accept('else')) otherwise = parsePipe(cursor);
      cursor.expect('end');
    }
    return node(at, { kind: 'if', condition, then, otherwise }, [condition, then, otherwise]);
  });
}

function parseLoop(cursor: Cursor, kind: 'reduce' | 'foreach'): Node {
  const { at } = cursor.next();
  const source = parseExpression(cursor, 0);
  cursor.expect('as');
  const patterns = parsePatterns(cursor);
  cursor.expect('(');
  const init = parsePipe(cursor);
  cursor.expect(';');
  const update = parsePipe(cursor);
  if (kind === 'reduce') {
    cursor.expect(')');
    return node(at, { kind, source, patterns, init, update }, [source, init, update]);
  }
  const extract = cursor.accept(';') ? parsePipe(cursor) : null;
  cursor.expect(')');
  return node(at, { kind, source, patterns, init, update, extract }, [source, init, update, extract]);
}

/** Parses a string, whose interpolations `format` will escape. */
export function parseString(cursor: Cursor, format: string | null): Node {
  const token = cursor.next();
  if (token.kind !== 'string')
    return cursor.fail(`Unexpected ${describe(token)}, expecting a string.`, token.at);
  const text = plainText(token.parts);
  if (text !== null) return node(token.at, { kind: 'literal', value: text });
  const inner: Node[] = [];
  const parts = token.parts.map((part) => {
    if (typeof part === 'string') return part;
    const inside = cursor.inside(part);
    const body = parsePipe(inside);
    if (inside.peek().kind !== 'end')
      inside.fail(`Unexpected ${describe(inside.peek())} in an interpolation.`);
    inner.push(body);
    return body;
  });
  return node(token.at, { kind: 'string', format, parts }, inner);
}
