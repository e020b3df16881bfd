import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../json-codec.ts';
import fc from 'fast-check';
import { documentBlock, problemsOf, problemsOfDocument, taskOf } from './definition.fixture.ts';
import { DEEPEST_DEFINITION, MOST_TASKS, parseDefinition } from './parse-definition.ts';

const set = { set: { x: 1 } };

describe('parseDefinition()', () => {
  it('builds the typed tree with pointers and defaults', () => {
    const { definition, problems } = parseDefinition({
      document: {
        ...documentBlock,
        title: 'Orders',
        summary: '*All*',
        tags: { 'a/b': 'shop' },
        metadata: { x: 1 },
      },
      input: { schema: { document: { type: 'object' } }, from: '.order' },
      output: { as: { total: '${ .total }' } },
      timeout: { after: 'PT1H' },
      evaluate: { language: 'jq', mode: 'strict' },
      do: [{ greet: { set: { hello: '${ .name }' }, then: 'end' } }],
    });
    expect(problems).toEqual([]);
    expect(definition).toEqual({
      document: { ...documentBlock, title: 'Orders', summary: '*All*', tags: { 'a/b': 'shop' } },
      input: { schema: { type: 'object' }, transform: { expression: '.order' } },
      output: { transform: { template: { total: '${ .total }' } } },
      timeout: { ms: 3_600_000 },
      tasks: [
        {
          name: 'greet',
          pointer: '/do/0/greet',
          task: {
            kind: 'set',
            value: { hello: '${ .name }' },
            then: 'end',
            input: {},
            output: {},
            export: {},
          },
        },
      ],
    });
  });

  it('finds ten things wrong at once', () => {
    const pointers = parseDefinition({
      document: { ...documentBlock, dsl: '2.0.0', version: '1.0', tilte: 'x' },
      do: [
        { a: { sett: {} } },
        { b: { set: { x: '${ .a + }' }, then: 'nowhere' } },
        { c: { call: 'grpc', with: {} } },
        { d: { wait: 'P1M' } },
        { e: { call: 'http', with: { method: 'get', endpoint: 'ftp://x' } } },
        { e: { set: { x: '${ $secrets.k }' } } },
      ],
    }).problems.map(({ pointer }) => pointer);
    expect(new Set(pointers)).toEqual(
      new Set([
        '/document/tilte',
        '/document/dsl',
        '/document/version',
        '/do/0/a/sett',
        '/do/1/b/set/x',
        '/do/1/b/then',
        '/do/2/c/call',
        '/do/3/d/wait',
        '/do/4/e/with/endpoint',
        '/do/5/e',
        '/do/5/e/set/x',
      ]),
    );
  });

  it('wants a document and tasks', () => {
    expect(problemsOfDocument(null)).toEqual([
      ' The definition must be an object (document, input, use, do, timeout, output, evaluate), not null.',
    ]);
    expect(problemsOfDocument({})).toEqual([
      ' The definition needs "document": add it.',
      ' The definition needs "do": add it.',
    ]);
    expect(problemsOfDocument({ documnt: documentBlock, do: [] })).toEqual([
      '/documnt Unknown key "documnt" in the definition; did you mean "document"?',
      '/do "do" is empty: add at least one item.',
    ]);
    expect(problemsOfDocument({ document: [], do: [{ a: set }] })[0]).toMatch(
      /^\/document The block "document" must be/,
    );
  });

  it('checks what the document says of itself', () => {
    const wrong = {
      dsl: '0.9.0',
      namespace: 'a b',
      name: '-x',
      version: 1,
      title: 3,
      tags: { a: 1 },
      metadata: 'x',
    };
    expect(problemsOfDocument({ document: wrong, do: [{ a: set }] })).toEqual([
      '/document/dsl The language version "0.9.0" is not supported: write 1.0.3 or another 1.0.x.',
      '/document/namespace "namespace" cannot be "a b": use 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.',
      '/document/name "name" cannot be "-x": use 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.',
      '/document/version "version" must be text, not 1: put it in quotes.',
      '/document/title "title" must be text, not 3: put it in quotes.',
      '/document/tags/a "a" must be text, not 1: put it in quotes.',
      '/document/metadata "metadata" must be an object, not text.',
    ]);
    const more = {
      ...documentBlock,
      name: '${ .x }',
      namespace: ' ',
      tags: [],
      metadata: { baton: { x: 1 } },
    };
    expect(problemsOfDocument({ document: more, do: [{ a: set }] })).toEqual([
      '/document/namespace "namespace" is empty: write a text.',
      '/document/name "name" is read before any run starts: write a plain text, no expression.',
      '/document/tags "tags" must be an object of names and values, not a list.',
      '/document/metadata/baton/x Unknown key "x" in the block metadata.baton; there is none to choose from.',
    ]);
    expect(problemsOfDocument({ document: {}, do: [{ a: set }] })).toHaveLength(4);
  });

  it('refuses the rest of the language by name', () => {
    const later = { catalogs: {}, extensions: [], functions: {}, secrets: [] };
    const problems = problemsOf(set, {
      schedule: {},
      use: later,
      evaluate: { mode: 'loose', language: 'js' },
    });
    expect(problems).toEqual([
      '/schedule schedule is not available in this version of Baton; start runs over the API.',
      '/evaluate/language evaluate.language "js" is not available in this version of Baton; available: jq.',
      '/evaluate/mode evaluate.mode "loose" is not available in this version of Baton; available: strict.',
      '/use/catalogs use.catalogs is not available in this version of Baton; the catalog "default" with agent and human is always there.',
      '/use/extensions use.extensions is not available in this version of Baton.',
      '/use/functions use.functions is not available in this version of Baton; available calls: http, agent, human.',
      '/use/secrets use.secrets is not available in this version of Baton.',
    ]);
  });

  it('takes at most 64 levels and 2,000 tasks', () => {
    expect([DEEPEST_DEFINITION, MOST_TASKS]).toEqual([64, 2_000]);
    let deep: object = {};
    for (let i = 0; i < 70; i += 1) deep = { x: deep };
    expect(problemsOf({ set: parseJson(JSON.stringify(deep)) })).toEqual([
      ' The definition nests deeper than 64 levels: move inner parts to a workflow of their own.',
    ]);
    const list = Array.from({ length: 500 }, (_, i) => ({ [`s${i}`]: set }));
    const parts = [
      { a: { do: list } },
      { b: { try: list, catch: { do: list } } },
      { c: { fork: { branches: list.slice(0, 90) } } },
      { d: { do: list } },
    ];
    expect(problemsOfDocument({ document: documentBlock, do: parts })).toEqual([
      '/do The definition has more than 2000 tasks: use "for", or move parts to workflows of their own.',
    ]);
    expect(problemsOfDocument({ document: documentBlock, do: parts.slice(0, 3) })).toEqual([]);
  });

  it('lists at most a thousand problems', () => {
    const problems = problemsOf({ set: Array.from({ length: 1_200 }, () => 1) });
    expect(problems).toHaveLength(1);
    const tags = Object.fromEntries(Array.from({ length: 1_200 }, (_, i) => [`t${i}`, i]));
    const many = problemsOfDocument({ document: { ...documentBlock, tags }, do: [{ a: set }] });
    expect(many).toHaveLength(1_001);
    expect(many.at(-1)).toBe(' More than 1000 problems were found; the rest is not listed.');
  });

  it('collects the agents and workflows that are called', () => {
    const parsed = parseDefinition({
      document: documentBlock,
      do: [
        { a: { call: 'agent', with: { agent: 'writer', version: '^2.1.0' } } },
        { b: { do: [{ c: { run: { workflow: { namespace: 'n', name: 'w', version: '1.0.0' } } } }] } },
        { d: { call: 'agent:1.0.0@default', with: { agent: 'reader' } } },
      ],
    });
    expect(parsed.problems).toEqual([]);
    expect(parsed.agentReferences).toEqual([
      { name: 'writer', version: '^2.1.0', pointer: '/do/0/a/with/agent' },
      { name: 'reader', pointer: '/do/2/d/with/agent' },
    ]);
    expect(parsed.workflowReferences).toEqual([
      { namespace: 'n', name: 'w', version: '1.0.0', pointer: '/do/1/b/do/0/c/run/workflow' },
    ]);
  });

  it('never throws, and gives a definition exactly when there is no error', () => {
    const keys = fc.constantFrom(
      'document',
      'do',
      'use',
      'set',
      'call',
      'with',
      'try',
      'catch',
      'for',
      'in',
      'switch',
      'then',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', maxDepth: 6 },
        fc.constantFrom(null, true, 3, '', '${ .a', '${ .a }', 'http', 'PT1S', 'end'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        const document = parseJson(JSON.stringify({ document: documentBlock, do: [{ t: json }] }));
        const { definition, problems } = parseDefinition(document);
        expect(definition === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        parseDefinition(parseJson(JSON.stringify(json)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('tasks in general', () => {
  it('take the fields that every task has', () => {
    const task = {
      ...set,
      if: '${ .go }',
      input: { from: { a: '${ .b }' }, schema: { format: 'json', document: true } },
      output: { as: '.x' },
      export: { as: '$context + {x: .x}', schema: { document: { type: 'object' } } },
      timeout: { after: { minutes: 1 } },
      then: 'continue',
      metadata: { anything: 1 },
    };
    expect(taskOf(task)).toEqual({
      kind: 'set',
      value: { x: 1 },
      if: ' .go ',
      input: { schema: true, transform: { template: { a: '${ .b }' } } },
      output: { transform: { expression: '.x' } },
      export: { schema: { type: 'object' }, transform: { expression: '$context + {x: .x}' } },
      timeout: { ms: 60_000 },
      then: 'continue',
    });
  });

  it('are built only when they are valid', () => {
    expect(() => taskOf({ set: 5 })).toThrow('must be an object with members');
  });

  it('do exactly one thing', () => {
    expect(problemsOf(null)[0]).toMatch(
      /^ The task "t" must be an object with one of for, do, .*, not null\.$/,
    );
    expect(problemsOf({ then: 'end' })[0]).toMatch(/^ The task "t" does nothing: add one of for, do, set/);
    expect(problemsOf({ zzz: 1 })[0]).toMatch(
      /^\/zzz Unknown key "zzz" in the task "t"; known: for, do, set/,
    );
    expect(problemsOf({ 'a/b': 1, calll: 'http' })).toEqual([
      '/calll Unknown key "calll" in the task "t"; did you mean "call"?',
    ]);
    expect(problemsOf({ ...set, wait: 'PT1S' })).toEqual([
      '/wait A task does one thing, and this one has "set" already: move it to a task of its own.',
    ]);
    expect(problemsOf({ ...set, tehn: 'end' })).toEqual([
      '/tehn Unknown key "tehn" in a set task; did you mean "then"?',
    ]);
  });

  it('stand in a list of names with their bodies', () => {
    const inDo = (tasks: unknown): readonly string[] =>
      problemsOfDocument({ document: documentBlock, do: parseJson(JSON.stringify(tasks)) });
    expect(inDo({ a: set })).toEqual(['/do "do" must be a list, not an object.']);
    expect(inDo([set, 'x'])).toEqual([
      '/do/1 A task is written as one name with its body, "- name: …", not as text.',
      '/do/0/set "set" stands where the name of a task belongs: write "- name:" and indent "set" below it.',
    ]);
    expect(inDo([{ a: set, b: set }])).toEqual([
      '/do/0 A task is written as one name with its body, "- name: …", not as an object with 2 keys. Indent its body further, or begin each with "- ".',
    ]);
    expect(inDo([{ ' ': set }])).toEqual(['/do/0/  A task needs a name of 1 to 128 characters.']);
    expect(inDo([{ end: set }])).toEqual([
      '/do/0/end "then: end" means the directive, never this task: rename it.',
    ]);
  });

  it('go on to tasks of their own scope only', () => {
    const tasks = (then: string): readonly string[] =>
      problemsOfDocument({
        document: documentBlock,
        do: [{ a: { do: [{ b: { ...set, then } }, { c: set }] } }],
      });
    expect(tasks('c')).toEqual([]);
    expect(tasks('b')).toEqual([
      '/do/0/a/do/1/c Nothing leads to the task "c": point a "then" at it or remove it.',
    ]);
    expect(tasks('a')).toEqual([
      '/do/0/a/do/0/b/then No task of this scope is called "a"; did you mean "b"?',
      '/do/0/a/do/1/c Nothing leads to the task "c": point a "then" at it or remove it.',
    ]);
    expect(problemsOf({ ...set, then: 5 })).toEqual(['/then "then" must be text, not 5: put it in quotes.']);
  });

  it('keep what Baton reads from metadata to where it belongs', () => {
    expect(problemsOf({ ...set, metadata: { baton: { concurrency: 2 } } })).toEqual([
      '/metadata/baton/concurrency Only a "for" task has concurrency: remove it here.',
    ]);
    expect(problemsOf({ ...set, metadata: { baton: 1 } })).toEqual([
      '/metadata/baton The block metadata.baton must be an object, not 1.',
    ]);
  });

  it('check data hooks', () => {
    expect(problemsOf({ ...set, input: { as: '.x' }, output: { as: 5 }, export: { as: '.x +' } })).toEqual([
      '/input/as Unknown key "as" in the block "input"; known: schema, from.',
      '/output/as "as" must be a jq expression or an object, not 5.',
      '/export/as Not valid jq at line 1, column 5 of the expression: Unexpected end of the program.',
    ]);
    expect(
      problemsOf({ ...set, input: 'x', output: { schema: { resource: {} } }, export: { schema: {} } }),
    ).toEqual([
      '/input The block "input" must be an object (schema, from), not text.',
      '/output/schema/resource A schema by "resource" is not available in this version of Baton; write it out under "document".',
      '/export/schema A schema needs "document": add it.',
    ]);
    expect(problemsOf({ ...set, input: { schema: { format: 'avro', document: 5 } } })).toEqual([
      '/input/schema/format The schema format "avro" is not available in this version of Baton; available: json.',
      '/input/schema/document A JSON Schema must be an object, true or false, not 5.',
    ]);
    expect(problemsOf({ ...set, input: { schema: 'x' } })).toHaveLength(1);
  });
});

describe('reusable parts', () => {
  const use = {
    errors: { gone: { type: 'https://example.com/gone', status: 410 } },
    retries: { twice: { limit: { attempt: { count: 2 } } } },
    timeouts: { short: { after: 'PT5S' } },
    authentications: { shop: { bearer: { token: '${ .token }' } } },
  };

  it('are resolved by name', () => {
    expect(taskOf({ ...set, timeout: 'short' }, { use }).timeout).toEqual({ ms: 5_000 });
    expect(taskOf({ raise: { error: 'gone' } }, { use })).toMatchObject({ error: { status: 410 } });
    expect(problemsOf(set, { use, timeout: 'short' })).toEqual([]);
  });

  it('have their problems told once, however often they are used', () => {
    const wrong = { timeouts: { t: { after: 'soon' } } };
    const twice = [{ a: { ...set, timeout: 't' } }, { b: { ...set, timeout: 't' } }];
    expect(problemsOfDocument({ document: documentBlock, use: wrong, do: twice })).toHaveLength(1);
  });

  it('must exist', () => {
    expect(problemsOf({ ...set, timeout: 'shrt' }, { use })).toEqual([
      '/timeout use.timeouts has no "shrt"; did you mean "short"?',
    ]);
    expect(problemsOf({ ...set, timeout: 'short' })).toEqual([
      '/timeout use.timeouts has no "short"; declare it there.',
    ]);
    expect(problemsOf({ ...set, timeout: 'x' }, { use: 5 })).toEqual([
      '/timeout use.timeouts has no "x"; declare it there.',
      '/use The block "use" must be an object (authentications, errors, retries, timeouts), not 5.',
    ]);
  });

  it('are read with the variables of the place that uses them, and checked when none does', () => {
    const retries = { r: { when: '$err.status == 500' } };
    const attempt = { try: [{ a: set }], catch: { as: 'err', retry: 'r' } };
    expect(problemsOf(attempt, { use: { retries } })).toEqual([]);
    expect(problemsOf(set, { use: { retries } })).toEqual([
      '/use/retries/r/when $err is not defined at line 1, column 1 of the expression; known: $context, $input, $task, $workflow, $runtime, $error.',
    ]);
    expect(
      problemsOf(set, { use: { timeouts: { t: { after: 'soon' } }, errors: { e: 1 }, retries: 5 } }),
    ).toEqual([
      '/use/errors/e An error must be an object (type, status, instance, title, detail), not 1.',
      '/use/retries use.retries must be an object of names and values, not 5.',
      '/use/timeouts/t/after "after" cannot be "soon": write an ISO 8601 duration such as PT30S, PT1H30M or P2D, at most P36500D.',
    ]);
  });
});
