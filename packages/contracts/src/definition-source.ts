import {
  parseDefinition,
  type AgentReference,
  type Definition,
  type Json,
  type WorkflowReference,
} from '@baton/core';
import { LineCounter } from 'yaml';
import { readTree } from './source-tree.ts';
import { readSyntax } from './yaml-syntax.ts';

/** How a definition is written. */
export type SourceFormat = 'yaml' | 'json';

/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A problem of a definition with its place in the text. */
export interface SourceProblem extends SourcePosition {
  /** JSON Pointer into the document; '' for the whole or for a text that cannot be read. */
  readonly pointer: string;
  /** A sentence that names the fix. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** A text read as JSON value. */
export interface ParsedSource {
  /** The value; absent when the text cannot be read at all. */
  readonly document?: Json;
  readonly problems: readonly SourceProblem[];
  /** Where a pointer's key or item stands; for an absent one, its nearest parent. */
  locate(pointer: string): SourcePosition;
}

/** A text read and checked as a workflow definition. */
export interface ValidatedSource {
  /** True when there are no errors; warnings may remain. */
  readonly valid: boolean;
  /** Problems in the order of the text. */
  readonly problems: readonly SourceProblem[];
  /** Present when valid. */
  readonly definition?: Definition;
  /** Present when the text can be read. */
  readonly document?: Json;
  /** What the definition calls; whether it exists is for the caller to check. */
  readonly references: {
    readonly agents: readonly AgentReference[];
    readonly workflows: readonly WorkflowReference[];
  };
  /** As {@link ParsedSource.locate}, for problems found later. */
  locate(pointer: string): SourcePosition;
}

/** The largest definition, in UTF-8 bytes. */
export const MAX_DEFINITION_BYTES = 256 * 1024;

/**
 * Reads YAML 1.2 (core schema; no own tags, no merge keys, few aliases) or JSON into a JSON value with positions.
 * Repeated keys, values that JSON cannot hold, more than {@link MAX_DEFINITION_BYTES} and nesting deeper than 64 are problems.
 * Never throws.
 */
export function parseSource(text: string, format: SourceFormat): ParsedSource {
  const size = new TextEncoder().encode(text).length;
  if (size > MAX_DEFINITION_BYTES) {
    const limit = `at most ${MAX_DEFINITION_BYTES} (256 KiB) are allowed: move parts to workflows of their own`;
    return unreadable([problemAt({ line: 1, column: 1 }, `The definition has ${size} bytes; ${limit}.`)]);
  }
  if (text.trim() === '') {
    return unreadable([
      problemAt({ line: 1, column: 1 }, 'The definition is empty: begin with the block "document".'),
    ]);
  }
  const malformed = format === 'json' ? jsonProblem(text) : undefined;
  return malformed === undefined ? parseYaml(text) : unreadable([malformed]);
}

/** Reads a text and checks it as a workflow definition; every problem gets its line and column. */
export function validateSource(text: string, format: SourceFormat): ValidatedSource {
  const source = parseSource(text, format);
  const { document, locate } = source;
  if (document === undefined) {
    return { valid: false, problems: source.problems, references: { agents: [], workflows: [] }, locate };
  }
  const parsed = parseDefinition(document);
  const found = parsed.problems.map((problem) => ({ ...problem, ...locate(problem.pointer) }));
  const problems = [...source.problems, ...found].sort((a, b) => a.line - b.line || a.column - b.column);
  const valid = problems.every(({ severity }) => severity === 'warning');
  return {
    valid,
    problems,
    ...(valid && parsed.definition !== undefined ? { definition: parsed.definition } : {}),
    document,
    references: { agents: parsed.agentReferences, workflows: parsed.workflowReferences },
    locate,
  };
}

function parseYaml(text: string): ParsedSource {
  const lines = new LineCounter();
  const position = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = readSyntax(text, lines.addNewLine);
  if (syntax.complaints.length > 0) {
    return unreadable(syntax.complaints.map(({ offset, message }) => problemAt(position(offset), message)));
  }
  const { offsets, complaints, value } = readTree(syntax.root);
  return {
    document: value,
    problems: complaints.map(({ pointer, message, offset }) => ({
      ...problemAt(position(offset), message),
      pointer,
    })),
    locate: (pointer) => position(nearestOffset(offsets, pointer)),
  };
}

function nearestOffset(offsets: ReadonlyMap<string, number>, pointer: string): number {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const offset = offsets.get(at);
    if (offset !== undefined) return offset;
    if (!at.includes('/')) break;
  }
  return 0;
}

function unreadable(problems: readonly SourceProblem[]): ParsedSource {
  return { problems, locate: () => ({ line: 1, column: 1 }) };
}

function problemAt(position: SourcePosition, message: string): SourceProblem {
  return { pointer: '', ...position, message, severity: 'error' };
}

/** What keeps a text from being JSON; every JSON text is YAML too, so positions come from there. */
function jsonProblem(text: string): SourceProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const detail = error instanceof Error ? error.message : '';
    const offset = Number(/at position (\d+)/.exec(detail)?.[1] ?? text.length);
    const before = text.slice(0, offset).split('\n');
    const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const reason = detail.replace(/ in JSON at position.*$/s, '').replace(/ \(line \d+ column \d+\)$/, '');
    // The engine quotes a few UTF-16 units around the place.
    return problemAt(
      position,
      `The text is not valid JSON: ${reason.toWellFormed()}; correct the syntax, or send it as YAML.`,
    );
  }
}
