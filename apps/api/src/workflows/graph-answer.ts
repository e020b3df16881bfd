import { definitionGraph, toMermaid, type Definition, type StepStatus } from '@baton/core';
import type { Graph } from '@baton/contracts';
import { json, text, type Answer } from '../http/call.ts';

/** How a run's steps stand, by the pointer of their task. */
export type StepStates = ReadonlyMap<string, StepStatus>;

/** A definition's picture, with a run's state when there is one. */
export function graphAnswer(definition: Definition, format: 'json' | 'mermaid', states?: StepStates): Answer {
  const graph = definitionGraph(definition);
  if (format === 'mermaid') {
    const picture =
      states === undefined ? toMermaid(graph) : toMermaid(graph, (pointer) => states.get(pointer));
    return text('text/vnd.mermaid', picture);
  }
  const body: Graph = {
    nodes: graph.nodes.map(({ id, name, kind, parent }) => {
      const status = states?.get(id);
      return { id, name, kind, parent: parent ?? null, ...(status === undefined ? {} : { status }) };
    }),
    edges: graph.edges.map(({ from, to, label }) => ({
      from,
      to,
      ...(label === undefined ? {} : { label }),
    })),
  };
  return json(200, body);
}
