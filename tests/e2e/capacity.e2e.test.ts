import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@baton/core';
import type { ReceivedCall } from './agent-stand-in.ts';
import { eventually } from './http.ts';
import { ownAgent, ownStack } from './own-parts.ts';
import { callAgent, createScenario, objectOf, type Scenario } from './scenario.ts';
import { verifies } from './verifies.ts';

/** An agent that works for a while, and keeps count of how many calls it works on at once. */
async function busyAgent(worksMs: number) {
  let now = 0;
  let most = 0;
  const began: ReceivedCall[] = [];
  const agent = await ownAgent(async (call) => {
    began.push(call);
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, worksMs));
    now -= 1;
    return { body: call.body };
  });
  return { agent, began, most: () => most };
}

/** An agent whose calls end when they are told to. */
async function heldAgent() {
  const held: (() => void)[] = [];
  const agent = await ownAgent(async (call) => {
    if (call.method === 'POST') await new Promise<void>((resolve) => held.push(resolve));
    return { body: call.body };
  });
  return {
    agent,
    held,
    /** Ends the call that began first. */
    endOne: () => held.shift()?.(),
    /** Waits until so many calls are under way. */
    holds: (count: number) =>
      eventually(
        async () => held.length,
        (calls) => calls === count,
      ),
  };
}

const started = async ({ start }: Scenario, workflow: string): Promise<string> =>
  (await start(workflow)).text('id');

/** Waits until a run waits for its agent with so many ahead. */
function waits({ call }: Scenario, runId: string, ahead: number): Promise<JsonObject> {
  return eventually(
    async () => objectOf(await call(`GET /v1/runs/${runId}`)),
    ({ waitingFor }) => JSON.stringify(waitingFor).includes(`"ahead":${ahead}`),
  );
}

describe('an agent that may only be called so many times at once', () => {
  const scenario = createScenario();

  it(verifies('AGENT-10', 'is never called more often, and all calls are made in the end'), async () => {
    const { agent, most } = await busyAgent(30);
    const name = await scenario.register(`${agent.url}/work`, { concurrency: { max: 2 } });
    const workflow = await scenario.publish([{ work: callAgent(name) }]);
    const runs = await Promise.all(Array.from({ length: 20 }, () => started(scenario, workflow)));
    for (const id of runs) expect(await scenario.ended(id)).toMatchObject({ status: 'completed' });
    expect(most()).toBe(2);
    expect(agent.effects).toHaveLength(20);
    expect(agent.calls).toHaveLength(20);
  });

  it(
    verifies('AGENT-10', 'shows why a call waits and how many go first, and serves them in order'),
    async () => {
      const { agent, held, endOne, holds } = await heldAgent();
      const name = await scenario.register(`${agent.url}/work`, { concurrency: { max: 2 }, timeout: 'PT1M' });
      const workflow = await scenario.publish([{ work: callAgent(name) }]);
      const runs: string[] = [];
      for (let n = 0; n < 5; n += 1) {
        const id = await started(scenario, workflow);
        if (n < 2) await holds(n + 1);
        else
          expect(await waits(scenario, id, n - 2)).toMatchObject({
            status: 'waiting',
            waitingFor: [{ kind: 'capacity', step: '/do/0/work', since: expect.any(String), ahead: n - 2 }],
          });
        runs.push(id);
      }
      const [, , third = '', fourth = '', fifth = ''] = runs;
      const [step] = await scenario.steps(third);
      expect(step).toMatchObject({ status: 'waiting', attempt: 1, wait: { kind: 'capacity' } });
      const list = await scenario.call(`GET /v1/runs?workflow=${workflow}&status=waiting`);
      expect(JSON.stringify(list.body)).toContain('"ahead":2');
      const freedAt = Date.now();
      endOne();
      await eventually(
        async () => agent.calls.some(({ runId }) => runId === third),
        (called) => called,
        { everyMs: 5 },
      );
      const tookMs = Date.now() - freedAt;
      // As a rule far less than 200 ms; the machine may be busy with other tests.
      expect(tookMs).toBeLessThan(2_000);
      expect(await scenario.reaches(third, 'running')).toMatchObject({ waitingFor: [] });
      await waits(scenario, fourth, 0);
      await waits(scenario, fifth, 1);
      endOne();
      await holds(2);
      endOne();
      await holds(2);
      while (held.length > 0) endOne();
      for (const id of runs) expect(await scenario.ended(id)).toMatchObject({ status: 'completed' });
      expect(agent.calls.map(({ runId }) => runId)).toEqual(runs);
      const types = (await scenario.events(third)).map(({ type }) => type);
      expect(types.filter((type) => type === 'step.waiting' || type === 'step.resumed')).toEqual([
        'step.waiting',
        'step.resumed',
      ]);
    },
  );

  it(verifies('AGENT-10', 'counts all versions together when it is told to'), async () => {
    const { agent, endOne, holds } = await heldAgent();
    const more = { concurrency: { perWorkspace: 1 }, timeout: 'PT1M' };
    const name = await scenario.register(`${agent.url}/one`, more);
    const json = { adapter: 'http', config: { endpoint: `${agent.url}/two` }, ...more };
    expect((await scenario.call(`PUT /v1/agents/${name}/versions/2.0.0`, { json })).status).toBe(201);
    const [one, two] = await Promise.all(
      ['1.0.0', '2.0.0'].map((version) => scenario.publish([{ work: callAgent(name, { version }) }])),
    );
    const first = await started(scenario, one ?? '');
    await holds(1);
    const second = await started(scenario, two ?? '');
    await waits(scenario, second, 0);
    endOne();
    await holds(1);
    endOne();
    expect(await scenario.ended(first)).toMatchObject({ status: 'completed' });
    expect(await scenario.ended(second)).toMatchObject({ status: 'completed' });
  });

  it(verifies('AGENT-10', 'is left by a run that is canceled or whose step takes too long'), async () => {
    const { agent, endOne, holds } = await heldAgent();
    const name = await scenario.register(`${agent.url}/work`, { concurrency: { max: 1 }, timeout: 'PT1M' });
    const workflow = await scenario.publish([{ work: callAgent(name) }]);
    const hasty = await scenario.publish([{ work: { ...callAgent(name), timeout: { after: 'PT0.5S' } } }]);
    const first = await started(scenario, workflow);
    await holds(1);
    const canceled = await started(scenario, workflow);
    await waits(scenario, canceled, 0);
    const late = await started(scenario, hasty);
    expect(await scenario.ended(late)).toMatchObject({ status: 'faulted', error: { status: 408 } });
    const last = await started(scenario, workflow);
    await waits(scenario, last, 1);
    expect((await scenario.call(`POST /v1/runs/${canceled}/cancel`, { json: {} })).status).toBe(202);
    expect(await scenario.ended(canceled)).toMatchObject({ status: 'canceled' });
    await waits(scenario, last, 0);
    endOne();
    await holds(1);
    endOne();
    expect(await scenario.ended(last)).toMatchObject({ status: 'completed' });
    expect(await scenario.ended(first)).toMatchObject({ status: 'completed' });
    expect(agent.calls.map(({ runId }) => runId)).toEqual([first, last]);
  });

  it('refuses limits that limit nothing', async () => {
    for (const concurrency of [{}, { max: 0 }, { perWorkspace: 1.5 }, { most: 3 }]) {
      const json = { adapter: 'http', config: { endpoint: 'https://a.example' }, concurrency };
      const answer = await scenario.call(`PUT /v1/agents/${scenario.name('agent')}/versions/1.0.0`, { json });
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([
        400,
        expect.stringContaining('"/concurrency'),
      ]);
    }
  });
});

describe('a worker that is killed while it makes such calls', () => {
  it(
    verifies('AGENT-10', 'keeps nobody waiting for ever, and repeats no effect'),
    async () => {
      const { stack, scenario } = await ownStack();
      const { agent, most } = await busyAgent(200);
      const name = await scenario.register(`${agent.url}/work`, {
        concurrency: { max: 2 },
        timeout: 'PT20S',
      });
      const workflow = await scenario.publish([{ work: callAgent(name) }]);
      const runs = await Promise.all(Array.from({ length: 8 }, () => started(scenario, workflow)));
      await eventually(
        async () => agent.calls.length,
        (calls) => calls >= 2,
      );
      await stack.worker.kill();
      await stack.worker.start();
      for (const id of runs)
        expect(await scenario.ended(id, { withinMs: 90_000 })).toMatchObject({ status: 'completed' });
      expect(agent.effects).toHaveLength(8);
      expect(most()).toBe(2);
    },
    150_000,
  );
});
