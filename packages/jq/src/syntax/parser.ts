import type {
  CompareOperator,
  FunctionDefinition,
  MathOperator,
  Node,
  Position,
  UpdateOperator,
} from './ast.ts';
import { createCursor, describe, node } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { tokenize } from './lexer.ts';
import { parsePatterns } from './patterns.ts';
import { parsePostfix } from './terms.ts';

/** Parses a whole program. Throws `JqSyntaxError`. */
export function parseProgram(source: string): Node {
  const cursor = createCursor(tokenize(source));
  if (cursor.is('module') || cursor.is('import') || cursor.is('include')) {
    cursor.fail(`"${cursor.peek().text}" is not available here: a program cannot use modules.`);
  }
  if (cursor.peek().kind === 'end') return node(cursor.peek().at, { kind: 'identity' });
  const program = cursor.is('def') ? parseDefinitions(cursor) : parsePipe(cursor);
  if (cursor.peek().kind !== 'end')
    cursor.fail(`Unexpected ${describe(cursor.peek())}, expecting the end of the program.`);
  return program;
}

/** Definitions alone are a program too: they do nothing to their input. */
function parseDefinitions(cursor: Cursor): Node {
  const at = cursor.peek().at;
  const definition = parseDefinition(cursor);
  const body = cursor.nested(() => {
    if (cursor.peek().kind === 'end') return node(at, { kind: 'identity' });
    return cursor.is('def') ? parseDefinitions(cursor) : parsePipe(cursor);
  });
  return node(at, { kind: 'define', definition, body }, [definition.body, body]);
}

/** Parses `def name(params): body;`. */
function parseDefinition(cursor: Cursor): FunctionDefinition {
  cursor.expect('def');
  const name = cursor.next();
  if (name.kind !== 'name')
    cursor.fail(`Unexpected ${describe(name)}, expecting the name of a function.`, name.at);
  const params: string[] = [];
  if (cursor.accept('(')) {
    do {
      const param = cursor.next();
      if (param.kind !== 'name' && param.kind !== 'variable') {
        cursor.fail(`Unexpected ${describe(param)}, expecting a parameter.`, param.at);
      }
      params.push(param.text);
    } while (cursor.accept(';'));
    cursor.expect(')');
  }
  cursor.expect(':');
  const body = cursor.nested(() => parsePipe(cursor));
  cursor.expect(';');
  return { name: name.text, params, body };
}

/** Parses the widest expression: stages joined by `|`, with bindings, labels and definitions. */
export function parsePipe(cursor: Cursor): Node {
  return cursor.nested(() => {
    const at = cursor.peek().at;
    if (cursor.is('def')) {
      const definition = parseDefinition(cursor);
      const body = parsePipe(cursor);
      return node(at, { kind: 'define', definition, body }, [definition.body, body]);
    }
    if (cursor.is('label')) return parseLabel(cursor);
    const first = parseExpression(cursor, 0);
    if (cursor.is('as')) return parseBinding(cursor, first);
    const left = cursor.is(',') ? parseComma(cursor, first) : first;
    if (!cursor.accept('|')) return left;
    const right = parsePipe(cursor);
    return node(at, { kind: 'pipe', left, right }, [left, right]);
  });
}

function parseComma(cursor: Cursor, first: Node): Node {
  const items = [first];
  while (cursor.accept(',')) {
    if (cursor.is('def') || cursor.is('label')) {
      items.push(parsePipe(cursor));
      break;
    }
    const item = parseExpression(cursor, 0);
    items.push(cursor.is('as') ? parseBinding(cursor, item) : item);
  }
  return node(first.at, { kind: 'comma', items }, items);
}

function parseBinding(cursor: Cursor, source: Node): Node {
  cursor.expect('as');
  const patterns = parsePatterns(cursor);
  cursor.expect('|');
  const body = parsePipe(cursor);
  return node(source.at, { kind: 'bind', source, patterns, body }, [source, body]);
}

function parseLabel(cursor: Cursor): Node {
  const { at } = cursor.expect('label');
  const name = cursor.next();
  if (name.kind !== 'variable')
    cursor.fail(`Unexpected ${describe(name)}, expecting a label such as "$out".`, name.at);
  cursor.expect('|');
  const body = parsePipe(cursor);
  return node(at, { kind: 'label', name: name.text.slice(1), body }, [body]);
}

interface Operator {
  readonly level: number;
  readonly side: 'left' | 'right' | 'none';
  build(left: Node, right: Node): Node;
}

const join = (kind: 'and' | 'or' | 'alternative') => (left: Node, right: Node) =>
  node(left.at, { kind, left, right }, [left, right]);
const math = (operator: MathOperator) => (left: Node, right: Node) =>
  node(left.at, { kind: 'math', operator, left, right }, [left, right]);
const compare = (operator: CompareOperator) => (left: Node, right: Node) =>
  node(left.at, { kind: 'compare', operator, left, right }, [left, right]);
const update = (operator: UpdateOperator) => (left: Node, right: Node) =>
  node(left.at, { kind: 'update', operator, left, right }, [left, right]);

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['//', { level: 1, side: 'right', build: join('alternative') }],
  ['=', { level: 2, side: 'none', build: update('') }],
  ['|=', { level: 2, side: 'none', build: update('|') }],
  ['+=', { level: 2, side: 'none', build: update('+') }],
  ['-=', { level: 2, side: 'none', build: update('-') }],
  ['*=', { level: 2, side: 'none', build: update('*') }],
  ['/=', { level: 2, side: 'none', build: update('/') }],
  ['%=', { level: 2, side: 'none', build: update('%') }],
  ['//=', { level: 2, side: 'none', build: update('//') }],
  ['or', { level: 3, side: 'left', build: join('or') }],
  ['and', { level: 4, side: 'left', build: join('and') }],
  ['==', { level: 5, side: 'none', build: compare('==') }],
  ['!=', { level: 5, side: 'none', build: compare('!=') }],
  ['<', { level: 5, side: 'none', build: compare('<') }],
  ['<=', { level: 5, side: 'none', build: compare('<=') }],
  ['>', { level: 5, side: 'none', build: compare('>') }],
  ['>=', { level: 5, side: 'none', build: compare('>=') }],
  ['+', { level: 6, side: 'left', build: math('+') }],
  ['-', { level: 6, side: 'left', build: math('-') }],
  ['*', { level: 7, side: 'left', build: math('*') }],
  ['/', { level: 7, side: 'left', build: math('/') }],
  ['%', { level: 7, side: 'left', build: math('%') }],
]);

/** Parses operators that bind at least as tightly as `level`; 0 takes all but `|` and `,`. */
export function parseExpression(cursor: Cursor, level: number): Node {
  return cursor.nested(() => {
    let left = parseUnary(cursor);
    let barred: number | null = null;
    for (;;) {
      const token = cursor.peek();
      const operator =
        token.kind === 'symbol' || token.kind === 'name' ? operators.get(token.text) : undefined;
      if (operator === undefined || operator.level < level) return left;
      if (operator.level === barred)
        cursor.fail(`Unexpected "${token.text}": put the comparison or update before it in parentheses.`);
      cursor.next();
      const right = parseExpression(cursor, operator.side === 'right' ? operator.level : operator.level + 1);
      left = operator.build(left, right);
      barred = operator.side === 'none' ? operator.level : null;
    }
  });
}

/** Parses a term with its prefixes: `-` and `try`. */
function parseUnary(cursor: Cursor): Node {
  const { at } = cursor.peek();
  if (cursor.accept('-')) {
    const body = cursor.nested(() => parseUnary(cursor));
    return node(at, { kind: 'negate', body }, [body]);
  }
  if (cursor.accept('try')) return parseTry(cursor, at);
  return parsePostfix(cursor);
}

function parseTry(cursor: Cursor, at: Position): Node {
  const body = cursor.nested(() => parseUnary(cursor));
  const handler = cursor.accept('catch') ? cursor.nested(() => parseUnary(cursor)) : null;
  return node(at, { kind: 'try', body, handler }, [body, handler]);
}
