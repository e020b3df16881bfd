import { describe, expect, it } from '@jest/globals';
import { isObject, own, type Json, type JsonObject } from '@baton/core';
import type { AgentAnswer, AgentStandIn, ReceivedCall } from './agent-stand-in.ts';
import { eventually, textOf } from './http.ts';
import { ownAgent, ownStack } from './own-parts.ts';
import { callAgent, createScenario, type Scenario } from './scenario.ts';
import { verifies } from './verifies.ts';

interface ToolWish {
  readonly name: string;
  readonly arguments: JsonObject;
}

const USAGE = { prompt_tokens: 10, completion_tokens: 2 };

/** The messages of a question to the model. */
function messagesOf({ body }: ReceivedCall): readonly JsonObject[] {
  const messages = isObject(body) ? own(body, 'messages') : undefined;
  return Array.isArray(messages) ? messages.filter((message: Json) => isObject(message)) : [];
}

/** What tools have told the model, oldest first. */
const resultsOf = (call: ReceivedCall): readonly string[] =>
  messagesOf(call).flatMap(({ role, content }) =>
    role === 'tool' && typeof content === 'string' ? [content] : [],
  );

function asks(wishes: readonly ToolWish[]): AgentAnswer {
  const calls = wishes.map(({ name, arguments: input }, index) => ({
    id: `t-${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const message = { role: 'assistant', content: null, tool_calls: calls };
  return { body: { id: 'chat-1', choices: [{ finish_reason: 'tool_calls', message }], usage: USAGE } };
}

function says(content: string): AgentAnswer {
  const message = { role: 'assistant', content };
  return { body: { id: 'chat-2', choices: [{ finish_reason: 'stop', message }], usage: USAGE } };
}

/** A model that calls tools while it has these wishes, and then tells what it has heard. */
function model(rounds: readonly (readonly ToolWish[])[]): Promise<AgentStandIn> {
  return ownAgent(
    (call) => {
      const answered = messagesOf(call).filter(({ role }) => role === 'assistant').length;
      const wishes = rounds[answered];
      return wishes === undefined ? says(resultsOf(call).join(' and ')) : asks(wishes);
    },
    { cooperates: false },
  );
}

async function registerModel(
  scenario: Scenario,
  { url }: AgentStandIn,
  { agent, more = {} }: { readonly agent: string; readonly more?: JsonObject },
): Promise<string> {
  const name = scenario.name('model');
  const config = { endpoint: `${url}/v1`, model: 'tea-1', stream: false, tools: [{ name: 'price', agent }] };
  const answer = await scenario.call(`PUT /v1/agents/${name}/versions/1.0.0`, {
    json: { adapter: 'openai', config, ...more },
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return name;
}

const PRICES: Readonly<Record<string, number>> = { tea: 3, milk: 1 };
const priceOf = ({ body }: ReceivedCall): AgentAnswer =>
  isObject(body) && typeof body['item'] === 'string'
    ? { body: { price: PRICES[body['item']] ?? null } }
    : { status: 422, body: { detail: 'Which item?' } };

const price = (item: string): ToolWish => ({ name: 'price', arguments: { item } });

describe('a model that calls its tools', () => {
  const scenario = createScenario();

  it(
    verifies('AGENT-9', 'is answered by registered agents, each call a step with usage of its own'),
    async () => {
      const shop = await ownAgent(priceOf);
      const agent = await scenario.register(`${shop.url}/price`, { cost: { perCallUsd: 0.5 } });
      const name = await registerModel(
        scenario,
        await model([[price('tea'), price('milk')], [price('tea')]]),
        {
          agent,
        },
      );
      const run = await scenario.run([{ ask: callAgent(name, { input: 'What do they cost?' }) }]);
      expect(run).toMatchObject({
        status: 'completed',
        output: '{"price":3} and {"price":1} and {"price":3}',
        usage: { inputTokens: 30, outputTokens: 6, costUsd: 1.5, calls: 6 },
      });
      const steps = await scenario.steps(textOf(run, 'id'));
      const tools = steps.filter(({ kind }) => kind === 'tool');
      expect(tools).toHaveLength(3);
      expect(tools[0]).toMatchObject({
        name: 'price',
        path: '/do/0/ask/tools/price',
        status: 'completed',
        input: { item: 'tea' },
        output: { price: 3 },
        usage: { calls: 1, costUsd: 0.5 },
      });
      // The same call twice in two answers is two deliveries.
      expect(new Set(shop.calls.map(({ key }) => key)).size).toBe(3);
    },
  );

  it(verifies('AGENT-9', 'hears of a tool that fails, and ends at its limits'), async () => {
    const shop = await ownAgent(priceOf);
    const agent = await scenario.register(`${shop.url}/price`);
    const lost = await registerModel(scenario, await model([[{ name: 'price', arguments: {} }]]), { agent });
    const run = await scenario.run([{ ask: callAgent(lost, { input: 'What does it cost?' }) }]);
    expect(run).toMatchObject({ status: 'completed', output: expect.stringMatching(/^Error: .*422/) });
    const endless = await model(Array.from({ length: 9 }, () => [price('tea')]));
    const limited = await registerModel(scenario, endless, { agent, more: { limits: { maxSteps: 3 } } });
    expect(await scenario.run([{ ask: callAgent(limited, { input: 'And now?' }) }])).toMatchObject({
      status: 'faulted',
      error: { detail: expect.stringContaining('may answer 3 times') },
    });
    expect(endless.calls).toHaveLength(3);
  });

  it(verifies('AGENT-9', 'names agents that are registered'), async () => {
    const answer = await scenario.call(`PUT /v1/agents/${scenario.name('model')}/versions/1.0.0`, {
      json: {
        adapter: 'openai',
        config: {
          endpoint: 'http://127.0.0.1:9/v1',
          model: 'tea-1',
          tools: [{ name: 'price', agent: 'nobody-has-it' }],
        },
      },
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      errors: [{ pointer: '/config/tools/0/agent', detail: expect.stringContaining('register it first') }],
    });
  });
});

describe('an answer that does not match its schema', () => {
  const scenario = createScenario();
  const schema = { type: 'object', required: ['ready'] };

  it(verifies('AGENT-9', 'is mended once by the model that gave it'), async () => {
    const mended = await ownAgent((call) =>
      says(messagesOf(call).length === 1 ? '{"ready_": true}' : '{"ready": true}'),
    );
    const name = scenario.name('model');
    const config = { endpoint: `${mended.url}/v1`, model: 'tea-1', stream: false, output: { schema } };
    const json = { adapter: 'openai', config, output: { schema, repair: true } };
    await scenario.call(`PUT /v1/agents/${name}/versions/1.0.0`, { json });
    const run = await scenario.run([{ ask: callAgent(name, { input: 'Is it ready?' }) }]);
    expect(run).toMatchObject({ status: 'completed', output: { ready: true }, usage: { calls: 2 } });
  });

  it(verifies('AGENT-9', 'cannot be mended by agents that take no part in it'), async () => {
    const json = {
      adapter: 'http',
      config: { endpoint: 'http://127.0.0.1:9/' },
      output: { schema, repair: true },
    };
    const answer = await scenario.call(`PUT /v1/agents/${scenario.name('http')}/versions/1.0.0`, { json });
    expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ pointer: '/output/repair' }] }]);
  });
});

describe('a worker that is killed while tools are called', () => {
  it(
    verifies('AGENT-9', 'calls every tool with the key it had before'),
    async () => {
      const { stack, scenario } = await ownStack();
      const gate = Promise.withResolvers<undefined>();
      const shop = await ownAgent(async (call, earlier) => {
        if (earlier === 1) await gate.promise;
        return priceOf(call);
      });
      const agent = await scenario.register(`${shop.url}/price`);
      const name = await registerModel(scenario, await model([[price('tea'), price('milk')]]), { agent });
      const workflow = await scenario.publish([{ ask: callAgent(name, { input: 'What do they cost?' }) }]);
      const id = (await scenario.start(workflow)).text('id');
      await eventually(
        async () => shop.calls.length,
        (count) => count === 2,
      );
      await stack.worker.kill();
      gate.resolve(undefined);
      await stack.worker.start();
      expect(await scenario.ended(id, { withinMs: 60_000 })).toMatchObject({
        status: 'completed',
        output: '{"price":3} and {"price":1}',
      });
      expect(shop.effects).toHaveLength(2);
    },
    120_000,
  );
});
