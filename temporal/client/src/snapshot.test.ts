import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RETRY, isObject, parseJson, type JsonObject } from '@baton/core';
import { aDocument, newRunId, newScope } from './samples.ts';
import { snapshotFromJson, snapshotToJson } from './snapshot-codec.ts';
import { pinAgent, type RegisteredAgent } from './pin-agent.ts';
import { buildSnapshot, type ResolveAgent } from './snapshot.ts';

const scope = newScope();
const runId = newRunId();

const registered = (name: string, version = '1.0.0', body: JsonObject = {}): RegisteredAgent => ({
  name,
  version,
  adapter: 'http',
  body,
});

const callAgent = (agent: string, version?: string): JsonObject => ({
  call: 'agent',
  with: { agent, ...(version === undefined ? {} : { version }) },
});

const build = (resolve: ResolveAgent, tasks?: JsonObject[]) =>
  buildSnapshot(resolve, { scope, runId, document: aDocument(tasks), requester: 'dev|ann', input: { a: 1 } });

describe('buildSnapshot()', () => {
  it('carries all that the run needs, with priority 3 unless one is given', async () => {
    const built = await build(async () => null);
    expect(built).toEqual({
      ok: true,
      snapshot: {
        engine: 1,
        runId,
        workspaceId: scope.workspaceId,
        definition: aDocument(),
        agents: {},
        pins: {},
        requester: 'dev|ann',
        priority: 3,
        input: { a: 1 },
      },
    });
  });

  it('pins the agents of every nested task by its pointer', async () => {
    const built = await build(
      async (_scope, name, range) => registered(name, range === undefined ? '1.0.0' : '2.1.0'),
      [
        { plain: callAgent('a') },
        { block: { do: [{ inner: callAgent('b', '^2.0.0') }] } },
        { each: { for: { each: 'item', in: '${ .items }' }, do: [{ inner: callAgent('a') }] } },
        { both: { fork: { branches: [{ left: callAgent('c') }, { right: callAgent('a') }] } } },
        { safe: { try: [{ risky: callAgent('d') }], catch: { do: [{ mend: callAgent('e') }] } } },
      ],
    );
    if (!built.ok) throw new Error(JSON.stringify(built.problems));
    expect(built.snapshot.pins).toEqual({
      '/do/0/plain': 'a@1.0.0',
      '/do/1/block/do/0/inner': 'b@2.1.0',
      '/do/2/each/do/0/inner': 'a@1.0.0',
      '/do/3/both/fork/branches/0/left': 'c@1.0.0',
      '/do/3/both/fork/branches/1/right': 'a@1.0.0',
      '/do/4/safe/try/0/risky': 'd@1.0.0',
      '/do/4/safe/catch/do/0/mend': 'e@1.0.0',
    });
    expect(Object.keys(built.snapshot.agents).toSorted()).toEqual([
      'a@1.0.0',
      'b@2.1.0',
      'c@1.0.0',
      'd@1.0.0',
      'e@1.0.0',
    ]);
  });

  it('looks an agent up once, however often it is called', async () => {
    const asked: string[] = [];
    const resolve: ResolveAgent = async (_scope, name, range) => {
      asked.push(`${name} ${range ?? ''}`);
      return registered(name);
    };
    const built = await build(resolve, [
      { first: callAgent('a') },
      { second: callAgent('a') },
      { third: callAgent('a', '^1.0.0') },
      { fourth: callAgent('b') },
    ]);
    expect(asked.toSorted()).toEqual(['a ', 'a ^1.0.0', 'b ']);
    expect(built.ok && Object.keys(built.snapshot.pins)).toHaveLength(4);
  });

  it('names every agent that cannot be had, and where it is called', async () => {
    const built = await build(async () => null, [{ one: callAgent('x') }, { two: callAgent('y', '^3.0.0') }]);
    if (built.ok) throw new Error('There are no agents.');
    expect(built.problems.map(({ pointer }) => pointer)).toEqual(['/do/0/one', '/do/1/two']);
    expect(built.problems[0]?.detail).toContain('Agent "x" has no version that is not archived');
    expect(built.problems[1]?.detail).toContain('no version in the range "^3.0.0"');
  });

  it('tells what is wrong with a definition that is none', async () => {
    const built = await buildSnapshot(async () => null, {
      scope,
      runId,
      document: { do: 'nothing' },
      requester: 'dev|ann',
      input: null,
    });
    if (built.ok) throw new Error('The definition is none.');
    expect(built.problems.map(({ pointer }) => pointer)).toContain('/do');
  });
});

describe('pinAgent()', () => {
  it('fills in the defaults of a bare agent', () => {
    expect(pinAgent(registered('writer'))).toEqual({
      name: 'writer',
      version: '1.0.0',
      adapter: 'http',
      config: {},
      timeoutMs: 300_000,
      retry: DEFAULT_RETRY,
      effects: 'unknown',
    });
  });

  it('pins the agents that agents call as tools, and theirs, once each', async () => {
    const tool = (name: string, agent: string, more: JsonObject = {}): JsonObject => ({
      name,
      agent,
      ...more,
    });
    const bodies: Readonly<Record<string, JsonObject>> = {
      chief: {
        config: {
          tools: [
            tool('find', 'finder', { version: '^1.0.0', parameters: { type: 'object' } }),
            tool('again', 'chief'),
          ],
        },
      },
      finder: { config: { tools: [tool('look', 'reader'), { name: 'nobody' }, 'none'] } },
      reader: { config: { tools: 'none' } },
    };
    const asked: string[] = [];
    const built = await build(
      async (_scope, name, range) => {
        asked.push(`${name} ${range ?? ''}`);
        return registered(name, '1.0.0', bodies[name]);
      },
      [{ one: callAgent('chief') }, { two: callAgent('reader') }],
    );
    if (!built.ok) throw new Error(JSON.stringify(built.problems));
    const { agents, pins } = built.snapshot;
    expect(pins).toEqual({ '/do/0/one': 'chief@1.0.0', '/do/1/two': 'reader@1.0.0' });
    expect(agents['chief@1.0.0']?.tools).toEqual({
      find: { agent: 'finder@1.0.0', parameters: { type: 'object' } },
      again: { agent: 'chief@1.0.0' },
    });
    expect(agents['finder@1.0.0']?.tools).toEqual({ look: { agent: 'reader@1.0.0' } });
    expect(agents['reader@1.0.0']).not.toHaveProperty('tools');
    expect(asked.toSorted()).toEqual(['chief ', 'chief ', 'finder ^1.0.0', 'reader ', 'reader ']);
  });

  it('names the tool whose agent is not there, and stops when agents call ever more agents', async () => {
    const endless: ResolveAgent = async (_scope, name) =>
      registered(name, '1.0.0', { config: { tools: [{ name: 'next', agent: `${name}x` }] } });
    const crowded = await build(endless, [{ one: callAgent('a') }]);
    expect(crowded).toMatchObject({
      ok: false,
      problems: [{ detail: expect.stringContaining('more than 500') }],
    });
    const missing = await build(
      async (scope_, name) => (name === 'a' ? endless(scope_, name) : null),
      [{ one: callAgent('a') }],
    );
    expect(missing).toEqual({
      ok: false,
      problems: [
        {
          pointer: '/do/0/one',
          detail:
            'Agent "ax", which agent "a@1.0.0" calls as its tool "next", has no version that is not archived in this workspace; register one with PUT /v1/agents/ax/versions/{version}.',
        },
      ],
    });
  });

  it('reads everything an agent version can say', () => {
    const body = {
      config: { endpoint: 'http://127.0.0.1:1/' },
      input: { schema: { type: 'object' } },
      output: { schema: true, repair: true },
      timeout: 'PT90S',
      effects: 'idempotent',
      retry: {
        maxAttempts: 2,
        initialInterval: 'PT0.5S',
        backoff: 3,
        maxInterval: 'PT10S',
        nonRetryable: ['authorization', 7],
      },
      cost: { inputPerMTokUsd: 3, perCallUsd: 0.01 },
      concurrency: { max: 2 },
      limits: { maxSteps: 3, maxTokens: 9, other: 1 },
    };
    expect(pinAgent(registered('writer', '2.0.0', body))).toEqual({
      name: 'writer',
      version: '2.0.0',
      adapter: 'http',
      config: { endpoint: 'http://127.0.0.1:1/' },
      inputSchema: { type: 'object' },
      outputSchema: true,
      repair: true,
      timeoutMs: 90_000,
      retry: {
        maxAttempts: 2,
        initialIntervalMs: 500,
        backoff: 3,
        maxIntervalMs: 10_000,
        nonRetryable: ['authorization'],
      },
      effects: 'idempotent',
      cost: { inputPerMTokUsd: 3, outputPerMTokUsd: 0, perCallUsd: 0.01 },
      concurrency: { max: 2 },
      limits: { maxSteps: 3, maxTokens: 9 },
    });
  });

  it('takes what it cannot read for absent', () => {
    const body = {
      config: 'none',
      input: { schema: 'any' },
      timeout: 'soon',
      effects: 'many',
      retry: { maxAttempts: '9', initialInterval: 5, nonRetryable: 'all' },
      cost: [],
      concurrency: { max: 'two' },
      limits: 5,
    };
    expect(pinAgent(registered('writer', '1.0.0', body))).toEqual(pinAgent(registered('writer')));
  });
});

describe('snapshotFromJson()', () => {
  it('gives back what snapshotToJson wrote', async () => {
    const built = await build(async (_scope, name) => registered(name), [{ one: callAgent('a') }]);
    if (!built.ok) throw new Error(JSON.stringify(built.problems));
    const stored = parseJson(JSON.stringify(snapshotToJson(built.snapshot)));
    expect(isObject(stored) && snapshotFromJson(stored)).toEqual(built.snapshot);
  });
});
