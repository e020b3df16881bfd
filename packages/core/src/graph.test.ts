import { describe, expect, it } from '@jest/globals';
import { parseDefinition } from './definition/parse-definition.ts';
import { definitionGraph, type DefinitionGraph } from './graph.ts';
import type { Json } from './json.ts';
import { toMermaid } from './mermaid.ts';

const graphOf = (tasks: Json): DefinitionGraph => {
  const document = { dsl: '1.0.3', namespace: 'default', name: 'orders', version: '1.0.0' };
  const { definition, problems } = parseDefinition({ document, do: tasks });
  if (definition === undefined) throw new Error(JSON.stringify(problems));
  return definitionGraph(definition);
};

const edgesOf = (tasks: Json): readonly string[] =>
  graphOf(tasks).edges.map(
    ({ from, to, label }) => `${from} > ${to}${label === undefined ? '' : ` (${label})`}`,
  );

const set = { set: { x: 1 } };

describe('definitionGraph()', () => {
  it('leads from start over the tasks to the end', () => {
    expect(graphOf([{ a: set }, { 'b/c': { wait: 'PT1S' } }])).toEqual({
      nodes: [
        { id: 'start', name: 'start', kind: 'start' },
        { id: '/do/0/a', name: 'a', kind: 'set' },
        { id: '/do/1/b~1c', name: 'b/c', kind: 'wait' },
        { id: 'end', name: 'end', kind: 'end' },
      ],
      edges: [
        { from: 'start', to: '/do/0/a' },
        { from: '/do/0/a', to: '/do/1/b~1c' },
        { from: '/do/1/b~1c', to: 'end' },
      ],
    });
  });

  it('draws an empty list of tasks', () => {
    const document = { dsl: '1.0.3', namespace: 'n', name: 'n', version: '1.0.0', tags: {} };
    expect(definitionGraph({ document, input: {}, output: {}, tasks: [] }).edges).toEqual([
      { from: 'start', to: 'end' },
    ]);
  });

  it('follows then, the cases of a switch and skipped tasks', () => {
    const cases = [{ small: { when: '.n < 5', then: 'b' } }, { large: { when: '.n > 9', then: 'end' } }];
    expect(edgesOf([{ a: { switch: cases } }, { b: { ...set, if: '.x', then: 'a' } }, { c: set }])).toEqual([
      'start > /do/0/a',
      '/do/0/a > /do/1/b (small)',
      '/do/0/a > end (large)',
      '/do/0/a > /do/1/b',
      '/do/1/b > /do/0/a',
      '/do/1/b > /do/2/c (skipped)',
      '/do/2/c > end',
    ]);
    expect(edgesOf([{ a: { ...set, if: '.x' } }, { b: set }])).toContain('/do/0/a > /do/1/b');
    expect(
      edgesOf([{ a: { switch: [{ all: { then: 'continue' } }] } }, { b: { ...set, then: 'exit' } }]),
    ).toEqual(['start > /do/0/a', '/do/0/a > /do/1/b (all)', '/do/1/b > end']);
  });

  it('goes into branches, loops, tries and catches, and out by exit', () => {
    const raise = { raise: { error: { type: 'https://example.com/e', status: 500 } } };
    const edges = edgesOf([
      {
        f: {
          fork: { branches: [{ b1: set }, { b2: { do: [{ x: { ...set, then: 'exit' } }, { y: set }] } }] },
        },
      },
      { l: { for: { in: '.list' }, do: [{ i: { ...set, if: '.a', then: 'exit' } }, { j: set }] } },
      { t: { try: [{ r: raise }], catch: { do: [{ h: { ...set, then: 'exit' } }], then: 'f' } } },
    ]);
    const branches = '/do/0/f/fork/branches';
    expect(edges).toEqual([
      'start > /do/0/f',
      '/do/0/f > /do/1/l',
      `/do/0/f > ${branches}/0/b1 (branch)`,
      `/do/0/f > ${branches}/1/b2 (branch)`,
      `${branches}/1/b2 > ${branches}/1/b2/do/0/x`,
      `${branches}/1/b2/do/0/x > /do/1/l (exit)`,
      '/do/1/l > /do/2/t',
      '/do/1/l > /do/1/l/do/0/i (each)',
      '/do/1/l/do/0/i > /do/2/t (exit)',
      '/do/1/l/do/0/i > /do/1/l/do/1/j (skipped)',
      '/do/2/t > end',
      '/do/2/t > /do/0/f (caught)',
      '/do/2/t > /do/2/t/try/0/r (try)',
      '/do/2/t > /do/2/t/catch/do/0/h (catch)',
      '/do/2/t/catch/do/0/h > end (exit)',
      '/do/2/t/catch/do/0/h > /do/0/f (exit)',
    ]);
  });

  it('names the task that a task lies in', () => {
    const nodes = graphOf([{ a: { do: [{ b: set }] } }, { c: { try: [{ d: set }], catch: {} } }]).nodes;
    expect(nodes.filter(({ parent }) => parent !== undefined)).toEqual([
      { id: '/do/0/a/do/0/b', name: 'b', kind: 'set', parent: '/do/0/a' },
      { id: '/do/1/c/try/0/d', name: 'd', kind: 'set', parent: '/do/1/c' },
    ]);
  });
});

describe('toMermaid()', () => {
  it('writes subgraphs for tasks with tasks inside, and ways out of their frames', () => {
    const text = toMermaid(
      graphOf([
        { loop: { for: { in: '.l' }, do: [{ ask: { call: 'human', with: { title: 'Ok?' } } }] } },
        { choose: { switch: [{ yes: { when: '.x', then: 'end' } }] } },
        { pause: { wait: 'PT1S' } },
      ]),
    );
    expect(text.split('\n')).toEqual([
      'flowchart TD',
      '  n0(["start"])',
      '  subgraph n1s["loop"]',
      '    n1["loop<br/>for"]',
      '    n2[/"ask<br/>call human"/]',
      '  end',
      '  n3{"choose<br/>switch"}',
      '  n4("pause<br/>wait")',
      '  n5(["end"])',
      '  n0 --> n1',
      '  n1s --> n3',
      '  n1 -->|"each"| n2',
      '  n3 -->|"yes"| n5',
      '  n3 --> n4',
      '  n4 --> n5',
      '',
    ]);
  });

  it('escapes names so that they stay text', () => {
    const text = toMermaid(graphOf([{ '"]; click n0 "javascript:x" <b>#1\n': set }]));
    expect(text).toContain('n1["#34;#93;#59; click n0 #34;javascript:x#34; #60;b#62;#35;1 <br/>set"]');
    expect(toMermaid(graphOf([{ ['x'.repeat(100)]: set }]))).toContain(`"${'x'.repeat(79)}…<br/>set"`);
  });

  it('survives edges of nodes that are not there', () => {
    expect(toMermaid({ nodes: [], edges: [{ from: 'a', to: 'b' }] })).toContain('unknown --> unknown');
  });

  it('colours the steps of a run', () => {
    const graph = graphOf([{ a: set }, { b: set }]);
    const text = toMermaid(graph, (pointer) => (pointer === '/do/0/a' ? 'completed' : undefined));
    expect(text).toContain('  classDef faulted fill:');
    expect(text).toContain('  class n1 completed\n');
    expect(text).not.toContain('class n2');
  });
});
