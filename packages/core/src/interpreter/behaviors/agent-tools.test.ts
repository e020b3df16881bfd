import { describe, expect, it } from '@jest/globals';
import type { PinnedAgent, PinnedTool } from '../../agent.ts';
import { parseJson } from '../../json-codec.ts';
import type { Json, JsonObject } from '../../json.ts';
import {
  agentOf,
  errorOf,
  eventsOf,
  outputOf,
  snapshotOf,
  startSnapshot,
  told,
  type Hand,
} from '../hand-runtime-fixture.ts';

const KEY = 'writer@1.0.0';

interface Called {
  readonly name?: string;
  readonly id?: string;
  readonly arguments?: Json;
}

const asks = (calls: readonly Called[], more: JsonObject = {}): JsonObject => ({
  output: null,
  finish: 'pause',
  pause: {
    kind: 'tools',
    title: 'Calls its tools',
    resume: { turns: 1 },
    items: calls.map(({ name = 'search', id = 'c-1', arguments: input = { q: 'tea' } }) => ({
      id,
      name,
      arguments: input,
    })),
  },
  ...more,
});

const TOOLS: Readonly<Record<string, PinnedTool>> = {
  search: {
    agent: 'finder@2.0.0',
    parameters: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
  },
  ask: { agent: KEY },
};

function call(writer: Partial<PinnedAgent> = {}, finder: Partial<PinnedAgent> = {}): Hand {
  const snapshot = snapshotOf([{ a: { call: 'agent', with: { agent: 'writer', input: 'Write.' } } }], {
    agent: agentOf({ tools: TOOLS, ...writer }),
  });
  const found = agentOf({ name: 'finder', version: '2.0.0', ...finder });
  return startSnapshot({ ...snapshot, agents: { ...snapshot.agents, 'finder@2.0.0': found } });
}

const reply = (hand: Hand, step: string, result: Json): unknown =>
  hand.feed({ kind: 'completed', command: hand.of(step).id, result });

const asked = (hand: Hand, step: string): Json => parseJson(JSON.stringify(hand.of(step)));

const resumed = (hand: Hand): Json => {
  const command = hand.of('a');
  return command.kind === 'invoke-agent' ? (command.resume?.answer ?? null) : null;
};

describe('an agent that calls its tools', () => {
  it('is answered by other agents, each call a step of its own under a key of its own', () => {
    const hand = call();
    reply(hand, 'a', asks([{}, { id: 'c-2', arguments: { q: 'milk' } }], { usage: { inputTokens: 5 } }));
    const open = hand.open();
    expect(open).toMatchObject([
      {
        kind: 'invoke-agent',
        agent: 'finder@2.0.0',
        input: { q: 'tea' },
        step: { name: 'search', kind: 'tool', path: '/do/0/a/tools/search', parent: 1, attempt: 1 },
      },
      { agent: 'finder@2.0.0', input: { q: 'milk' }, step: { kind: 'tool', parent: 1 } },
    ]);
    const keys = open.map((command) => ('idempotencyKey' in command ? command.idempotencyKey : ''));
    expect(new Set(keys).size).toBe(2);
    // Whatever comes first, the agent hears the answers in the order in which it asked.
    const second = open[1]?.id ?? 0;
    hand.feed({
      kind: 'completed',
      command: second,
      result: { output: 'of milk', usage: { outputTokens: 2 } },
    });
    expect(hand.open()).toHaveLength(1);
    reply(hand, 'search', { output: { found: 3 } });
    expect(asked(hand, 'a')).toMatchObject({
      agent: KEY,
      input: 'Write.',
      local: false,
      resume: {
        state: { turns: 1 },
        answer: {
          items: [
            { id: 'c-1', name: 'search', result: { found: 3 } },
            { id: 'c-2', name: 'search', result: 'of milk' },
          ],
        },
      },
    });
    hand.answer('a', 'done');
    expect(outputOf(hand)).toBe('done');
    expect(eventsOf(hand, 'agent.usage').map(({ agent, step }) => `${agent} ${step.kind}`)).toEqual([
      'writer call-agent',
      'finder tool',
      'finder tool',
      'writer call-agent',
    ]);
    expect(hand.state.usage).toMatchObject({ inputTokens: 5, outputTokens: 2, calls: 4 });
    expect(told(hand).filter((event) => event.endsWith('search'))).toEqual([
      'step.started search',
      'step.started search',
      'agent.usage search',
      'step.completed search',
      'agent.usage search',
      'step.completed search',
    ]);
  });

  it('hears of tools that do not exist, of wrong arguments, and of tools that fail for good', () => {
    const hand = call({}, { outputSchema: { type: 'string' } });
    const wrong = [
      { id: 'c-1', name: 'toString' },
      { id: 'c-2', arguments: {} },
      { id: 'c-3', arguments: 'no JSON' },
      { id: 'c-4' },
      { id: 'c-5', arguments: { q: 'milk' } },
    ];
    reply(hand, 'a', asks(wrong));
    hand.fail('search', { retryable: false, detail: 'Nobody is there.' });
    reply(hand, 'search', { output: 5 });
    expect(resumed(hand)).toMatchObject({
      items: [
        { id: 'c-1', error: { detail: 'There is no tool "toString".' } },
        { id: 'c-2', error: { detail: expect.stringContaining('arguments of tool search') } },
        { id: 'c-3', error: { detail: expect.stringContaining('arguments of tool search') } },
        { id: 'c-4', error: { detail: 'Nobody is there.', status: 500 } },
        { id: 'c-5', error: { detail: expect.stringContaining('output of agent finder') } },
      ],
    });
    hand.answer('a', 'so be it');
    expect(outputOf(hand)).toBe('so be it');
    expect(told(hand).filter((event) => event === 'step.faulted search')).toHaveLength(4);
  });

  it("tries a tool again as the tool's own version says", () => {
    const hand = call();
    reply(hand, 'a', asks([{}]));
    const before = asked(hand, 'search');
    hand.fail('search');
    expect(told(hand)).toContain('step.retrying search');
    hand.fire();
    expect(asked(hand, 'search')).toMatchObject({ step: { attempt: 2 } });
    expect({ ...hand.of('search'), id: 0, step: null }).toEqual({
      ...(typeof before === 'object' ? before : {}),
      id: 0,
      step: null,
    });
    hand.answer('search', 'found');
    expect(resumed(hand)).toMatchObject({ items: [{ result: 'found' }] });
  });

  it('may be a tool itself, which asks people and calls tools, though not without end', () => {
    const hand = call();
    reply(hand, 'a', asks([{ name: 'ask', arguments: 'deeper' }]));
    reply(hand, 'ask', { output: null, finish: 'pause', pause: { title: 'May I?', resume: 1 } });
    expect(asked(hand, 'ask')).toMatchObject({ kind: 'open-human-task', task: { title: 'May I?' } });
    reply(hand, 'ask', { outcome: 'approve', humanTaskId: 'h-1' });
    for (let depth = 2; depth <= 5; depth += 1) reply(hand, 'ask', asks([{ name: 'ask', arguments: 'on' }]));
    reply(hand, 'ask', asks([{ name: 'ask', arguments: 'too deep' }]));
    expect(asked(hand, 'ask')).toMatchObject({
      resume: {
        answer: {
          items: [{ error: { detail: 'Agents call one another as tools 5 deep at most.' } }],
        },
      },
    });
    for (let depth = 5; depth >= 1; depth -= 1) hand.answer('ask', `depth ${depth}`);
    hand.answer('a', 'done');
    expect(outputOf(hand)).toBe('done');
  });

  it('is canceled with its tools', () => {
    const hand = call();
    reply(hand, 'a', asks([{}]));
    const { id } = hand.of('search');
    hand.feed({ kind: 'cancel', reason: 'Enough.' });
    expect(told(hand)).toContain('step.canceled search');
    expect(hand.commands.at(-1)).toEqual({ kind: 'cancel', target: id });
  });

  it('has none unless its version names them', () => {
    const hand = startSnapshot(snapshotOf([{ a: { call: 'agent', with: { agent: 'writer', input: 1 } } }]));
    reply(hand, 'a', asks([{}]));
    expect(resumed(hand)).toMatchObject({ items: [{ error: { detail: 'There is no tool "search".' } }] });
  });

  it('must name a tool', () => {
    const hand = call();
    reply(hand, 'a', asks([]));
    expect(errorOf(hand).detail).toBe('Agent "writer" asks for tools and names none.');
  });
});

describe('the limits of an agent', () => {
  it('are told with every call, less what is used up', () => {
    const hand = call({ limits: { maxSteps: 3, maxTokens: 100 } });
    expect(hand.of('a')).toMatchObject({ budget: { steps: 3, toolCalls: 100, tokens: 100 } });
    reply(hand, 'a', asks([{}], { usage: { inputTokens: 30, outputTokens: 10 } }));
    expect(hand.of('search')).not.toHaveProperty('budget');
    hand.answer('search', 1);
    expect(hand.of('a')).toMatchObject({ budget: { steps: 2, toolCalls: 99, tokens: 60 } });
    const open = call({ limits: { maxToolCalls: 1 } });
    expect(open.of('a')).toMatchObject({ budget: { steps: 25, toolCalls: 1 } });
    expect(call().of('a')).not.toHaveProperty('budget');
  });

  it('end a call that goes on beyond them, with the limit in the sentence', () => {
    const steps = call({ limits: { maxSteps: 2 } });
    reply(steps, 'a', asks([{}]));
    steps.answer('search', 1);
    reply(steps, 'a', asks([{}]));
    expect(errorOf(steps)).toMatchObject({
      status: 500,
      detail:
        'Agent "writer" asks for tools once more, and may answer 2 times. Raise "limits.maxSteps" in a new version, or give it a smaller task.',
    });
    const calls = call({ limits: { maxToolCalls: 1 } });
    reply(calls, 'a', asks([{}, { id: 'c-2' }]));
    expect(errorOf(calls).detail).toContain('asks for 2 calls of tools, and may make 1');
    const tokens = call({ limits: { maxTokens: 10 } });
    reply(tokens, 'a', asks([{}], { usage: { outputTokens: 10 } }));
    expect(errorOf(tokens).detail).toContain('has used 10 tokens and is not done, and may use 10');
    const endless = call();
    for (let round = 1; round < 25; round += 1) {
      reply(endless, 'a', asks([{}]));
      endless.answer('search', 1);
    }
    reply(endless, 'a', asks([{}]));
    expect(errorOf(endless).detail).toContain('may answer 25 times');
  });
});
