import type { Activities } from '@baton/temporal-activities';
import { proxyActivities } from '@temporalio/workflow';

/** Activities that touch our own database only: tried again for as long as it takes. */
export function storeActivities(summary: string): Activities {
  return proxyActivities<Activities>({
    startToCloseTimeout: '30 seconds',
    summary,
    retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '15 seconds' },
  });
}
