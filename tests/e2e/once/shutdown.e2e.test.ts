import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { startProcess } from '@baton/stand';
import { eventually } from '../http.ts';
import { ownAgent, ownStack, ownTemporal } from '../own-parts.ts';
import { callAgent } from '../scenario.ts';
import { verifies } from '../verifies.ts';

describe('a worker', () => {
  it(
    verifies('DURABLE-12', 'that is told to stop with 50 calls under way fails no run'),
    async () => {
      const { stack, scenario } = await ownStack();
      const agent = await ownAgent(async ({ path }) => {
        // The long ones take longer than a worker that stops waits for them, but only the first time.
        await pause(path === '/long' ? 40_000 : 4_000);
        return { body: { done: true } };
      });
      const short = await scenario.register(`${agent.url}/short`, { timeout: 'PT1M' });
      const long = await scenario.register(`${agent.url}/long`, { timeout: 'PT2M' });
      const flows = [
        await scenario.publish([{ call: callAgent(short) }]),
        await scenario.publish([{ call: callAgent(long) }]),
      ];
      const ids = await Promise.all(
        Array.from({ length: 50 }, async (_, n) =>
          (await scenario.start(flows[n < 45 ? 0 : 1] ?? '')).text('id'),
        ),
      );
      await eventually(
        async () => agent.calls.length,
        (count) => count === 50,
      );
      const since = performance.now();
      const stopped = stack.worker.stop();
      await eventually(
        () => stack.worker.ready(),
        (ready) => !ready,
      );
      expect(performance.now() - since).toBeLessThan(2_000);
      // A process that had to be killed has no code.
      expect(await stopped).toBe(0);
      expect(performance.now() - since).toBeLessThan(60_000);
      await stack.worker.start();
      for (const id of ids)
        expect(await scenario.ended(id, { withinMs: 90_000 })).toMatchObject({
          status: 'completed',
          output: { done: true },
        });
      expect(agent.callsTo('/short')).toHaveLength(45);
      expect(agent.effects).toHaveLength(50);
      expect(new Set(agent.callsTo('/long').map(({ key }) => key)).size).toBe(5);
    },
    240_000,
  );

  it(
    verifies('DURABLE-12', 'that is started before Temporal waits for it, and one that cannot go on ends'),
    async () => {
      const temporal = await ownTemporal();
      const { stack, scenario } = await ownStack({ temporalAddress: temporal.address });
      await stack.worker.stop();
      await temporal.stop();
      await stack.worker.start({ ready: false });
      await eventually(
        () => stack.worker.log(),
        (log) => log.includes('temporal.unreachable'),
      );
      expect(await stack.worker.ready()).toBe(false);
      await temporal.again();
      await eventually(
        () => stack.worker.ready(),
        (ready) => ready,
      );
      expect(await scenario.run([{ say: { set: { ok: true } } }])).toMatchObject({ output: { ok: true } });

      // Nothing it asks for will ever succeed: it must not go on looking alive.
      const lost = await startProcess({
        name: 'A worker that cannot go on',
        command: process.execPath,
        args: [fileURLToPath(new URL('../../../apps/worker/src/main.ts', import.meta.url))],
        env: {
          ...process.env,
          DATABASE_URL: stack.databaseUrl,
          TEMPORAL_ADDRESS: temporal.address,
          TEMPORAL_NAMESPACE: 'nowhere',
          BATON_WORKER_METRICS_PORT: '0',
        },
        logFile: fileURLToPath(new URL('../../../.baton/e2e/lost-worker.log', import.meta.url)),
      });
      expect((await lost.ended).code).toBe(1);
      expect(await lost.logTail(20)).toContain('worker.failed');
    },
    180_000,
  );
});
