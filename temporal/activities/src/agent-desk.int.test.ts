import {
  DEFAULT_RETRY,
  failure,
  NO_USAGE,
  type Failure,
  type Json,
  type JsonObject,
  type PinnedAgent,
} from '@baton/core';
import type { AgentCircuitRepository, AgentReplyRepository } from '@baton/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { STEP, told, type Caller } from './activity-fixture.ts';
import type {
  AdmitAgentCallParams,
  InvokeAgentParams,
  LocalCall,
  SettleAgentCallParams,
} from './activities.ts';
import { createAgentDesk, type AgentCallOutcome, type AgentDesk } from './agent-desk.ts';
import { createAdmissionDesk } from './admission.ts';
import { createCircuits } from './circuits.ts';
import { toApplicationFailure } from './effects.ts';
import { createKeptReplies } from './kept-replies.ts';
import { createActivityStore, type ActivityStore } from './store-fixture.ts';

let fixture: ActivityStore;
beforeAll(async () => {
  fixture = await createActivityStore();
});
afterAll(() => fixture.stop());

let desk: AgentDesk;
let caller: Caller;
let outcomes: AgentCallOutcome[];
let opened: boolean[];
let now: number;
let agents = 0;

interface Parts {
  readonly agentCircuits?: AgentCircuitRepository;
  readonly agentReplies?: AgentReplyRepository;
  readonly onChange?: (isOpen: boolean) => void;
}

/** A desk like that of another worker. */
function aDesk({ agentCircuits, agentReplies, onChange }: Parts = {}): AgentDesk {
  const { store } = fixture;
  return createAgentDesk({
    admission: createAdmissionDesk(store),
    circuits: createCircuits({
      agentCircuits: agentCircuits ?? store.agentCircuits,
      onChange: (_of, isOpen) => (onChange ?? ((told) => opened.push(told)))(isOpen),
      rules: { failures: 3, deliveries: 2, lastingMs: 0, coolDownMs: 60_000, longestCoolDownMs: 60_000 },
      now: () => now,
    }),
    replies: createKeptReplies({ agentReplies: agentReplies ?? store.agentReplies }),
    onOutcome: (_params, outcome) => void outcomes.push(outcome),
  });
}

beforeEach(async () => {
  agents += 1;
  outcomes = [];
  opened = [];
  now = 1_000_000;
  desk = aDesk();
  caller = await fixture.accepted();
});

const agentOf = (more: Partial<PinnedAgent> = {}): PinnedAgent => ({
  name: `writer-${agents}`,
  version: '1.0.0',
  adapter: 'http',
  config: {},
  timeoutMs: 60_000,
  retry: DEFAULT_RETRY,
  effects: 'unknown',
  ...more,
});

const delivery = (more: Partial<InvokeAgentParams> = {}): InvokeAgentParams => ({
  agent: agentOf(),
  input: { topic: 'rivers' },
  idempotencyKey: 'key-1',
  step: STEP,
  timeoutMs: 60_000,
  ...more,
});

const replyOf = (output: Json, more: JsonObject = {}): JsonObject => ({
  output,
  usage: { ...NO_USAGE, calls: 1, inputTokens: 7 },
  finish: 'stop',
  ...more,
});

/** Makes a call that ends so. */
function through(params: InvokeAgentParams, end: () => Json, at: AgentDesk = desk): Promise<Json> {
  return caller.run((given: InvokeAgentParams) => at.through(given, async () => end()), params);
}

/** A call that fails like this. */
function failing(key: string, failed: Failure, at?: AgentDesk): Promise<unknown> {
  const end = (): Json => {
    throw toApplicationFailure(failed);
  };
  return told(through(delivery({ idempotencyKey: key }), end, at));
}

const AWAY = failure('communication', 'It is away.', { status: 503, retryable: true, code: 'http_503' });

describe('the circuit of an agent version', () => {
  it('opens when calls of several deliveries have failed in a row, and then fails them at once', async () => {
    for (const key of ['a', 'b', 'c']) await failing(key, AWAY);
    expect(opened).toEqual([true]);
    const refused = await told(through(delivery({ idempotencyKey: 'd' }), () => 'never made'));
    expect(refused.failure).toMatchObject({ status: 503, retryable: true, code: 'circuit_open' });
    expect(refused.failure['retryAfterMs']).toBeGreaterThan(50_000);
    expect(refused.message).toContain(`Agent "writer-${agents}" 1.0.0 was not called`);
    expect(outcomes).toEqual(['failed', 'failed', 'failed', 'refused']);
  });

  it('is shared by all workers, who look at it again after two seconds', async () => {
    let isSeen = false;
    const other = aDesk({ onChange: (isOpen) => (isSeen = isOpen) });
    expect(await through(delivery(), () => replyOf('well'), other)).toEqual(replyOf('well'));
    for (const key of ['a', 'b', 'c']) await failing(key, AWAY);
    const third = aDesk({ onChange: () => undefined });
    expect(await through(delivery(), () => replyOf('well'), third)).toEqual(replyOf('well'));
    now += 2_000;
    // Looked at behind the back of this call, which is made.
    await through(delivery(), () => replyOf('well'), other);
    while (!isSeen) await new Promise(setImmediate);
    await told(through(delivery(), () => 'never made', other));
    expect(outcomes.at(-1)).toBe('refused');
  });

  it('lets one call try when it has cooled down, and closes when that is answered', async () => {
    const agentCircuits: AgentCircuitRepository = {
      ...fixture.store.agentCircuits,
      failed: (scope, call) =>
        fixture.store.agentCircuits.failed(scope, call, {
          failures: 2,
          deliveries: 2,
          lastingMs: 0,
          // Over before it begins.
          coolDownMs: -1_000,
          longestCoolDownMs: -1_000,
        }),
    };
    desk = aDesk({ agentCircuits });
    for (const key of ['a', 'b']) await failing(key, AWAY);
    let other: Promise<unknown> = Promise.resolve();
    const tried = await caller.run(
      (params: InvokeAgentParams) =>
        desk.through(params, async () => {
          other = told(through(delivery({ idempotencyKey: 'd' }), () => 'never made'));
          await other;
          return replyOf('well');
        }),
      delivery({ idempotencyKey: 'c' }),
    );
    expect(tried).toEqual(replyOf('well'));
    expect(await other).toMatchObject({ failure: { code: 'circuit_open', retryAfterMs: 5_000 } });
    expect(await through(delivery({ idempotencyKey: 'd' }), () => replyOf('again'))).toEqual(
      replyOf('again'),
    );
    expect(opened).toEqual([true, false]);
  });

  it('does not mind refusals, cancels and what never reached the agent; an answer is an answer', async () => {
    const refusal = failure('communication', 'No.', { status: 404, code: 'http_404' });
    const own = failure('configuration', 'No such secret.', { code: 'unknown_secret' });
    for (const key of ['a', 'b']) await failing(key, AWAY);
    await failing('c', own);
    await failing('d', refusal);
    await failing('e', AWAY);
    expect(await through(delivery(), () => replyOf('well'))).toEqual(replyOf('well'));
    await expect(
      through(delivery(), () => {
        throw new Error('No failure of an agent.');
      }),
    ).rejects.toThrow('No failure');
    expect(opened).toEqual([]);
  });

  it('never keeps a call from its agent because the database is away', async () => {
    const away = async (): Promise<never> => {
      throw new Error('The database is away.');
    };
    const agentCircuits = { get: away, failed: away, succeeded: away, probe: away };
    const agentReplies = { get: away, put: away, sweep: away };
    desk = aDesk({ agentCircuits, agentReplies });
    for (const key of ['a', 'b', 'c', 'd']) await failing(key, AWAY);
    const agent = agentOf({ cache: { ttlMs: 60_000 } });
    expect(await through(delivery({ agent }), () => replyOf('well'))).toEqual(replyOf('well'));
  });
});

describe('kept answers', () => {
  const cached = (more: Partial<PinnedAgent> = {}, cache: Partial<PinnedAgent['cache']> = {}): PinnedAgent =>
    agentOf({ cache: { ttlMs: 60_000, ...cache }, ...more });
  let made = 0;
  const ask = (more: Partial<InvokeAgentParams>, reply?: JsonObject): Promise<Json> =>
    through(delivery({ agent: cached(), ...more }), () => {
      made += 1;
      return reply ?? replyOf(made);
    });
  beforeEach(() => {
    made = 0;
  });

  it('are given again to the same question, free of cost and marked', async () => {
    expect(await ask({})).toEqual(replyOf(1));
    expect(await ask({ idempotencyKey: 'key-2' })).toEqual({
      output: 1,
      usage: NO_USAGE,
      finish: 'stop',
      cached: true,
    });
    expect(outcomes).toEqual(['succeeded', 'cached']);
  });

  it('belong to one question, session, version and config', async () => {
    await ask({});
    for (const more of [
      { input: { topic: 'lakes' } },
      { session: 's-1' },
      { agent: cached({ version: '1.0.1' }) },
      { agent: cached({ config: { endpoint: 'https://b.example/' } }) },
    ])
      expect(await ask(more)).not.toHaveProperty('cached');
    expect(made).toBe(5);
  });

  it('are told apart by the expression that the version gives', async () => {
    const agent = cached({}, { key: '.topic | ascii_downcase' });
    await ask({ agent, input: { topic: 'Rivers', at: 1 } });
    expect(await ask({ agent, input: { topic: 'rivers', at: 2 }, session: 's' })).toMatchObject({
      cached: true,
    });
    expect(await ask({ agent, input: { topic: 'lakes' } })).not.toHaveProperty('cached');
    const bySession = cached({}, { key: '[.topic, $session]' });
    await ask({ agent: bySession, session: 's' });
    expect(await ask({ agent: bySession, session: 't' })).not.toHaveProperty('cached');
    const failed = await told(ask({ agent, input: { topic: 5 } }));
    expect(failed.failure).toMatchObject({ code: 'expression_failed', retryable: false });
  });

  it('are whole answers only: no pauses, nothing cut off, nothing too large, nothing that breaks its schema', async () => {
    const pause = { kind: 'form', title: 'Which one?', resume: 1 };
    const outputSchema = { type: 'object', required: ['text'] };
    for (const reply of [
      replyOf(1, { finish: 'pause', pause }),
      replyOf(1, { finish: 'length' }),
      replyOf('x'.repeat(262_144)),
      replyOf({ other: 1 }),
    ]) {
      const agent = cached({ outputSchema });
      await ask({ agent }, reply);
      expect(await ask({ agent, idempotencyKey: 'key-2' }, reply)).not.toHaveProperty('cached');
    }
    const promised = cached({ outputSchema });
    await ask(
      { agent: promised },
      replyOf(
        { text: 'ok' },
        {
          sessionId: 's-1',
          foreignRef: 'r-1',
          events: [{ type: 'agent.message', data: 'I think.' }],
        },
      ),
    );
    expect(await ask({ agent: promised })).toEqual({
      output: { text: 'ok' },
      usage: NO_USAGE,
      finish: 'stop',
      cached: true,
    });
  });

  it('are neither asked for nor kept when an agent goes on after a pause', async () => {
    await ask({});
    const resume = { state: 1, answer: { outcome: 'approve' } };
    expect(await ask({ resume })).toEqual(replyOf(2));
    expect(await ask({})).toMatchObject({ output: 1, cached: true });
  });

  it('need no turn at an agent that takes only so many calls at once', async () => {
    const agent = cached({ concurrency: { max: 1 } });
    await ask({ agent });
    const result = await caller.run(
      (params: InvokeAgentParams) =>
        desk.through(params, async () => {
          expect(await ask({ agent, idempotencyKey: 'key-3' })).toMatchObject({ cached: true });
          expect(await ask({ agent, input: 5, idempotencyKey: 'key-4' })).toMatchObject({ kind: 'queued' });
          return replyOf('slow');
        }),
      delivery({ agent, input: 'other', idempotencyKey: 'key-2' }),
    );
    expect(result).toEqual(replyOf('slow'));
    expect(outcomes).toEqual(['succeeded', 'cached', 'queued', 'succeeded']);
  });

  it('are found and kept by local calls, too', async () => {
    const agent = cached({ effects: 'none' });
    const locally = (told: LocalCall<Json>): Promise<LocalCall<Json>> =>
      caller.run((params: InvokeAgentParams) => desk.locally(params, async () => told), delivery({ agent }));
    expect(await locally({ tookMs: 1_000, goesOn: true })).toEqual({ tookMs: 1_000, goesOn: true });
    expect(await locally({ tookMs: 20, result: replyOf(1) })).toEqual({ tookMs: 20, result: replyOf(1) });
    expect(await locally({ tookMs: 20, result: replyOf(2) })).toMatchObject({
      result: { output: 1, cached: true },
    });
    expect(outcomes).toEqual(['succeeded', 'cached']);
  });
});

describe('a call that is made elsewhere', () => {
  const agent = (): PinnedAgent => agentOf({ concurrency: { max: 1 }, cache: { ttlMs: 60_000 } });
  const admit = (more: Partial<InvokeAgentParams>): Promise<unknown> => {
    const elsewhere = delivery({ agent: agent(), ...more });
    const { idempotencyKey, step } = elsewhere;
    const params = { agent: elsewhere.agent, idempotencyKey, step, leaseMs: 60_000, elsewhere };
    return caller.run((given: AdmitAgentCallParams) => desk.admitAgentCall(given), params);
  };
  const settle = (
    idempotencyKey: string,
    made?: { readonly reply: Json } | { readonly failure: Failure },
  ): Promise<void> => {
    const { name } = agent();
    const given = delivery({ agent: agent(), idempotencyKey });
    const params = {
      agent: name,
      idempotencyKey,
      ...(made === undefined ? {} : { made: { delivery: given, ...made } }),
    };
    return caller.run((told: SettleAgentCallParams) => desk.settleAgentCall(told), params);
  };

  it('is admitted, waits, and has its answer kept', async () => {
    expect(await admit({ idempotencyKey: 'a' })).toEqual({ kind: 'granted' });
    expect(await admit({ idempotencyKey: 'b', input: 5 })).toEqual({ kind: 'queued', ahead: 0 });
    expect(await admit({ idempotencyKey: 'c' })).toEqual({ kind: 'queued', ahead: 1 });
    await settle('a', { reply: replyOf('by Python') });
    expect(await admit({ idempotencyKey: 'c' })).toEqual({
      kind: 'answered',
      reply: { output: 'by Python', usage: NO_USAGE, finish: 'stop', cached: true },
    });
    expect(await admit({ idempotencyKey: 'b', input: 5 })).toEqual({ kind: 'granted' });
    expect(await admit({ idempotencyKey: 'd', input: 6 })).toEqual({ kind: 'queued', ahead: 0 });
    expect(outcomes).toEqual(['queued', 'queued', 'succeeded', 'cached', 'queued']);
  });

  it('is refused, and keeps no place, while its agent is away', async () => {
    for (const key of ['a', 'b', 'c']) {
      expect(await admit({ idempotencyKey: key })).toEqual({ kind: 'granted' });
      await settle(key, { failure: AWAY });
    }
    for (const key of ['d', 'e'])
      expect((await told(admit({ idempotencyKey: key }))).failure).toMatchObject({ code: 'circuit_open' });
    await settle('d', { failure: failure('runtime', 'Canceled.', { code: 'canceled' }) });
    expect(outcomes).toEqual(['failed', 'failed', 'failed', 'refused', 'refused']);
  });
});
