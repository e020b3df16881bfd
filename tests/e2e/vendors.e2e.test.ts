import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAdapterRegistry, createAdapters } from '@baton/agents';
import {
  startDifyCounterpart,
  startFlowiseCounterpart,
  startLanggraphCounterpart,
  startN8nCounterpart,
  startOpenaiCounterpart,
  type LoopbackCounterpart,
} from '@baton/agents/stand-ins';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { textOf } from './http.ts';
import { callAgent, createScenario, type Scenario } from './scenario.ts';
import { startStack, type Stack } from './stack.ts';
import { historyOf } from './temporal.ts';
import { verifies } from './verifies.ts';

const KEY = 'sk-e2e-0123456789';

let stack: Stack;
let scenario: Scenario;
let vendors: LoopbackCounterpart[] = [];
beforeAll(async () => {
  stack = await startStack({ env: { BATON_SECRET_E2E: KEY } });
  scenario = createScenario(stack.apiUrl);
});
afterEach(async () => {
  for (const vendor of vendors) await vendor.stop();
  vendors = [];
});
afterAll(() => stack.stop());

type Behaviour = Parameters<LoopbackCounterpart['configFor']>[0];

/** A vendor that behaves so, and an agent of it under a name of its own. */
async function agentOf(
  adapter: string,
  vendor: LoopbackCounterpart,
  { kind, more = {} }: { kind: 'ok' | 'pause' | 'drop'; more?: JsonObject },
): Promise<string> {
  vendors.push(vendor);
  const behaviour: Behaviour = { kind };
  const config = vendor.configFor(behaviour);
  const agent = scenario.name(adapter);
  const registered = await scenario.call(`PUT /v1/agents/${agent}/versions/1.0.0`, {
    json: {
      adapter,
      config: { ...(isObject(config) ? config : {}), ...more },
      retry: { maxAttempts: 2, initialInterval: 'PT0.1S' },
    },
  });
  if (registered.status !== 201) throw new Error(JSON.stringify(registered.body));
  return agent;
}

const MESSAGES = { messages: [{ role: 'user', content: 'tea?' }] };

/** Every vendor's agent, and what it takes. */
const VENDORS: Readonly<Record<string, readonly [() => Promise<LoopbackCounterpart>, Json]>> = {
  dify: [() => startDifyCounterpart({ app: 'workflow' }), { inputs: { topic: 'tea' } }],
  flowise: [() => startFlowiseCounterpart(), { question: 'Is the tea ready?' }],
  langgraph: [() => startLanggraphCounterpart(), MESSAGES],
  n8n: [() => startN8nCounterpart(), { chatInput: 'tea?' }],
  openai: [() => startOpenaiCounterpart(), MESSAGES],
};

describe('agents of vendors', () => {
  it(verifies('AGENT-6', 'are all of one kind to a workflow'), async () => {
    const kinds = createAdapterRegistry(createAdapters()).kinds;
    // Scenarios of their own call these.
    const others = ['framework', 'http'];
    expect([...Object.keys(VENDORS), ...others].toSorted()).toEqual(kinds);
    const runs = await Promise.all(
      Object.entries(VENDORS).map(async ([adapter, [start, input]]) => {
        const agent = await agentOf(adapter, await start(), { kind: 'ok' });
        return scenario.run([{ ask: { ...callAgent(agent, { input: '${ . }', return: 'reply' }) } }], input);
      }),
    );
    for (const run of runs) {
      expect(run).toMatchObject({ status: 'completed', output: { finish: 'stop', usage: { calls: 1 } } });
    }
  });

  it(verifies('AGENT-6', 'are tried again under one key when the connection is lost'), async () => {
    const vendor = await startOpenaiCounterpart();
    const agent = await agentOf('openai', vendor, { kind: 'drop' });
    const run = await scenario.run(
      [
        {
          ask: {
            try: [{ call: callAgent(agent, { input: 'tea?' }) }],
            catch: { as: 'error', do: [{ say: { set: '${ $error.type }' } }] },
          },
        },
      ],
      'tea?',
    );
    expect(run).toMatchObject({ status: 'completed', output: expect.stringContaining('communication') });
    expect(new Set(vendor.received().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });
});

describe('an agent that pauses', () => {
  it.each([
    ['dify', { action: 'yes', form: { note: 'fine' } }],
    ['flowise', { action: 'approve' }],
    ['langgraph', { action: 'approve' }],
  ] as const)('of %s asks a person, and goes on once with the answer', async (adapter, answer) => {
    verifies('AGENT-7', '');
    const [start, input] = VENDORS[adapter] ?? [startOpenaiCounterpart, null];
    const vendor = await start();
    const agent = await agentOf(adapter, vendor, { kind: 'pause' });
    const policy = { candidates: { roles: ['editor'] } };
    const workflow = await scenario.publish([
      { ask: callAgent(agent, { input: '${ . }', pauses: { policy } }) },
    ]);
    const run = (await scenario.start(workflow, input)).text('id');
    const { id, etag, task } = await scenario.humanTask(run);
    expect(task).toMatchObject({ context: { agent: `${agent}@1.0.0` } });
    const asked = vendor.received().length;
    const decided = await scenario.decide(id, answer, { as: 'bob:editor', etag });
    expect(decided.status).toBe(200);
    expect(await scenario.ended(run)).toMatchObject({ status: 'completed' });
    expect(vendor.received().length).toBeGreaterThan(asked);
    const events = await scenario.events(run);
    const told = events.map(({ type }) => type);
    expect(told.filter((type) => type === 'human_task.decided')).toHaveLength(1);
  });
});

/** Everything in a history, payloads as the texts they are. */
function readable(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(readable).join(' ');
}

describe('a secret of an agent', () => {
  it(verifies('AGENT-8', 'goes out with the call, and stands nowhere else'), async () => {
    const vendor = await startOpenaiCounterpart();
    const agent = await agentOf('openai', vendor, { kind: 'ok', more: { apiKey: '$secrets.e2e' } });
    const shown = await scenario.call(`GET /v1/agents/${agent}/versions/1.0.0`);
    expect(shown.body).toMatchObject({ config: { apiKey: '$secrets.e2e' } });
    const run = await scenario.run([{ ask: callAgent(agent, { input: 'tea?' }) }], 'tea?');
    expect(run).toMatchObject({ status: 'completed' });
    expect(vendor.calls().at(-1)?.headers['authorization']).toBe(`Bearer ${KEY}`);
    const texts = [readable(await historyOf(run, stack.temporalAddress)), JSON.stringify(run)];
    texts.push(JSON.stringify(await scenario.events(textOf(run, 'id'))));
    expect(texts[0]).toContain('tea?');
    expect(texts.filter((text) => text.includes(KEY))).toEqual([]);
  });

  it(verifies('AGENT-8', 'that is missing fails the call for good, and is named'), async () => {
    const agent = await agentOf('openai', await startOpenaiCounterpart(), {
      kind: 'ok',
      more: { apiKey: '$secrets.nobody_has_it' },
    });
    const run = await scenario.run([{ ask: callAgent(agent, { input: 'tea?' }) }], 'tea?');
    expect(run).toMatchObject({
      status: 'faulted',
      error: { detail: expect.stringContaining('There is no secret "nobody_has_it"') },
    });
  });
});
