import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { FAN_OUT } from '../definitions.ts';
import { fannedOut } from '../baton.ts';
import { expectResult } from '../expect.ts';
import type { Contender, Contenders, Operation } from '../rounds.ts';
import type { Count } from './activities.ts';

/** How a hand-written workflow calls. */
export type Calls = 'ordinary' | 'local';

/** The workloads as hand-written workflows, started with Temporal's own client. */
export interface BaselineContenders extends Contenders<Calls> {
  close(): Promise<void>;
}

/** Connects to Temporal and gives the contenders of the baseline's task queue. */
export async function createBaselineContenders(
  address: string,
  taskQueue: string,
): Promise<BaselineContenders> {
  const connection = await Connection.connect({ address });
  const place = { client: new Client({ connection }), taskQueue };
  const sequence = (type: string) => results(place, { type, wanted: (n) => ({ n: n + 3 }) });
  const sideBySide = (type: string) => results(place, { type, wanted: fannedOut, more: [FAN_OUT] });
  return {
    empty: results(place, { type: 'empty', wanted: (n) => ({ n: n + 1 }) }),
    sequential: { ordinary: sequence('sequential'), local: sequence('sequentialLocal') },
    decision: decisions(place),
    fanOut: { ordinary: sideBySide('fanOut'), local: sideBySide('fanOutLocal') },
    starts: starts(place),
    close: () => connection.close(),
  };
}

interface Place {
  readonly client: Client;
  readonly taskQueue: string;
}

interface Workflow {
  readonly type: string;
  readonly wanted: (n: number) => unknown;
  /** Arguments after the first. */
  readonly more?: readonly unknown[];
}

function begin(
  { client, taskQueue }: Place,
  { type, more = [] }: Pick<Workflow, 'type' | 'more'>,
  input: Count,
): Promise<WorkflowHandle> {
  const workflowId = `bench-${randomUUID()}`;
  return client.workflow.start(type, { taskQueue, workflowId, args: [input, ...more] });
}

function each(count: number, make: (n: number) => Operation): Promise<readonly Operation[]> {
  return Promise.resolve(Array.from({ length: count }, (_, n) => make(n)));
}

/** From the start of a workflow until its result is there. */
function results(place: Place, workflow: Workflow): Contender {
  const one = (n: number): Operation => {
    return async () => {
      const handle = await begin(place, workflow, { n });
      expectResult(workflow.type, await handle.result(), workflow.wanted(n));
    };
  };
  return {
    name: `baseline ${workflow.type}`,
    prepare: (count) => each(count, one),
    settle: () => Promise.resolve(),
  };
}

/** From the signal until the result is there; the workflows wait for it already, and so does the client. */
function decisions(place: Place): Contender {
  const one = async (n: number): Promise<Operation> => {
    const handle = await begin(place, { type: 'decision' }, { n });
    expectResult('isWaiting', await handle.query('isWaiting'), true);
    const result: Promise<unknown> = handle.result();
    return async () => {
      await handle.signal('decide', 'approve');
      expectResult('decision', await result, { n, outcome: 'approve' });
    };
  };
  return {
    name: 'baseline decision',
    prepare: (count) => Promise.all(Array.from({ length: count }, (_, n) => one(n))),
    settle: () => Promise.resolve(),
  };
}

/** Starts as fast as they are accepted; what was started is waited for afterwards. */
function starts(place: Place): Contender {
  let started: { readonly handle: WorkflowHandle; readonly n: number }[] = [];
  const one = (n: number): Operation => {
    return async () => {
      started.push({ handle: await begin(place, { type: 'empty' }, { n }), n });
    };
  };
  return {
    name: 'baseline starts',
    prepare: (count) => each(count, one),
    async settle() {
      for (const { handle, n } of started) expectResult('empty', await handle.result(), { n: n + 1 });
      started = [];
    },
  };
}
