import type { Pattern, PatternEntry } from './ast.ts';
import { describe, node } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { parsePipe } from './parser.ts';
import { parseString } from './terms.ts';

/** Parses one or more patterns joined by `?//`. */
export function parsePatterns(cursor: Cursor): Pattern[] {
  const patterns = [parsePattern(cursor)];
  while (cursor.accept('?//')) patterns.push(parsePattern(cursor));
  return patterns;
}

function parsePattern(cursor: Cursor): Pattern {
  return cursor.nested(() => {
    const token = cursor.next();
    if (token.kind === 'variable') return { kind: 'variable', name: token.text.slice(1) };
    if (token.kind === 'symbol' && token.text === '[') {
      const items = [parsePattern(cursor)];
      while (cursor.accept(',')) items.push(parsePattern(cursor));
      cursor.expect(']');
      return { kind: 'array', items };
    }
    if (token.kind === 'symbol' && token.text === '{') {
      const entries = [parseEntry(cursor)];
      while (cursor.accept(',')) entries.push(parseEntry(cursor));
      cursor.expect('}');
      return { kind: 'object', entries };
    }
    return cursor.fail(
      `Unexpected ${describe(token)}, expecting a pattern such as "$x", "[$x]" or "{$x}".`,
      token.at,
    );
  });
}

function parseEntry(cursor: Cursor): PatternEntry {
  const token = cursor.peek();
  if (token.kind === 'variable') {
    cursor.next();
    const name = token.text.slice(1);
    const key = node(token.at, { kind: 'literal', value: name });
    return { key, variable: name, pattern: cursor.accept(':') ? parsePattern(cursor) : null };
  }
  const key = parseKey(cursor);
  cursor.expect(':');
  return { key, variable: null, pattern: parsePattern(cursor) };
}

function parseKey(cursor: Cursor) {
  const token = cursor.peek();
  if (token.kind === 'string') return parseString(cursor, null);
  if (cursor.accept('(')) {
    const key = parsePipe(cursor);
    cursor.expect(')');
    if (key.kind === 'literal' && typeof key.value !== 'string')
      cursor.fail('An object key must be a string.', key.at);
    return key;
  }
  if (token.kind !== 'name') cursor.fail(`Unexpected ${describe(token)}, expecting an object key.`);
  cursor.next();
  return node(token.at, { kind: 'literal', value: token.text });
}
