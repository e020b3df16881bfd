import { describe, expect, it } from '@jest/globals';
import { createScenario, ERRORS } from '../scenario.ts';
import { verifies } from '../verifies.ts';

const { publish, start, call, ended } = createScenario();

describe('a loop without end', () => {
  it(
    verifies(
      ['HTTP-1', 'LANG-3'],
      'ends with the most steps a run may execute, and hinders nobody meanwhile',
    ),
    async () => {
      const endless = await publish([{ a: { set: '${ . }' } }, { b: { set: '${ . }', then: 'a' } }]);
      const runId = (await start(endless, {})).text('id');
      const quick = await start(await publish([{ a: { set: { ok: true } } }]), null, {
        headers: { prefer: 'wait=20' },
      });
      expect([quick.status, quick.field('status')]).toEqual([200, 'completed']);
      expect((await call(`GET /v1/runs/${runId}`)).body).toMatchObject({ status: 'running', stalled: false });
      expect(await ended(runId, { withinMs: 200_000 })).toMatchObject({
        status: 'faulted',
        error: {
          type: `${ERRORS}/runtime`,
          instance: '/do/0/a',
          detail: expect.stringContaining('has executed 100000 steps, the most a run may'),
        },
      });
    },
    240_000,
  );
});
