import { DEFAULT_RETRY, NO_USAGE, type Json, type PinnedAgent } from '@baton/core';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { STEP, type Caller } from './activity-fixture.ts';
import type { InvokeAgentParams } from './activities.ts';
import { createAdmissionDesk, type AdmissionDesk } from './admission.ts';
import { createActivityStore, type ActivityStore } from './store-fixture.ts';

const REPLY: Json = { output: 'written', usage: { ...NO_USAGE }, finish: 'stop' };

let fixture: ActivityStore;
let desk: AdmissionDesk;
beforeAll(async () => {
  fixture = await createActivityStore();
  desk = createAdmissionDesk(fixture.store);
});
afterAll(() => fixture.stop());

let agents = 0;

/** An agent of a test's own. */
function anAgent(more: Partial<PinnedAgent> = { concurrency: { max: 1 } }): PinnedAgent {
  agents += 1;
  const name = `writer-${agents}`;
  return {
    name,
    version: '1.0.0',
    adapter: 'http',
    config: {},
    timeoutMs: 60_000,
    retry: DEFAULT_RETRY,
    effects: 'unknown',
    ...more,
  };
}

const delivery = (agent: PinnedAgent, idempotencyKey: string): InvokeAgentParams => ({
  agent,
  input: null,
  idempotencyKey,
  step: STEP,
  timeoutMs: 60_000,
});

/** Makes calls of an agent that end when they are told to. */
function calls(caller: Caller, agent: PinnedAgent) {
  const ends = new Map<string, PromiseWithResolvers<Json>>();
  const begin = (key: string): Promise<Json> =>
    caller.run(
      (params: InvokeAgentParams) =>
        desk.through(params, () => {
          const end = Promise.withResolvers<Json>();
          ends.set(key, end);
          return end.promise;
        }),
      delivery(agent, key),
    );
  const begun = async (key: string): Promise<PromiseWithResolvers<Json>> => {
    for (let end = ends.get(key); ; end = ends.get(key)) {
      if (end !== undefined) return end;
      await new Promise(setImmediate);
    }
  };
  return { begin, begun };
}

describe('through()', () => {
  it('makes every call of an agent that says nothing of how many there may be, and asks nobody', async () => {
    const admit = jest.spyOn(fixture.store.agentCalls, 'admit');
    const caller = await fixture.accepted();
    const { begin, begun } = calls(caller, anAgent({}));
    const made = [begin('free 1'), begin('free 2')];
    for (const key of ['free 1', 'free 2']) (await begun(key)).resolve(REPLY);
    expect(await Promise.all(made)).toEqual([REPLY, REPLY]);
    expect(admit).not.toHaveBeenCalled();
    admit.mockRestore();
  });

  it('answers at once that a call waits, and makes it when it is asked for again after the other has ended', async () => {
    const caller = await fixture.accepted();
    const { begin, begun } = calls(caller, anAgent());
    const first = begin('a');
    const end = await begun('a');
    expect(await begin('b')).toEqual({ kind: 'queued', ahead: 0 });
    expect(await begin('c')).toEqual({ kind: 'queued', ahead: 1 });
    end.resolve(REPLY);
    expect(await first).toEqual(REPLY);
    const [message] = await fixture.store.outbox.takeDue({ limit: 50 });
    expect(message).toMatchObject({
      kind: 'agent_call_due',
      workflowId: caller.workflowId,
      body: { key: 'b' },
    });
    expect(await begin('c')).toEqual({ kind: 'queued', ahead: 1 });
    const second = begin('b');
    (await begun('b')).resolve(REPLY);
    expect(await second).toEqual(REPLY);
  });

  it('gives the place of a failed call free, too', async () => {
    const caller = await fixture.accepted();
    const { begin, begun } = calls(caller, anAgent());
    const failing = begin('d');
    (await begun('d')).reject(new Error('It is away.'));
    await expect(failing).rejects.toThrow('It is away.');
    const next = begin('e');
    (await begun('e')).resolve(REPLY);
    expect(await next).toEqual(REPLY);
  });

  it('keeps the place of a call that another worker has taken over', async () => {
    const caller = await fixture.accepted();
    const agent = anAgent();
    const { begin, begun } = calls(caller, agent);
    const lost = begin('f');
    const end = await begun('f');
    const again = calls(caller, agent);
    const taken = again.begin('f');
    const goesOn = await again.begun('f');
    end.resolve(REPLY);
    await lost;
    expect(await begin('g')).toEqual({ kind: 'queued', ahead: 0 });
    goesOn.resolve(REPLY);
    expect(await taken).toEqual(REPLY);
  });
});

describe('admitAgentCall() and settleAgentCall()', () => {
  const admitted = (caller: Caller, agent: PinnedAgent, idempotencyKey: string) =>
    caller.run(desk.admitAgentCall, { agent, idempotencyKey, step: STEP, leaseMs: 30_000 });
  const settled = (caller: Caller, agent: PinnedAgent, idempotencyKey: string) =>
    caller.run(desk.settleAgentCall, { agent: agent.name, idempotencyKey });

  it('surround a call that is made elsewhere', async () => {
    const caller = await fixture.accepted();
    const agent = anAgent();
    expect(await admitted(caller, agent, 'h')).toEqual({ kind: 'granted' });
    expect(await admitted(caller, agent, 'i')).toEqual({ kind: 'queued', ahead: 0 });
    await settled(caller, agent, 'h');
    expect(await admitted(caller, agent, 'i')).toEqual({ kind: 'granted' });
    expect(await admitted(caller, anAgent({}), 'j')).toEqual({ kind: 'granted' });
  });

  it('give up the place of a call that waits, and leave one that a worker makes alone', async () => {
    const caller = await fixture.accepted();
    const agent = anAgent();
    const { begin, begun } = calls(caller, agent);
    await admitted(caller, agent, 'k');
    const made = begin('k');
    const end = await begun('k');
    expect(await admitted(caller, agent, 'l')).toEqual({ kind: 'queued', ahead: 0 });
    await settled(caller, agent, 'l');
    await settled(caller, agent, 'k');
    expect(await admitted(caller, agent, 'm')).toEqual({ kind: 'queued', ahead: 0 });
    end.resolve(REPLY);
    await made;
    expect(await admitted(caller, agent, 'm')).toEqual({ kind: 'granted' });
  });
});
