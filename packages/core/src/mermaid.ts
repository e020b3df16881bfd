import { excerpt } from './excerpt.ts';
import type { DefinitionGraph, GraphEdge, GraphNode } from './graph.ts';
import type { StepStatus } from './status.ts';

/** Colours of a run's steps. */
const CLASSES: Readonly<Record<StepStatus, string>> = {
  pending: 'fill:#f4f4f5,stroke:#a1a1aa,color:#18181b',
  running: 'fill:#dbeafe,stroke:#2563eb,color:#1e3a8a',
  waiting: 'fill:#fef3c7,stroke:#d97706,color:#78350f',
  completed: 'fill:#dcfce7,stroke:#16a34a,color:#14532d',
  faulted: 'fill:#fee2e2,stroke:#dc2626,color:#7f1d1d',
  canceled: 'fill:#e4e4e7,stroke:#52525b,color:#27272a',
  skipped: 'fill:#fafafa,stroke:#d4d4d8,color:#71717a,stroke-dasharray:4 3',
};

/** How a run's step stands, by the pointer of its task; `undefined` when it has not begun. */
export type StatusOf = (pointer: string) => StepStatus | undefined;

interface Page {
  readonly graph: DefinitionGraph;
  /** Mermaid's ids by ours. */
  readonly ids: ReadonlyMap<string, string>;
  /** Ids of nodes with nodes inside. */
  readonly frames: ReadonlySet<string>;
  /** The node that a node lies in. */
  readonly parents: ReadonlyMap<string, string | undefined>;
}

/**
 * Writes a graph as a Mermaid flowchart. Tasks with tasks inside become subgraphs; labels are escaped whole.
 * With `statusOf` the nodes are coloured by the state of a run.
 */
export function toMermaid(graph: DefinitionGraph, statusOf?: StatusOf): string {
  const page: Page = {
    graph,
    ids: new Map(graph.nodes.map(({ id }, i) => [id, `n${i}`])),
    frames: new Set(graph.nodes.flatMap(({ parent }) => parent ?? [])),
    parents: new Map(graph.nodes.map(({ id, parent }) => [id, parent])),
  };
  const lines = [
    'flowchart TD',
    ...nodesIn(page, undefined, '  '),
    ...graph.edges.map((edge) => `  ${edgeText(page, edge)}`),
    ...(statusOf === undefined ? [] : colours(page, statusOf)),
  ];
  return `${lines.join('\n')}\n`;
}

function nodesIn(page: Page, parent: string | undefined, indent: string): readonly string[] {
  const nodes = page.graph.nodes.filter((node) => node.parent === parent);
  return nodes.flatMap((node) => {
    const line = `${indent}${idOf(page, node.id)}${shape(node)}`;
    if (!page.frames.has(node.id)) return [line];
    const title = `${indent}subgraph ${idOf(page, node.id)}s["${escapeLabel(node.name)}"]`;
    return [title, `  ${line}`, ...nodesIn(page, node.id, `${indent}  `), `${indent}end`];
  });
}

function shape(node: GraphNode): string {
  const kind = node.kind.replace('-', ' ');
  const label = `"${escapeLabel(node.name)}<br/>${kind}"`;
  switch (node.kind) {
    case 'start':
    case 'end':
      return `(["${node.kind}"])`;
    case 'switch':
      return `{${label}}`;
    case 'call-human':
      return `[/${label}/]`;
    case 'wait':
    case 'listen':
      return `(${label})`;
    default:
      return `[${label}]`;
  }
}

/** A way out of a task with tasks inside begins at its frame; one into it begins at its own node. */
function edgeText(page: Page, { from, to, label }: GraphEdge): string {
  const leaves = page.frames.has(from) && page.parents.get(to) !== from;
  const source = `${idOf(page, from)}${leaves ? 's' : ''}`;
  const arrow = label === undefined ? '-->' : `-->|"${escapeLabel(label)}"|`;
  return `${source} ${arrow} ${idOf(page, to)}`;
}

function colours(page: Page, statusOf: StatusOf): readonly string[] {
  const definitions = Object.entries(CLASSES).map(([status, style]) => `  classDef ${status} ${style}`);
  const uses = page.graph.nodes.flatMap(({ id }) => {
    const status = statusOf(id);
    return status === undefined ? [] : [`  class ${idOf(page, id)} ${status}`];
  });
  return [...definitions, ...uses];
}

function idOf(page: Page, id: string): string {
  return page.ids.get(id) ?? 'unknown';
}

/** Text inside a quoted label: everything that Mermaid or HTML could read as markup becomes a character code. */
function escapeLabel(text: string): string {
  const line = excerpt(text, 79).replaceAll(/\p{Cc}/gu, ' ');
  return line.replaceAll(/["#<>&`\\{}[\]|;()/]/g, (character) => `#${character.charCodeAt(0)};`);
}
