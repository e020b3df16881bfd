import type { WorkerOptions } from '@temporalio/worker';
import type { Settings } from './settings.ts';

/**
 * What makes a worker one version of a deployment, from its settings; nothing when they name none. A versioned worker
 * gets no work until an operator has made its version current, or lets it ramp. Open runs move to the current version with
 * their next workflow task: a run waits for people for days, and pinned ones would keep every old version alive as long.
 */
export function deploymentOptions(
  settings: Pick<Settings, 'BATON_WORKER_DEPLOYMENT' | 'BATON_WORKER_BUILD_ID'>,
): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  const { BATON_WORKER_DEPLOYMENT: deploymentName, BATON_WORKER_BUILD_ID: buildId } = settings;
  if (deploymentName === undefined || buildId === undefined) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName, buildId },
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}
