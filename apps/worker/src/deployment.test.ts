import { describe, expect, it } from '@jest/globals';
import { deploymentOptions } from './deployment.ts';
import { readSettings } from './settings.ts';

const DATABASE_URL = 'postgres://u@127.0.0.1/db';

describe('deploymentOptions()', () => {
  it('says nothing when the settings name no version', () => {
    expect(deploymentOptions(readSettings({ DATABASE_URL }))).toEqual({});
  });

  it('makes the worker a version whose runs move on to the current one', () => {
    const given = { DATABASE_URL, BATON_WORKER_DEPLOYMENT: 'baton', BATON_WORKER_BUILD_ID: '1.2.0' };
    expect(deploymentOptions(readSettings(given))).toEqual({
      workerDeploymentOptions: {
        useWorkerVersioning: true,
        version: { deploymentName: 'baton', buildId: '1.2.0' },
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    });
  });
});
