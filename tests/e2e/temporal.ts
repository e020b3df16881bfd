import { isObject, own, type JsonObject } from '@baton/core';
import {
  Client,
  Connection,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';

/** Temporal's own client, beside Baton; default the shared server. */
export async function connectTemporal(
  address = process.env['BATON_E2E_TEMPORAL_ADDRESS'],
): Promise<{ readonly client: Client; stop(): Promise<void> }> {
  const connection = await Connection.connect(address === undefined ? {} : { address });
  return { client: new Client({ connection }), stop: () => connection.close() };
}

/** Temporal's id of a run, as the run's own link tells it. */
export function workflowIdOf(run: JsonObject): string {
  const links = own(run, 'links');
  const link = links !== undefined && isObject(links) ? own(links, 'temporal') : undefined;
  if (typeof link !== 'string') throw new Error(`No link to Temporal: ${JSON.stringify(links)}`);
  return link.slice(link.lastIndexOf('/') + 1);
}

/** What Temporal says of the newest execution of a run. */
export async function describeExecution(run: JsonObject): Promise<WorkflowExecutionDescription> {
  const { client, stop } = await connectTemporal();
  try {
    return await client.workflow.getHandle(workflowIdOf(run)).describe();
  } finally {
    await stop();
  }
}

/** The events of an execution. */
export type History = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

/** The history of a run, read with Temporal's own client; default address the shared server's. */
export async function historyOf(run: JsonObject, address?: string): Promise<History> {
  const { client, stop } = await connectTemporal(address);
  try {
    const history = await client.workflow.getHandle(workflowIdOf(run)).fetchHistory();
    return history.events ?? [];
  } finally {
    await stop();
  }
}

/** What Temporal did when, for the message of a scenario that failed: event types with their times. */
export async function explain(run: JsonObject, address?: string): Promise<string> {
  const events = await historyOf(run, address);
  return events
    .map((event) => {
      const { seconds, nanos } = event.eventTime ?? {};
      const at = new Date(Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6);
      const kind = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
      return `${at.toISOString()} ${kind?.replace('EventAttributes', '')}`;
    })
    .join('\n');
}
