import { describe, expect, it } from '@jest/globals';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { select } from './database.ts';
import { eventually, textOf } from './http.ts';
import { ownAgent } from './own-parts.ts';
import { callAgent, createScenario, objectOf } from './scenario.ts';
import { verifies } from './verifies.ts';

const scenario = createScenario();

async function circuitOf(agent: string): Promise<JsonObject> {
  const health = objectOf(await scenario.call(`GET /v1/agents/${agent}/health`));
  const circuit: Json = health['circuit'] ?? null;
  if (!isObject(circuit)) throw new Error(`No circuit: ${JSON.stringify(health)}`);
  return circuit;
}

describe('an agent that is away', () => {
  it(
    verifies('AGENT-11', 'is left alone for a while, tried once, and called again when it is well'),
    async () => {
      let isWell = false;
      const agent = await ownAgent(({ method, body }) =>
        isWell || method === 'GET' ? { body } : { status: 503, body: 'sorry' },
      );
      const retry = { maxAttempts: 100, initialInterval: 'PT1S', backoff: 1, maxInterval: 'PT1S' };
      const name = await scenario.register(`${agent.url}/work`, { retry });
      const workflow = await scenario.publish([{ work: callAgent(name) }]);
      const run = async (): Promise<string> => (await scenario.start(workflow)).text('id');
      expect(await circuitOf(name)).toEqual({ state: 'closed', since: null, retryAt: null });
      const runs = [await run(), await run()];
      const opened = await eventually(
        () => circuitOf(name),
        ({ state }) => state === 'open',
        { withinMs: 40_000 },
      );
      expect(opened).toEqual({ state: 'open', since: expect.any(String), retryAt: expect.any(String) });
      const refused = (runId: string): Promise<unknown> =>
        eventually(
          async () => JSON.stringify(await scenario.events(runId)),
          (events) => events.includes(`Agent \\"${name}\\" 1.0.0 was not called`),
        );
      // What began before the circuit was seen to be open has ended.
      for (const id of runs) await refused(id);
      const called = agent.callsTo('/work').filter(({ method }) => method === 'POST').length;
      const late = await run();
      await refused(late);
      expect(agent.callsTo('/work').filter(({ method }) => method === 'POST')).toHaveLength(called);
      isWell = true;
      await select(`UPDATE agent_circuits SET retry_at = now() WHERE agent = $1`, [name]);
      expect(await circuitOf(name)).toMatchObject({ state: 'half-open' });
      expect(await scenario.ended(await run())).toMatchObject({ status: 'completed' });
      expect(await circuitOf(name)).toMatchObject({ state: 'closed' });
      for (const id of [...runs, late])
        expect(await scenario.ended(id, { withinMs: 60_000 })).toMatchObject({ status: 'completed' });
    },
    150_000,
  );
});

describe('an agent whose answers are kept', () => {
  const usageOf = async (runId: string): Promise<JsonObject> => {
    const [usage] = (await scenario.events(runId)).filter(({ type }) => type === 'agent.usage');
    return usage ?? {};
  };

  it(
    verifies('AGENT-12', 'is asked the same question once, and the answer costs nothing again'),
    async () => {
      let answers = 0;
      const agent = await ownAgent(() => {
        answers += 1;
        return { body: { answers, tokens: 7 } };
      });
      const config = {
        endpoint: `${agent.url}/ask`,
        response: { output: '${ .answers }', usage: { inputTokens: '${ .tokens }' } },
      };
      const name = await scenario.register('', { config, cache: { ttl: 'PT1H' }, cost: { perCallUsd: 0.5 } });
      const ask = (input: Json): Promise<JsonObject> =>
        scenario.run([{ ask: callAgent(name, { input, return: 'reply' }) }]);
      const first = await ask({ q: 1 });
      expect(first).toMatchObject({
        output: { output: 1 },
        usage: { inputTokens: 7, costUsd: 0.5, calls: 1 },
      });
      const again = await ask({ q: 1 });
      expect(again).toMatchObject({
        output: { output: 1, cached: true },
        usage: { inputTokens: 0, costUsd: 0, calls: 0 },
      });
      expect(await usageOf(textOf(again, 'id'))).toMatchObject({ cached: true, usage: { calls: 0 } });
      const [step] = await scenario.steps(textOf(again, 'id'));
      expect(step).toMatchObject({ usage: { calls: 0, cached: true } });
      expect(await usageOf(textOf(first, 'id'))).not.toHaveProperty('cached');
      expect(await ask({ q: 2 })).toMatchObject({ output: { output: 2 } });
      expect(agent.calls).toHaveLength(2);
    },
  );

  it(verifies('AGENT-12', 'may say which questions are the same'), async () => {
    let answers = 0;
    const agent = await ownAgent(() => ({ body: (answers += 1) }));
    const cache = { ttl: 'PT1H', key: '${ .topic | ascii_downcase }' };
    const name = await scenario.register(`${agent.url}/ask`, { cache });
    const ask = async (input: Json): Promise<Json> =>
      (await scenario.run([{ ask: callAgent(name, { input }) }]))['output'] ?? null;
    expect(await ask({ topic: 'Rivers', at: 1 })).toBe(1);
    expect(await ask({ topic: 'rivers', at: 2 })).toBe(1);
    expect(await ask({ topic: 'lakes' })).toBe(2);
  });

  it(
    verifies(['AGENT-1', 'AGENT-12'], 'is refused a key that is no expression, and a time that is none'),
    async () => {
      const put = (cache: Json) =>
        scenario.call(`PUT /v1/agents/${scenario.name('agent')}/versions/1.0.0`, {
          json: { adapter: 'http', config: { endpoint: 'https://a.example' }, cache },
        });
      const key = await put({ ttl: 'PT1H', key: '.topic +' });
      expect([key.status, key.field('errors')]).toEqual([
        422,
        [{ pointer: '/cache/key', detail: expect.stringContaining('does not compile') }],
      ]);
      for (const cache of [{}, { ttl: 'soon' }, { ttl: 'P31D' }, { ttl: 'PT1H', keys: 1 }])
        expect((await put(cache)).status).toBe(400);
    },
  );
});
