import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startDifyCounterpart,
  startFlowiseCounterpart,
  startLanggraphCounterpart,
  startN8nCounterpart,
  startOpenaiCounterpart,
  type LoopbackCounterpart,
} from '@baton/agents/stand-ins';
import type { Json } from '@baton/core';
import { eventually } from './http.ts';
import { callAgent, createScenario, type Scenario } from './scenario.ts';
import { startStack, type Stack } from './stack.ts';
import { verifies } from './verifies.ts';

let stack: Stack;
let scenario: Scenario;
let vendor: LoopbackCounterpart | undefined;
beforeAll(async () => {
  stack = await startStack();
  scenario = createScenario(stack.apiUrl);
});
afterEach(() => vendor?.stop());
afterAll(() => stack.stop());

/** How soon a cancel must have reached whoever works. */
const REACHED_MS = 15_000;

interface Case {
  readonly start: () => Promise<LoopbackCounterpart>;
  readonly input: Json;
  /** Whether the vendor has a call to stop what it works on, and the adapter an id to stop. */
  readonly isTold: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  dify: {
    start: () => startDifyCounterpart({ app: 'workflow' }),
    input: { inputs: { topic: 'tea' } },
    isTold: true,
  },
  flowise: { start: () => startFlowiseCounterpart(), input: { question: 'Tea?' }, isTold: true },
  langgraph: {
    start: () => startLanggraphCounterpart(),
    input: { messages: [{ role: 'user', content: 'tea?' }] },
    isTold: true,
  },
  n8n: { start: () => startN8nCounterpart(), input: { chatInput: 'tea?' }, isTold: false },
  openai: { start: () => startOpenaiCounterpart(), input: 'tea?', isTold: false },
};

describe('a run that is canceled while an agent works', () => {
  it.each(Object.entries(CASES))('reaches %s within 15 s', async (adapter, { start, input, isTold }) => {
    verifies('AGENT-19', '');
    vendor = await start();
    const agent = scenario.name(adapter);
    const registered = await scenario.call(`PUT /v1/agents/${agent}/versions/1.0.0`, {
      json: { adapter, config: vendor.configFor({ kind: 'slow-stream' }) },
    });
    expect(registered.status).toBe(201);
    const workflow = await scenario.publish([{ ask: callAgent(agent, { input: '${ . }' }) }]);
    const arrived = vendor.nextCall();
    const run = (await scenario.start(workflow, input)).text('id');
    const received = await arrived;
    const since = Date.now();
    await scenario.call(`POST /v1/runs/${run}/cancel`, { json: { reason: 'Enough.' } });
    await received.closed;
    if (isTold)
      await eventually(
        async () => vendor?.stops?.() ?? 0,
        (stops) => stops > 0,
        { withinMs: REACHED_MS },
      );
    expect(Date.now() - since).toBeLessThan(REACHED_MS);
    expect(await scenario.ended(run)).toMatchObject({ status: 'canceled' });
  });
});
