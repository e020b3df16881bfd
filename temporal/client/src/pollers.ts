import type { Connection } from '@temporalio/client';

/** Type number of workflow task queues in Temporal's API. */
const WORKFLOW_QUEUE = 1;

/** When a worker last asked the task queue for work; null when none has in the last minutes. */
export async function lastPollAt(
  connection: Connection,
  queue: { readonly namespace: string; readonly taskQueue: string },
): Promise<Date | null> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: queue.namespace,
    taskQueue: { name: queue.taskQueue },
    taskQueueType: WORKFLOW_QUEUE,
  });
  const seconds = (pollers ?? []).map((poller) => Number(poller.lastAccessTime?.seconds ?? 0));
  const last = Math.max(0, ...seconds);
  return last === 0 ? null : new Date(last * 1000);
}
