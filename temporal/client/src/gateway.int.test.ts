import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError, workflowIdOf, type RunId, type Scope } from '@baton/core';
import { stopParts, temporalAddress, uniqueTaskQueue } from '@baton/test-kit';
import { Connection } from '@temporalio/client';
import { createGateway, type Gateway } from './gateway.ts';
import { aSnapshot, newRunId, newScope } from './samples.ts';

const namespace = 'default';
const codec = { encode: same, decode: same };
const taskQueue = uniqueTaskQueue('gateway');
const scope = newScope();

let address: string;
let gateway: Gateway;
let connection: Connection;

beforeAll(async () => {
  address = await temporalAddress();
  gateway = createGateway({ address, namespace, codec, taskQueue });
  connection = await Connection.connect({ address });
}, 120_000);

afterAll(async () => {
  await gateway.stop();
  await connection.close();
  await stopParts();
});

async function same<Payloads>(payloads: Payloads): Promise<Payloads> {
  return payloads;
}

async function startedRun(): Promise<RunId> {
  const runId = newRunId();
  await gateway.start(aSnapshot(scope, runId));
  return runId;
}

type Service = Connection['workflowService'];
type Commands = NonNullable<Parameters<Service['respondWorkflowTaskCompleted']>[0]['commands']>;

/** Plays the worker: takes the next workflow task of a queue and answers it with commands. */
async function answerTask(queue: string, commands: Commands): Promise<void> {
  const poll = { namespace, taskQueue: { name: queue }, identity: 'test' };
  // The server refuses a long poll without a deadline.
  const { taskToken } = await connection.withDeadline(Date.now() + 30_000, () =>
    connection.workflowService.pollWorkflowTaskQueue(poll),
  );
  await connection.workflowService.respondWorkflowTaskCompleted({ namespace, taskToken, commands });
}

/** A run on a queue of its own that ends with a command. */
async function endedRun(command: Commands[number]): Promise<RunId> {
  const queue = uniqueTaskQueue('ends');
  const own = createGateway({ address, namespace, codec, taskQueue: queue });
  const runId = newRunId();
  await own.start(aSnapshot(scope, runId));
  await answerTask(queue, [command]);
  await own.stop();
  return runId;
}

/** Numbers of commands in Temporal's API. */
const COMMANDS = { complete: 4, fail: 5, cancel: 7 };

describe('createGateway().start()', () => {
  it('starts a run under its own workflow id, with type, summary and search attributes', async () => {
    const runId = await startedRun();
    const { workflowExecutionInfo, executionConfig } =
      await connection.workflowService.describeWorkflowExecution({
        namespace,
        execution: { workflowId: workflowIdOf(scope, runId) },
      });
    expect(workflowExecutionInfo?.type?.name).toBe('content/publish');
    expect(workflowExecutionInfo?.taskQueue).toBe(taskQueue);
    expect(Object.keys(workflowExecutionInfo?.searchAttributes?.indexedFields ?? {})).toEqual(
      expect.arrayContaining(['BatonWorkspace', 'BatonWorkflow', 'BatonVersion', 'BatonRequester']),
    );
    expect(new TextDecoder().decode(executionConfig?.userMetadata?.summary?.data ?? undefined)).toBe(
      '"publish 1.2.3"',
    );
  });

  it('takes a run that was started before for success, also when it is closed', async () => {
    const runId = await startedRun();
    const first = await gateway.describe(scope, runId);
    await gateway.start(aSnapshot(scope, runId));
    expect(await gateway.describe(scope, runId)).toEqual(first);
    await gateway.terminate(scope, runId, 'for the test');
    await gateway.start(aSnapshot(scope, runId));
    expect(await gateway.describe(scope, runId)).toMatchObject({
      closed: true,
      temporalRunId: first?.temporalRunId,
    });
  });
});

describe('createGateway() messages', () => {
  it('reach an open execution', async () => {
    const runId = await startedRun();
    const decided = { humanTaskId: newRunId(), decisionId: newRunId() };
    expect(await gateway.signal(scope, runId, { type: 'go' })).toBe('delivered');
    expect(await gateway.suspend(scope, runId)).toBe('delivered');
    expect(await gateway.resume(scope, runId)).toBe('delivered');
    expect(await gateway.humanTaskDecided(workflowIdOf(scope, runId), decided)).toBe('delivered');
    expect(await gateway.agentCallDue(workflowIdOf(scope, runId), { key: 'k' })).toBe('delivered');
    expect(await gateway.cancel(scope, runId, 'not needed')).toBe('delivered');
    const { history } = await connection.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId: workflowIdOf(scope, runId) },
    });
    const signals = (history?.events ?? []).flatMap(
      ({ workflowExecutionSignaledEventAttributes: signaled }) => signaled?.signalName ?? [],
    );
    expect(signals).toEqual([
      'event',
      'suspend',
      'resume',
      'humanTaskDecided',
      'agentCallDue',
      'cancelReason',
    ]);
  });

  it('are told apart from messages to a run that is unknown', async () => {
    const unknown = newRunId();
    expect(await gateway.signal(scope, unknown, {})).toBe('not_found');
    expect(await gateway.suspend(scope, unknown)).toBe('not_found');
    expect(await gateway.resume(scope, unknown)).toBe('not_found');
    expect(await gateway.cancel(scope, unknown, '')).toBe('not_found');
    expect(await gateway.terminate(scope, unknown, '')).toBe('not_found');
    expect(
      await gateway.humanTaskDecided(workflowIdOf(scope, unknown), { humanTaskId: '', decisionId: '' }),
    ).toBe('not_found');
    expect(gateway.available()).toBe(true);
  });

  it('do not reach a closed execution', async () => {
    const runId = await startedRun();
    expect(await gateway.terminate(scope, runId, 'for the test')).toBe('delivered');
    expect(await gateway.signal(scope, runId, {})).toBe('not_found');
    expect(await gateway.terminate(scope, runId, 'again')).toBe('not_found');
  });
});

describe('createGateway().describe()', () => {
  it('shows an open execution with its pending workflow task', async () => {
    expect(await gateway.describe(scope, await startedRun())).toMatchObject({
      status: 'running',
      closed: false,
      closedAt: null,
      taskAttempt: 1,
    });
  });

  it('shows an execution that was terminated, and when', async () => {
    const runId = await startedRun();
    await gateway.terminate(scope, runId, 'for the test');
    const state = await gateway.describe(scope, runId);
    expect(state).toMatchObject({ status: 'terminated', closed: true, taskAttempt: 0 });
    expect(state?.closedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('shows an execution that completed', async () => {
    const runId = await endedRun({
      commandType: COMMANDS.complete,
      completeWorkflowExecutionCommandAttributes: {},
    });
    expect(await gateway.describe(scope, runId)).toMatchObject({ status: 'completed', closed: true });
  });

  it('shows an execution that failed', async () => {
    const runId = await endedRun({
      commandType: COMMANDS.fail,
      failWorkflowExecutionCommandAttributes: { failure: { message: 'no' } },
    });
    expect(await gateway.describe(scope, runId)).toMatchObject({ status: 'failed', closed: true });
  });

  it('shows an execution that was canceled', async () => {
    const runId = await endedRun({
      commandType: COMMANDS.cancel,
      cancelWorkflowExecutionCommandAttributes: {},
    });
    expect(await gateway.describe(scope, runId)).toMatchObject({ status: 'canceled', closed: true });
  });

  it('knows nothing of a run that was never started', async () => {
    expect(await gateway.describe(scope, newRunId())).toBeNull();
    expect(await gateway.describe(newScope(), await startedRun())).toBeNull();
  });
});

describe('createGateway().untilClosed()', () => {
  const patience = { signal: new AbortController().signal };

  async function execution(runId: RunId): Promise<string> {
    return (await gateway.describe(scope, runId))?.temporalRunId ?? '';
  }

  it('answers as soon as the execution is closed', async () => {
    const runId = await startedRun();
    const temporalRunId = await execution(runId);
    const waiting = gateway.untilClosed(scope, runId, { ...patience, temporalRunId });
    await gateway.terminate(scope, runId, 'for the test');
    const state = await waiting;
    expect(state).toEqual(await gateway.describe(scope, runId));
  });

  it('tells how an execution ended that is closed already', async () => {
    const ends = [
      [{ commandType: COMMANDS.complete, completeWorkflowExecutionCommandAttributes: {} }, 'completed'],
      [
        {
          commandType: COMMANDS.fail,
          failWorkflowExecutionCommandAttributes: { failure: { message: 'no' } },
        },
        'failed',
      ],
      [{ commandType: COMMANDS.cancel, cancelWorkflowExecutionCommandAttributes: {} }, 'canceled'],
    ] as const;
    for (const [command, status] of ends) {
      const runId = await endedRun(command);
      const temporalRunId = await execution(runId);
      expect(await gateway.untilClosed(scope, runId, { ...patience, temporalRunId })).toMatchObject({
        status,
        closed: true,
        temporalRunId,
      });
    }
  });

  it('gives up with its signal, and where there is nothing to wait for', async () => {
    const runId = await startedRun();
    const stopping = new AbortController();
    const temporalRunId = await execution(runId);
    const waiting = gateway.untilClosed(scope, runId, { temporalRunId, signal: stopping.signal });
    stopping.abort();
    expect(await waiting).toBeNull();
    expect(await gateway.untilClosed(scope, newRunId(), { ...patience, temporalRunId })).toBeNull();
    expect(gateway.available()).toBe(true);
  });
});

describe('createGateway().lastWorkerPollAt()', () => {
  it('is null while no worker asks, and recent once one does', async () => {
    const queue = uniqueTaskQueue('pollers');
    const own = createGateway({ address, namespace, codec, taskQueue: queue });
    expect(await own.lastWorkerPollAt()).toBeNull();
    await own.start(aSnapshot(scope, newRunId()));
    await answerTask(queue, []);
    const polledAt = await own.lastWorkerPollAt();
    expect(Math.abs(Date.now() - Number(polledAt))).toBeLessThan(60_000);
    await own.stop();
  });
});

/** The way to Temporal, which can be closed and opened again. */
interface Way {
  readonly address: string;
  open(): Promise<void>;
  close(): Promise<void>;
}

async function createWay(): Promise<Way> {
  const [host = '', port = ''] = address.split(':');
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // A connection that is cut is what the test is about.
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const make = (): Server =>
    createServer((socket) => {
      const onward = keep(connect(Number(port), host));
      keep(socket).pipe(onward).pipe(socket);
    });
  let server = make();
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const bound = server.address();
  const own = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    address: `127.0.0.1:${own}`,
    open: async () => {
      server = make();
      await listen(own);
    },
    close,
  };
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof AppError ? [error.code, error.retryAfterSeconds] : error;
}

async function pingsAgain(own: Gateway): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while ((await codeOf(own.ping())) !== null) {
    if (Date.now() > giveUpAt) throw new Error('Temporal was not reached again within 30 s.');
  }
}

describe('createGateway() while Temporal is away', () => {
  it('says unavailable, opens the circuit, and finds Temporal again', async () => {
    const way = await createWay();
    await way.close();
    const own = createGateway({ address: way.address, namespace, codec, taskQueue });
    const runId: RunId = newRunId();
    const unavailable = ['unavailable', 5];
    expect(await codeOf(own.start(aSnapshot(scope, runId)))).toEqual(unavailable);
    expect(own.available()).toBe(true);
    expect(await codeOf(own.describe(scope, runId))).toEqual(unavailable);
    expect(own.available()).toBe(false);

    await way.open();
    await pingsAgain(own);
    expect(own.available()).toBe(true);
    await own.start(aSnapshot(scope, runId));

    await way.close();
    expect(await codeOf(own.signal(scope, runId, {}))).toEqual(unavailable);
    await way.open();
    await pingsAgain(own);
    expect(await own.describe(scope, runId)).toMatchObject({ status: 'running' });
    await own.stop();
    await way.close();
  });

  it('keeps the circuit closed when Temporal answers with a refusal', async () => {
    const own = createGateway({ address, namespace: 'nowhere', codec });
    const away: Scope = newScope();
    await own.start(aSnapshot(away, newRunId())).catch(() => undefined);
    await own.start(aSnapshot(away, newRunId())).catch(() => undefined);
    expect(own.available()).toBe(true);
    await own.stop();
  });
});
