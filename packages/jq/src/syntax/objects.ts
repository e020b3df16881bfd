import type { Node } from './ast.ts';
import { describe, node } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression, parsePipe } from './parser.ts';
import { parseString } from './terms.ts';

interface Entry {
  readonly key: Node;
  readonly value: Node;
}

/** Parses an object construction, shorthands included. */
export function parseObject(cursor: Cursor): Node {
  const { at } = cursor.expect('{');
  const entries: Entry[] = [];
  while (!cursor.is('}')) {
    entries.push(parseEntry(cursor));
    if (!cursor.accept(',')) break;
  }
  cursor.expect('}');
  const children = entries.flatMap((entry) => [entry.key, entry.value]);
  return node(at, { kind: 'object', entries }, children);
}

function parseEntry(cursor: Cursor): Entry {
  const token = cursor.peek();
  const { at } = token;
  if (token.kind === 'variable') {
    cursor.next();
    const name = token.text.slice(1);
    const variable = node(at, { kind: 'variable', name });
    if (cursor.accept(':')) return { key: variable, value: parseValue(cursor) };
    return { key: node(at, { kind: 'literal', value: name }), value: variable };
  }
  if (cursor.accept('(')) {
    const key = parsePipe(cursor);
    cursor.expect(')');
    if (key.kind === 'literal' && typeof key.value !== 'string')
      cursor.fail('An object key must be a string.', key.at);
    cursor.expect(':');
    return { key, value: parseValue(cursor) };
  }
  const key = parseNamedKey(cursor);
  if (cursor.accept(':')) return { key, value: parseValue(cursor) };
  return { key, value: node(at, { kind: 'index', target: node(at, { kind: 'identity' }), key }, [key]) };
}

function parseNamedKey(cursor: Cursor): Node {
  const token = cursor.peek();
  if (token.kind === 'string') return parseString(cursor, null);
  cursor.next();
  if (token.kind === 'format' && cursor.peek().kind === 'string')
    return parseString(cursor, token.text.slice(1));
  if (token.kind !== 'name')
    return cursor.fail(`Unexpected ${describe(token)}, expecting an object key.`, token.at);
  return node(token.at, { kind: 'literal', value: token.text });
}

/** A value ends at the next comma; `|` may join several expressions. */
function parseValue(cursor: Cursor): Node {
  return cursor.nested(() => {
    const left = parseExpression(cursor, 0);
    if (!cursor.accept('|')) return left;
    const right = parseValue(cursor);
    return node(left.at, { kind: 'pipe', left, right }, [left, right]);
  });
}
