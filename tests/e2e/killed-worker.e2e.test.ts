import { describe, expect, it } from '@jest/globals';
import type { Json } from '@baton/core';
import { eventually } from './http.ts';
import { ownAgent, ownStack } from './own-parts.ts';
import { verifies } from './verifies.ts';

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
