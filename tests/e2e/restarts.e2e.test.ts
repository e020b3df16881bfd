import { describe, expect, it } from '@jest/globals';
import { ownStack, ownTemporal } from './own-parts.ts';
import { textOf } from './http.ts';
import { askHuman, objectOf } from './scenario.ts';
import { explain } from './temporal.ts';
import { verifies } from './verifies.ts';

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
      const run = objectOf(await scenario.start(workflow));
      const runId = textOf(run, 'id');
      const { id, etag } = await scenario.humanTask(runId);
      expect(await Promise.all([stack.api.stop(), stack.worker.stop()])).toEqual([0, 0]);
      await temporal.stop();
      await temporal.again();
      await Promise.all([stack.api.start(), stack.worker.start()]);
      expect((await scenario.decide(id, { action: 'approve' }, { as: 'bob:editor', etag })).status).toBe(200);
      const ended = await scenario.ended(runId).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${await explain(run, temporal.address)}`, { cause: error });
      });
      expect(ended).toMatchObject({ status: 'completed', output: 'approve' });
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
