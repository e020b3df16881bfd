import { compileExpression, ExpressionError } from '../expression.ts';
import { isArray, isObject, type Json } from '../json.ts';
import type { Expression, Template } from './definition.ts';
import { expressionSource, readTemplateString } from './expression-text.ts';
import { inside, label, nameOf, notAvailable, type Place, type Reading } from './reader.ts';
import { suggest } from './suggestion.ts';

/** Where an expression stands; it decides which variables there are. */
export type Where =
  'workflow-input' | 'workflow-output' | 'task-input' | 'task-body' | 'task-output' | 'task-export';

/**
 * The variables of each place, without `$`, from the specification's table of runtime expression arguments.
 * Loops and catches add their own. `$authorization` and `$secrets` are not available yet.
 */
const VARIABLES: Readonly<Record<Where, readonly string[]>> = {
  'workflow-input': ['workflow', 'runtime'],
  'workflow-output': ['context', 'workflow', 'runtime'],
  'task-input': ['context', 'task', 'workflow', 'runtime'],
  'task-body': ['context', 'input', 'task', 'workflow', 'runtime'],
  'task-output': ['context', 'input', 'task', 'workflow', 'runtime'],
  'task-export': ['context', 'input', 'output', 'task', 'workflow', 'runtime'],
};

/** Names that loops and catches cannot give to their variables. */
export const RESERVED_VARIABLES: readonly string[] = [
  'context',
  'input',
  'output',
  'task',
  'workflow',
  'runtime',
  'secrets',
  'authorization',
  'ENV',
  '__loc__',
  '__prog_args',
];

/** Known to the language, so that their absence at a place gets a sentence of its own. */
const LANGUAGE_VARIABLES = RESERVED_VARIABLES.slice(0, 8);

/** How a template is read; the place is `task-body` unless told. */
export interface TemplateReading {
  readonly where?: Where;
  /** Whether a text may have expressions in it (`"Hello, ${ .name }"`). */
  readonly interpolated?: boolean;
}

/** Reads an expression-typed field: jq, with or without `${ }`. */
export function readExpression(
  reading: Reading,
  place: Place | undefined,
  where: Where,
): Expression | undefined {
  if (place === undefined) return undefined;
  const { value, pointer } = place;
  if (typeof value === 'string') return readExpressionText(reading, { value, pointer }, where);
  reading.report.error(pointer, `${label(place)} must be a jq expression in quotes, not ${nameOf(value)}.`);
  return undefined;
}

/** Reads the text of an expression-typed field. */
export function readExpressionText(reading: Reading, place: TextPlace, where: Where): Expression {
  const source = expressionSource(place.value);
  checkExpression(reading, { value: source, pointer: place.pointer }, where);
  return source;
}

/** Reads a value in which texts may be expressions. The value is kept as written. */
export function readTemplate(reading: Reading, place: Place, how: TemplateReading = {}): Template {
  const { value } = place;
  if (typeof value === 'string') checkTemplateText(reading, { value, pointer: place.pointer }, how);
  for (const member of membersOf(place)) readTemplate(reading, member, how);
  return value;
}

/** Reads a text or an expression that gives one. */
export function readTextTemplate(
  reading: Reading,
  place: Place | undefined,
  how: TemplateReading = {},
): string | undefined {
  if (place === undefined) return undefined;
  if (typeof place.value === 'string') {
    readTemplate(reading, place, how);
    return place.value;
  }
  const fix = 'write it in quotes, or as ${ … }';
  reading.report.error(place.pointer, `${label(place)} must be text, not ${nameOf(place.value)}: ${fix}.`);
  return undefined;
}

/** The source of a text that is one `${ … }` as a whole; `undefined` for every other value. */
export function expressionIn(value: Json): Expression | undefined {
  const read = typeof value === 'string' ? readTemplateString(value) : undefined;
  return read?.kind === 'expression' ? read.expression : undefined;
}

function membersOf(place: Place): readonly Place[] {
  const { value } = place;
  if (isArray(value)) return value.map((item: Json, i) => inside(place, i, item));
  if (isObject(value)) return Object.entries(value).map(([key, item]) => inside(place, key, item));
  return [];
}

/** A text of the document and where it stands. */
export interface TextPlace {
  readonly value: string;
  readonly pointer: string;
}

function checkTemplateText(reading: Reading, place: TextPlace, how: TemplateReading): void {
  const read = readTemplateString(place.value);
  const where = how.where ?? 'task-body';
  if (read.kind === 'expression') {
    checkExpression(reading, { value: read.expression, pointer: place.pointer }, where);
  } else if (read.kind === 'literal') {
    if (read.unclosedAt === undefined) return;
    const at = `The expression that begins at character ${read.unclosedAt + 1}`;
    reading.report.error(place.pointer, `${at} is never closed: add the "}" that ends it.`);
  } else if (how.interpolated !== true) {
    const fix = 'make the whole text one expression, such as ${ "Hello, \\(.name)" }';
    reading.report.error(place.pointer, `A text with an expression inside it is not evaluated here: ${fix}.`);
  } else {
    for (const part of read.parts) {
      if (typeof part !== 'string') checkExpression(reading, { ...place, value: part.expression }, where);
    }
  }
}

function checkExpression(reading: Reading, place: TextPlace, where: Where): void {
  const known = [...VARIABLES[where], ...reading.names];
  const complain = (message: string): void => reading.report.error(place.pointer, message);
  if (place.value.trim() === '') {
    complain('The expression is empty: write "." for the whole value.');
    return;
  }
  try {
    // Nothing is run here: any function stands for the clock that runs will have.
    const variables = [...known, ...LANGUAGE_VARIABLES];
    const expression = compileExpression(place.value, { variables, clock: Number });
    for (const name of expression.usesVariables) {
      if (!known.includes(name)) complain(unavailableVariable(name, known));
    }
  } catch (error) {
    complain(compileProblem(error, known));
  }
}

function unavailableVariable(name: string, known: readonly string[]): string {
  const here = known.map((variable) => `$${variable}`).join(', ');
  if (name === 'secrets' || name === 'authorization') {
    return notAvailable(`$${name}`, `variables here: ${here}.`);
  }
  return `$${name} does not exist at this place; variables here: ${here}.`;
}

function compileProblem(error: unknown, known: readonly string[]): string {
  // Left over are limits, of which a text that is too long can reach one.
  if (!(error instanceof ExpressionError) || error.at === undefined)
    return `The expression cannot be compiled: ${String(error)}`;
  const at = `line ${error.at.line}, column ${error.at.column} of the expression`;
  const unknown = /\$(?!__)([A-Za-z_]\w*) is not defined/.exec(error.message)?.[1];
  if (unknown === undefined) return `Not valid jq at ${at}: ${error.message}`;
  const variables = known.map((variable) => `$${variable}`);
  return `$${unknown} is not defined at ${at}; ${suggest(`$${unknown}`, variables)}`;
}
