import { createAdapterRegistry, type Adapter, type AgentRequest, type InvokeContext } from '@baton/agents';
import { DEFAULT_RETRY, errorType, NO_USAGE, type AgentReply, type PinnedAgent } from '@baton/core';
import { createEgress } from '@baton/egress';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aCaller, STEP, told, type Caller } from './activity-fixture.ts';
import type { InvokeAgentParams } from './activities.ts';
import type { LiveDelivery, LiveFrames } from './live-frames.ts';
import { createInvokeAgent } from './invoke-agent.ts';
import { createLocalCalls } from './local-calls.ts';

const REPLY: AgentReply = { output: { text: 'Rivers.' }, usage: NO_USAGE, finish: 'stop' };
const egress = createEgress({ policy: { allowLoopback: true } });

const invoke = jest.fn<(request: AgentRequest, context: InvokeContext) => Promise<AgentReply>>();
const adapter: Adapter = {
  kind: 'fake',
  capabilities: {
    streaming: false,
    sessions: true,
    pauses: false,
    cancel: true,
    files: false,
    health: false,
  },
  parseConfig: (config) =>
    JSON.stringify(config) === '{}'
      ? { ok: true, config: { parsed: true } }
      : { ok: false, problems: [{ pointer: '/colour', message: 'Take the field "colour" out.' }] },
  invoke,
};
const opened: LiveDelivery[] = [];
const tell = jest.fn<ReturnType<LiveFrames['open']>['tell']>();
const close = jest.fn(async () => undefined);
const { invokeAgent, invokeAgentLocally } = createInvokeAgent({
  adapters: createAdapterRegistry([adapter]),
  egress,
  secrets: { resolve: async (name) => (name === 'colour' ? 'a secret green' : null) },
  localCalls: createLocalCalls(),
  desk: { through: (_params, make) => make(), locally: (_params, make) => make() },
  callbacks: {
    of: () => {
      throw new Error('This agent answers at once.');
    },
  },
  frames: {
    open: (delivery) => {
      opened.push(delivery);
      return { tell, close };
    },
  },
});

const writer: PinnedAgent = {
  name: 'writer',
  version: '1.2.0',
  adapter: 'fake',
  config: {},
  timeoutMs: 60_000,
  retry: DEFAULT_RETRY,
  effects: 'unknown',
};

const delivery = (more: Partial<InvokeAgentParams> = {}): InvokeAgentParams => ({
  agent: writer,
  input: { topic: 'rivers' },
  idempotencyKey: 'key-1',
  step: STEP,
  timeoutMs: 60_000,
  ...more,
});

let caller: Caller;
beforeEach(() => {
  caller = aCaller();
  invoke.mockReset().mockResolvedValue(REPLY);
  opened.splice(0);
  tell.mockClear();
  close.mockClear();
});
afterAll(() => egress.close());

describe('invokeAgentLocally()', () => {
  it('gives the reply and how long it took', async () => {
    const told = await caller.run(invokeAgentLocally, delivery());
    expect(told).toEqual({ tookMs: expect.any(Number), result: REPLY });
  });
});

describe('invokeAgent()', () => {
  it('hands the delivery to the adapter of the pinned agent and returns its reply', async () => {
    expect(await caller.run(invokeAgent, delivery())).toEqual(REPLY);
    const [request, context] = invoke.mock.calls[0] ?? [];
    expect(request).toEqual({
      agent: { name: 'writer', version: '1.2.0' },
      config: { parsed: true },
      input: { topic: 'rivers' },
    });
    expect(context).toMatchObject({ idempotencyKey: 'key-1', runId: caller.runId, egress });
  });

  it('sends the same key with every attempt of one delivery', async () => {
    await caller.run(invokeAgent, delivery());
    await caller.run(invokeAgent, delivery({ step: { ...STEP, attempt: 2 } }));
    expect(invoke.mock.calls.map(([, { idempotencyKey }]) => idempotencyKey)).toEqual(['key-1', 'key-1']);
  });

  it('names the session to continue', async () => {
    await caller.run(invokeAgent, delivery({ session: 's-7' }));
    expect(invoke.mock.calls[0]?.[0].session).toBe('s-7');
  });

  it('passes the progress that the adapter reports on to Temporal', async () => {
    const beats: unknown[] = [];
    caller.environment.on('heartbeat', (details) => beats.push(details));
    invoke.mockImplementation(async (_request, { heartbeat, emit }) => {
      heartbeat({ done: 3 });
      emit({ type: 'agent.chunk', data: 'Riv' });
      return REPLY;
    });
    await caller.run(invokeAgent, delivery());
    expect(beats).toEqual([null, { done: 3 }]);
  });

  it('shows what the agent tells while it works, and adds to the reply what is to be kept', async () => {
    invoke.mockImplementation(async (_request, { emit }) => {
      emit({ type: 'agent.chunk', data: 'Riv' });
      emit({ type: 'agent.message', data: 'I look.' });
      return REPLY;
    });
    const step = { ...STEP, id: 7, attempt: 2 };
    const reply = await caller.run(invokeAgent, delivery({ step }));
    expect(reply).toEqual({ ...REPLY, events: [{ type: 'agent.message', data: 'I look.' }] });
    expect(opened).toEqual([
      { scope: caller.scope, runId: caller.runId, stepId: 7, attempt: 2, delivery: 1 },
    ]);
    expect(tell.mock.calls.map(([{ type }]) => type)).toEqual(['agent.chunk', 'agent.message']);
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('says that a call is made once more which a lost worker has begun', async () => {
    await caller.run(invokeAgent, delivery({ goesOn: true }));
    expect(opened).toMatchObject([{ delivery: 2 }]);
  });

  it('ends what it shows when the call fails', async () => {
    invoke.mockRejectedValue(new Error('away'));
    await told(caller.run(invokeAgent, delivery()));
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('fails for good on an adapter that is unknown, and names the known ones', async () => {
    const agent = { ...writer, adapter: 'n9n' };
    const failed = await told(caller.run(invokeAgent, delivery({ agent })));
    expect(failed).toMatchObject({ type: errorType('configuration'), failure: { retryable: false } });
    expect(failed.message).toContain('known adapters: fake');
  });

  it('fails for good on a config that the adapter refuses, and says what is wrong', async () => {
    const agent = { ...writer, config: { colour: 'red' } };
    const failed = await told(caller.run(invokeAgent, delivery({ agent })));
    expect(failed.failure).toMatchObject({ type: errorType('configuration'), retryable: false });
    expect(failed.message).toContain('Agent "writer" 1.2.0');
    expect(failed.message).toContain('/colour: Take the field "colour" out.');
    expect(invoke).not.toHaveBeenCalled();
  });

  it('aborts the call when it is canceled', async () => {
    invoke.mockImplementation((_request, { signal }) => {
      caller.environment.cancel();
      return Promise.reject(new Error(signal.aborted ? 'aborted' : 'not aborted'));
    });
    await expect(caller.run(invokeAgent, delivery())).rejects.toMatchObject({
      name: 'CancelledFailure',
      cause: { message: 'aborted' },
    });
  });
});
