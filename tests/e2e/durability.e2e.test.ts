import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort, startPostgres, startTemporal } from '@baton/stand';
import type { Json } from '@baton/core';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type AgentStandIn } from './agent-stand-in.ts';
import { eventually } from './http.ts';
import { askHuman, createScenario, objectOf, type Scenario } from './scenario.ts';
import { startStack, type Stack } from './stack.ts';
import { verifies } from './verifies.ts';

const stopping: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
});

async function ownStack(
  options: Parameters<typeof startStack>[0] = {},
): Promise<{ stack: Stack; scenario: Scenario }> {
  const stack = await startStack(options);
  stopping.push(() => stack.stop());
  return { stack, scenario: createScenario(stack.apiUrl) };
}

async function ownAgent(...args: Parameters<typeof startAgent>): Promise<AgentStandIn> {
  const agent = await startAgent(...args);
  stopping.push(() => agent.stop());
  return agent;
}

async function ownTemporal(): Promise<{
  address: string;
  stop: () => Promise<void>;
  again: () => Promise<void>;
}> {
  const dbFile = join(mkdtempSync(join(tmpdir(), 'baton-e2e-')), 'temporal.db');
  const port = await freePort();
  let running = await startTemporal({ dbFile, port });
  const stop = (): Promise<void> => running.stop();
  stopping.push(stop);
  return {
    address: running.address,
    stop,
    again: async () => {
      running = await startTemporal({ dbFile, port });
    },
  };
}

describe('a killed worker', () => {
  it(
    verifies('DURABLE-1', 'loses nothing and repeats no effect at cooperating agents'),
    async () => {
      const { stack, scenario } = await ownStack();
      const agent = await ownAgent(async (call) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { body: call.body };
      });
      const name = await scenario.register(`${agent.url}/work`, { timeout: 'PT20S' });
      const workflow = await scenario.publish([
        {
          each: {
            for: { each: 'n', in: '[range(12)]' },
            do: [{ work: { call: 'agent', with: { agent: name, input: { n: '${ $n }' } } } }],
          },
        },
        { say: { set: '${ .n }' } },
      ]);
      const runs = await Promise.all(
        Array.from({ length: 6 }, async () => (await scenario.start(workflow)).text('id')),
      );
      for (let kill = 1; kill <= 3; kill += 1) {
        await eventually(
          async () => agent.calls.length,
          (count) => count >= kill * 8,
        );
        await stack.worker.kill();
        await stack.worker.start();
      }
      for (const id of runs)
        expect(await scenario.ended(id)).toMatchObject({ status: 'completed', output: 11 });
      expect(agent.effects).toHaveLength(6 * 12);
      const perRun = runs.map((id) =>
        agent.effects.filter(({ runId }) => runId === id).map(({ body }) => body),
      );
      const whole: Json = Array.from({ length: 12 }, (_, n) => ({ n }));
      for (const effects of perRun) expect(effects).toEqual(whole);
      const positions = (await scenario.events(runs[0] ?? '')).map(({ position }) => position);
      expect(positions).toEqual(positions.map((_, index) => index + 1));
    },
    120_000,
  );
});

describe('the whole stack restarted', () => {
  it(
    verifies('DURABLE-2', 'goes on with an open human task'),
    async () => {
      const temporal = await ownTemporal();
      const { stack, scenario } = await ownStack({ temporalAddress: temporal.address });
      const workflow = await scenario.publish([
        { ask: askHuman({ mode: 'any', candidates: { roles: ['editor'] } }) },
        { say: { set: '${ .outcome }' } },
      ]);
      const runId = (await scenario.start(workflow)).text('id');
      const { id, etag } = await scenario.humanTask(runId);
      expect(await Promise.all([stack.api.stop(), stack.worker.stop()])).toEqual([0, 0]);
      await temporal.stop();
      await temporal.again();
      await Promise.all([stack.api.start(), stack.worker.start()]);
      expect((await scenario.decide(id, { action: 'approve' }, { as: 'bob:editor', etag })).status).toBe(200);
      expect(await scenario.ended(runId)).toMatchObject({ status: 'completed', output: 'approve' });
    },
    120_000,
  );

  it(
    verifies('DURABLE-2', 'keeps a decision that was made while no worker was there'),
    async () => {
      const { stack, scenario } = await ownStack();
      const workflow = await scenario.publish([
        { ask: askHuman({ mode: 'any', candidates: { roles: ['editor'] } }) },
      ]);
      const runId = (await scenario.start(workflow)).text('id');
      const { id, etag } = await scenario.humanTask(runId);
      await stack.worker.kill();
      expect((await scenario.decide(id, { action: 'reject' }, { as: 'bob:editor', etag })).status).toBe(200);
      await stack.worker.start();
      expect(await scenario.ended(runId)).toMatchObject({
        status: 'completed',
        output: { outcome: 'reject' },
      });
      expect(objectOf(await scenario.call(`GET /v1/human-tasks/${id}`, { as: 'admin:admin' }))).toMatchObject(
        {
          delivery: 'acknowledged',
        },
      );
    },
    120_000,
  );
});

describe('Temporal away', () => {
  it(
    verifies('DURABLE-3', 'refuses or accepts starts, and what was accepted runs'),
    async () => {
      const temporal = await ownTemporal();
      const { stack, scenario } = await ownStack({ temporalAddress: temporal.address });
      const workflow = await scenario.publish([{ say: { set: { ok: true } } }]);
      const listening = await scenario.publish([
        { hear: { listen: { to: { one: { with: { type: 'go' } } } } } },
      ]);
      const waiting = (await scenario.start(listening)).text('id');
      await scenario.reaches(waiting, 'waiting');
      await temporal.stop();
      const answers = await Promise.all(Array.from({ length: 5 }, () => scenario.start(workflow)));
      answers.push(await scenario.start(workflow), await scenario.start(workflow));
      const accepted = answers.filter(({ status }) => status === 202);
      const refused = answers.filter(({ status }) => status === 503);
      expect(accepted.length + refused.length).toBe(answers.length);
      expect(accepted.length).toBeGreaterThan(0);
      for (const answer of refused) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      const signal = await scenario.call(`POST /v1/runs/${waiting}/signals/go`, { json: { n: 1 } });
      expect(signal.status).toBe(202);
      await eventually(
        () => stack.api.ready(),
        (ready) => !ready,
      );
      await temporal.again();
      for (const answer of accepted) {
        expect(await scenario.ended(answer.text('id'))).toMatchObject({
          status: 'completed',
          output: { ok: true },
        });
      }
      expect(await scenario.ended(waiting)).toMatchObject({ status: 'completed', output: [{ n: 1 }] });
      await eventually(
        () => stack.api.ready(),
        (ready) => ready,
        { withinMs: 60_000 },
      );
    },
    180_000,
  );
});

describe('PostgreSQL away', () => {
  it(
    verifies('DURABLE-4', 'turns readiness red, and everything accepted goes on when it is back'),
    async () => {
      const dataDir = join(mkdtempSync(join(tmpdir(), 'baton-e2e-')), 'cluster');
      const port = await freePort();
      let postgres = await startPostgres({ dataDir, port });
      stopping.push(() => postgres.stop());
      const { stack, scenario } = await ownStack({
        database: { url: postgres.url, drop: () => Promise.resolve() },
      });
      const agent = await ownAgent();
      const name = await scenario.register(`${agent.url}/work`);
      const workflow = await scenario.publish([
        { nap: { wait: 'PT2S' } },
        { work: { call: 'agent', with: { agent: name, input: { n: 1 } } } },
      ]);
      const runs = await Promise.all(
        Array.from({ length: 5 }, async () => (await scenario.start(workflow)).text('id')),
      );
      await scenario.reaches(runs[0] ?? '', 'waiting');
      await postgres.stop();
      await eventually(
        () => stack.api.ready(),
        (ready) => !ready,
      );
      await eventually(
        () => stack.worker.ready(),
        (ready) => !ready,
      );
      const refused = await scenario.start(workflow);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([
        503,
        expect.stringMatching(/^\d+$/),
      ]);
      // The naps end while nothing can be stored.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      postgres = await startPostgres({ dataDir, port });
      for (const id of runs)
        expect(await scenario.ended(id)).toMatchObject({ status: 'completed', output: { n: 1 } });
      expect(agent.effects).toHaveLength(5);
      await eventually(
        () => stack.worker.ready(),
        (ready) => ready,
        { withinMs: 60_000 },
      );
    },
    180_000,
  );
});
