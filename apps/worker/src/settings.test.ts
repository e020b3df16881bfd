import { RUNS_TASK_QUEUE } from '@baton/temporal-client';
import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.ts';

const DATABASE_URL = 'postgres://u@127.0.0.1/db';

describe('readSettings()', () => {
  it('fills in the local defaults', () => {
    expect(readSettings({ DATABASE_URL, PATH: '/bin' })).toEqual({
      DATABASE_URL,
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      TEMPORAL_NAMESPACE: 'default',
      BATON_TASK_QUEUE: RUNS_TASK_QUEUE,
      BATON_WORKER_METRICS_PORT: 8081,
      BATON_WORKER_CACHE: 500,
      BATON_EGRESS_LOOPBACK: true,
      BATON_AGENTS_DIR: '.',
      BATON_AGENTS_PROCESSES: 8,
      BATON_LOG_LEVEL: 'info',
    });
  });

  it('reads numbers and switches out of texts', () => {
    const given = {
      DATABASE_URL,
      BATON_WORKER_METRICS_PORT: '0',
      BATON_WORKER_CACHE: '0',
      BATON_EGRESS_LOOPBACK: 'false',
    };
    expect(readSettings(given)).toMatchObject({
      BATON_WORKER_METRICS_PORT: 0,
      BATON_WORKER_CACHE: 0,
      BATON_EGRESS_LOOPBACK: false,
    });
  });

  it('names every variable that is wrong in one sentence', () => {
    const wrong = {
      BATON_WORKER_METRICS_PORT: '70000',
      BATON_WORKER_CACHE: '-1',
      BATON_EGRESS_LOOPBACK: 'perhaps',
      BATON_LOG_LEVEL: 'loud',
    };
    const read = (): unknown => readSettings(wrong);
    expect(read).toThrow(/^The worker cannot start: .*\.$/s);
    for (const name of ['DATABASE_URL', ...Object.keys(wrong)]) expect(read).toThrow(name);
  });

  it.each([
    ['BATON_WORKER_BUILD_ID', { BATON_WORKER_DEPLOYMENT: 'baton' }],
    ['BATON_WORKER_DEPLOYMENT', { BATON_WORKER_BUILD_ID: '1.2.0' }],
  ])('asks for %s when only the other half of a version is given', (name, given) => {
    expect(() => readSettings({ DATABASE_URL, ...given })).toThrow(
      `The worker cannot start: ${name}: give BATON_WORKER_DEPLOYMENT and BATON_WORKER_BUILD_ID together, or neither for a worker without versions.`,
    );
  });

  it.each(['', 'a.b', 'a:b', 'a b', '__a'])('refuses %j as the name of a deployment', (name) => {
    const given = { DATABASE_URL, BATON_WORKER_DEPLOYMENT: name, BATON_WORKER_BUILD_ID: '1' };
    expect(() => readSettings(given)).toThrow('BATON_WORKER_DEPLOYMENT');
  });
});
