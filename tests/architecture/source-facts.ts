import { parseSync } from '@swc/core';

/** One import, export-from or dynamic import of a file. */
export interface ImportFact {
  readonly from: string;
  /** Erased before the program runs. */
  readonly typeOnly: boolean;
}

/** What the rules want to know of one source file. */
export interface SourceFacts {
  /** From the root of the repository. */
  readonly path: string;
  readonly imports: readonly ImportFact[];
  /** Modules whose names are handed on by `export … from`. */
  readonly reexports: readonly string[];
  /** Has `export * from`. */
  readonly exportsAll: boolean;
  readonly readsEnvironment: boolean;
  /** The first use of a clock or of randomness, such as `Date.now`; `null` when there is none. */
  readonly impurity: string | null;
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function childOf(node: unknown, name: string): unknown {
  return isNode(node) ? node[name] : undefined;
}

function listOf(node: unknown, name: string): readonly unknown[] {
  const value = childOf(node, name);
  return Array.isArray(value) ? value : [];
}

function textOf(node: unknown): string | null {
  const value = childOf(node, 'value');
  return typeof value === 'string' ? value : null;
}

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesOf(item);
  } else if (isNode(value)) {
    if (typeof value['type'] === 'string') yield value;
    for (const child of Object.values(value)) if (typeof child === 'object') yield* nodesOf(child);
  }
}

/** Whether every imported or exported name is marked `type`. */
function namesAreTypes(node: Node): boolean {
  const names = listOf(node, 'specifiers');
  return names.length > 0 && names.every((name) => childOf(name, 'isTypeOnly') === true);
}

function importOf(node: Node): ImportFact | null {
  const type = node['type'];
  const declares = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'].includes(
    String(type),
  );
  if (declares) {
    const from = textOf(node['source']);
    return from === null ? null : { from, typeOnly: node['typeOnly'] === true || namesAreTypes(node) };
  }
  if (type === 'TsImportType') {
    const from = textOf(node['argument']);
    return from === null ? null : { from, typeOnly: true };
  }
  const callee = node['callee'];
  const loads = childOf(callee, 'type') === 'Import' || textOf(callee) === 'require';
  const from =
    type === 'CallExpression' && loads ? textOf(childOf(listOf(node, 'arguments')[0], 'expression')) : null;
  return from === null ? null : { from, typeOnly: false };
}

function memberOf(node: Node): string | null {
  if (node['type'] !== 'MemberExpression') return null;
  const property = node['property'];
  const computed = childOf(property, 'type') === 'Computed' ? childOf(property, 'expression') : property;
  return `${textOf(node['object'])}.${textOf(computed)}`;
}

const IMPURE_MEMBERS = [
  'Date.now',
  'Math.random',
  'performance.now',
  'crypto.randomUUID',
  'crypto.getRandomValues',
];

function impurityOf(node: Node): string | null {
  const member = memberOf(node);
  if (member !== null && IMPURE_MEMBERS.includes(member)) return member;
  const bareDate = node['type'] === 'NewExpression' && textOf(node['callee']) === 'Date';
  return bareDate && listOf(node, 'arguments').length === 0 ? 'new Date()' : null;
}

function readsEnvironment(node: Node): boolean {
  if (memberOf(node) === 'process.env') return true;
  if (node['type'] !== 'ImportDeclaration' || !/^(node:)?process$/.test(textOf(node['source']) ?? ''))
    return false;
  return listOf(node, 'specifiers').some((name) => textOf(childOf(name, 'local')) === 'env');
}

/** Reads one TypeScript or JavaScript file. Throws when it cannot be parsed. */
export function readSource(path: string, text: string): SourceFacts {
  const nodes = [...nodesOf(parseSync(text, { syntax: 'typescript', target: 'es2024' }).body)];
  return {
    path,
    imports: nodes.map(importOf).filter((fact) => fact !== null),
    reexports: nodes.flatMap((node) =>
      node['type'] === 'ExportNamedDeclaration' ? (textOf(node['source']) ?? []) : [],
    ),
    exportsAll: nodes.some((node) => node['type'] === 'ExportAllDeclaration'),
    readsEnvironment: nodes.some(readsEnvironment),
    impurity: nodes.map(impurityOf).find((found) => found !== null) ?? null,
  };
}
