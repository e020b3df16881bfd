import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@baton/core';
import { eventually, textOf } from '../http.ts';
import { ownStack } from '../own-parts.ts';
import { ERRORS, itemsOf, objectOf } from '../scenario.ts';
import { describeExecution } from '../temporal.ts';
import { verifies } from '../verifies.ts';

/** The newest execution of a run, and by what Temporal finds and sorts it. */
async function executionOf(run: JsonObject): Promise<{ readonly id: string; readonly facts: unknown }> {
  const { type, searchAttributes, priority, runId } = await describeExecution(run);
  const { BatonWorkspace, BatonWorkflow, BatonVersion, BatonRequester } = searchAttributes;
  return {
    id: runId,
    facts: { type, priority, BatonWorkspace, BatonWorkflow, BatonVersion, BatonRequester },
  };
}

describe('a loop without end', () => {
  it(
    verifies(
      ['HTTP-1', 'LANG-3', 'DURABLE-1'],
      'ends with the most steps a run may execute, hinders nobody, and survives its worker',
    ),
    async () => {
      const { stack, scenario } = await ownStack({ cache: 100 });
      const { publish, start, call, ended } = scenario;
      const json = { headers: { accept: 'application/json' } };
      const endless = await publish([{ a: { set: '${ . }' } }, { b: { set: '${ . }', then: 'a' } }]);
      const begun = objectOf(await start(endless, {}));
      const runId = textOf(begun, 'id');
      const first = await executionOf(begun);
      const quick = await start(await publish([{ a: { set: { ok: true } } }]), null, {
        headers: { prefer: 'wait=20' },
      });
      expect([quick.status, quick.field('status')]).toEqual([200, 'completed']);
      const late = `GET /v1/runs/${runId}/events?after=100000&limit=1`;
      await eventually(
        () => call(late, json),
        (answer) => itemsOf(answer).length > 0,
        { withinMs: 120_000 },
      );
      await stack.worker.kill();
      await stack.worker.start();
      expect(await ended(runId, { withinMs: 180_000 })).toMatchObject({
        status: 'faulted',
        error: {
          type: `${ERRORS}/runtime`,
          instance: '/do/0/a',
          detail: expect.stringContaining('has executed 100000 steps, the most a run may'),
        },
      });
      const end = itemsOf(await call(`GET /v1/runs/${runId}/events?after=199990`, json)).at(-1);
      expect(end).toMatchObject({ position: 200_002, type: 'run.faulted' });
      const newest = await executionOf(begun);
      expect(newest.facts).toEqual(first.facts);
      expect(newest.id).not.toBe(first.id);
    },
    400_000,
  );
});
