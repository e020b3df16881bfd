import { activityInfo, ApplicationFailure, cancellationSignal } from '@temporalio/activity';

/** What the agent takes and gives. */
export interface Count {
  readonly n: number;
}

/** Makes the one activity of the baseline: a call of the agent at `url`, with the headers that Baton sends. */
export function createActivities(url: string) {
  return {
    /** Calls the agent; its refusals are final, everything else is tried again. */
    async callAgent(input: Count): Promise<Count> {
      const { workflowExecution, activityId } = activityInfo();
      const workflowId = workflowExecution?.workflowId ?? '';
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'idempotency-key': `${workflowId}/${activityId}`,
          'baton-run-id': workflowId,
        },
        body: JSON.stringify(input),
        signal: cancellationSignal(),
      });
      const final = response.status >= 400 && response.status < 500 && ![408, 429].includes(response.status);
      if (!response.ok) {
        throw ApplicationFailure.create({
          message: `The agent answered ${response.status}: ${await response.text()}`,
          nonRetryable: final,
        });
      }
      return readCount(await response.json());
    },
  };
}

function readCount(answer: unknown): Count {
  const n = typeof answer === 'object' && answer !== null && 'n' in answer ? answer.n : undefined;
  if (typeof n === 'number') return { n };
  throw ApplicationFailure.nonRetryable(
    `The agent answered ${JSON.stringify(answer)}, and a count was wanted.`,
  );
}
