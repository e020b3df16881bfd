import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.ts';

describe('createMetrics()', () => {
  it('renders what was counted, in a registry of its own', async () => {
    const metrics = createMetrics();
    metrics.runsAccepted.inc({ kind: 'workflow' });
    createMetrics().runsAccepted.inc({ kind: 'workflow' });
    expect(await metrics.render()).toContain('baton_runs_accepted_total{kind="workflow"} 1');
    expect(metrics.contentType).toContain('text/plain');
  });
});
