import { randomUUID } from 'node:crypto';
import { parseRunId, parseWorkspaceId, workflowIdOf, type RunId, type Scope } from '@baton/core';
import { stopParts, temporalAddress, uniqueTaskQueue } from '@baton/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { certainPart, createHistories, type Histories } from './histories.ts';

let connection: Connection;
let client: Client;
let histories: Histories;
beforeAll(async () => {
  const address = await temporalAddress();
  connection = await Connection.connect({ address });
  client = new Client({ connection });
  histories = createHistories({ address, namespace: 'default' });
}, 120_000);
afterAll(async () => {
  await histories.stop();
  await connection.close();
  await stopParts();
});

function aRun(): { readonly scope: Scope; readonly runId: RunId } {
  const [workspaceId, runId] = [parseWorkspaceId(randomUUID()), parseRunId(randomUUID())];
  if (workspaceId === null || runId === null) throw new Error('A random UUID is no id.');
  return { scope: { workspaceId }, runId };
}

async function started(run: ReturnType<typeof aRun>): Promise<string> {
  const workflowId = workflowIdOf(run.scope, run.runId);
  const options = { workflowId, taskQueue: uniqueTaskQueue('histories'), args: [] };
  return (await client.workflow.start('content/publish', options)).firstExecutionRunId;
}

describe('createHistories()', () => {
  it('gives the executions of a run, and the history of each', async () => {
    const run = aRun();
    const execution = await started(run);
    expect(await histories.chain(run.scope, { runId: run.runId, newest: null })).toEqual([execution]);
    expect(await histories.chain(run.scope, { runId: run.runId, newest: execution })).toEqual([execution]);
    const history = await histories.fetch(run.scope, run.runId, execution);
    expect(history?.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name).toBe(
      'content/publish',
    );
    // No worker has done anything with it.
    expect(history === null ? null : certainPart(history)).toBeNull();
  });

  it('knows nothing of what Temporal does not have', async () => {
    const { scope, runId } = aRun();
    expect(await histories.chain(scope, { runId, newest: null })).toBeNull();
    expect(await histories.chain(scope, { runId, newest: randomUUID() })).toBeNull();
    expect(await histories.chain(scope, { runId, newest: 'no id of Temporal' })).toBeNull();
    expect(await histories.fetch(scope, runId, randomUUID())).toBeNull();
  });
});
