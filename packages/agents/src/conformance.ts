import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentReply, ErrorKind, Failure, Json, JsonObject, Usage } from '@baton/core';
import { createEgress, parseJsonBounded, type Egress } from '@baton/egress';
import { AgentFailureError, type Adapter, type AgentEvent, type InvokeContext } from './adapter.ts';
import type { Behaviour, Counterpart } from './counterpart.ts';
import { contextOf } from './invoke-context-fixture.ts';

export type { Behaviour, Counterpart, ReceivedCall } from './counterpart.ts';

/** What {@link describeAdapter} must know of an adapter. */
export interface ConformanceParams<Config> {
  readonly name: string;
  readonly adapter: Adapter<Config>;
  readonly counterpart: () => Promise<Counterpart>;
  /** An input the agent takes. */
  readonly input: Json;
  /** The output of the behaviours `ok` and `usage`. */
  readonly answer: Json;
  /** The usage of the behaviour `usage`. */
  readonly usage: Usage;
  /** An input that the agent gives back, and what comes of it; default: any JSON, as it is. */
  readonly echo?: { readonly input: Json; readonly output: Json };
  /** Whether any text counts as an answer, so that a web page does. Default false. */
  readonly takesText?: boolean;
  /** The failure of an answer that is malformed: kind, whether it is tried again, code. Default: of an answer that is no JSON. */
  readonly malformed?: readonly [ErrorKind, boolean, string];
  /** How long a delivery may take to reach the counterpart, in milliseconds. Default 40. */
  readonly reachMs?: number;
  /** Text that the behaviour `ok` tells in chunks; absent: agents of this counterpart do not stream. */
  readonly streamed?: string;
  /** What becomes of a stream that ends too early: the answer, looked up, or a failure that is tried again. */
  readonly lostEnd?: 'looked-up' | 'fails';
  /** What a person's approval of the behaviour `pause` carries beside its outcome. */
  readonly approval?: JsonObject;
  /** How long one delivery may take, in milliseconds, where a test does not say. Default 5,000. */
  readonly patienceMs?: number;
  /** A config with several things wrong, and the pointers of all of them. */
  readonly invalid: { readonly config: Json; readonly pointers: readonly string[] };
}

/** How a call of the suite is made; everything has a default. */
interface CallParams {
  readonly behaviour: Behaviour;
  readonly input?: Json;
  readonly key?: string;
  readonly deadlineInMs?: number;
  readonly signal?: AbortSignal;
  readonly emit?: (event: AgentEvent) => void;
  readonly resume?: { readonly state: Json; readonly answer: JsonObject };
}

interface Stand {
  readonly counterpart: Counterpart;
  readonly call: (params: CallParams) => Promise<AgentReply>;
  /** The failure of a call that must fail. */
  readonly fail: (params: CallParams) => Promise<Failure>;
}

/** Registers the tests that every adapter passes. Call it at the top level of a test file. */
export function describeAdapter<Config>(params: ConformanceParams<Config>): void {
  describe(`the adapter port, by ${params.name}`, () => {
    let counterpart: Counterpart;
    let egress: Egress;
    let stand: Stand;

    beforeAll(async () => {
      counterpart = await params.counterpart();
    });
    beforeEach(() => {
      egress = createEgress({ policy: { allowLoopback: true } });
      stand = createStand(params, counterpart, egress);
    });
    afterEach(() => egress.close());
    afterAll(() => counterpart.stop());

    describeConfig(params, () => stand);
    describeReply(params, () => stand);
    describeDelivery(params, () => stand);
    describeStatuses(() => stand);
    describeBadAnswers(params, () => stand);
    if (params.streamed !== undefined && params.adapter.capabilities.streaming)
      describeStreams(params, () => stand);
    if (params.adapter.capabilities.pauses) describePauses(params, () => stand);
  });
}

function createStand<Config>(
  params: ConformanceParams<Config>,
  counterpart: Counterpart,
  egress: Egress,
): Stand {
  const call = (wish: CallParams): Promise<AgentReply> => {
    const parsed = params.adapter.parseConfig(counterpart.configFor(wish.behaviour));
    if (!parsed.ok)
      throw new Error(`The counterpart's config has problems: ${JSON.stringify(parsed.problems)}`);
    const agent = { name: 'conformance', version: '1.0.0' };
    const input = wish.input ?? params.input;
    const resume = wish.resume === undefined ? {} : { resume: wish.resume };
    return params.adapter.invoke(
      { agent, config: parsed.config, input, ...resume },
      contextOfCall({ deadlineInMs: params.patienceMs ?? 5_000, ...wish }, egress),
    );
  };
  return {
    counterpart,
    call,
    fail: async (wish) => failureOf(await call(wish).catch((error: unknown) => error)),
  };
}

function contextOfCall({ key, deadlineInMs, signal, emit }: CallParams, egress: Egress): InvokeContext {
  return contextOf(egress, {
    idempotencyKey: key ?? 'conformance-key',
    runId: '00000000-0000-4000-8000-000000000000',
    deadlineAt: Date.now() + (deadlineInMs ?? 30_000),
    ...(signal === undefined ? {} : { signal }),
    ...(emit === undefined ? {} : { emit }),
  });
}

function failureOf(outcome: unknown): Failure {
  if (outcome instanceof AgentFailureError) return outcome.failure;
  throw new Error(
    `An adapter throws AgentFailureError and nothing else; this was ${JSON.stringify(outcome)}.`,
  );
}

/** The last segment of a failure's type. */
function kindOf({ type }: Failure): string {
  return type.slice(type.lastIndexOf('/') + 1);
}

function describeConfig<Config>({ adapter, invalid }: ConformanceParams<Config>, stand: () => Stand): void {
  describe('parseConfig()', () => {
    it('takes the configs of its counterpart', () => {
      expect(adapter.parseConfig(stand().counterpart.configFor({ kind: 'ok' })).ok).toBe(true);
    });

    it('names everything that is wrong at once, each with its pointer and a sentence', () => {
      const parsed = adapter.parseConfig(invalid.config);
      const problems = parsed.ok ? [] : parsed.problems;
      expect(problems.map(({ pointer }) => pointer).toSorted()).toEqual(invalid.pointers.toSorted());
      expect(problems.filter(({ message }) => message === '')).toEqual([]);
    });

    it('refuses what is no object, and unknown keys, without throwing', () => {
      const configs: Json[] = [null, 1, 'http', [], {}, { surprise: true }];
      expect(configs.filter((config) => adapter.parseConfig(config).ok)).toEqual([]);
    });
  });
}

function describeReply<Config>(params: ConformanceParams<Config>, stand: () => Stand): void {
  const { answer, usage } = params;
  describe('the reply', () => {
    it('carries the output and counts the call', async () => {
      const reply = await stand().call({ behaviour: { kind: 'ok' } });
      expect([reply.output, reply.finish, reply.usage.calls]).toEqual([answer, 'stop', 1]);
    });

    it('carries the usage that the agent reports', async () => {
      const reply = await stand().call({ behaviour: { kind: 'usage' } });
      expect([reply.output, reply.usage]).toEqual([answer, usage]);
    });

    it('shows that the input arrived as it was, expressions in it included', async () => {
      const any = {
        text: 'é "quoted" \u{1f600} ${ .not } $secrets',
        list: [1, -0.5, null, true, {}],
      };
      const { input, output } = params.echo ?? { input: any, output: any };
      expect((await stand().call({ behaviour: { kind: 'echo' }, input })).output).toEqual(output);
    });
  });
}

function describeDelivery<Config>({ reachMs = 40 }: ConformanceParams<Config>, stand: () => Stand): void {
  describe('a delivery', () => {
    it('carries its idempotency key, the same on every attempt', async () => {
      const { call, fail, counterpart } = stand();
      const before = counterpart.received().length;
      await fail({ behaviour: { kind: 'drop' }, key: 'key-of-one-delivery' });
      await call({ behaviour: { kind: 'ok' }, key: 'key-of-one-delivery' });
      await call({ behaviour: { kind: 'ok' }, key: 'key-of-another' });
      const keys = counterpart
        .received()
        .slice(before)
        .map(({ idempotencyKey }) => idempotencyKey);
      expect(keys).toEqual(['key-of-one-delivery', 'key-of-one-delivery', 'key-of-another']);
    });

    it('ends at its deadline, lets go of the connection and may be tried again', async () => {
      const { fail, counterpart } = stand();
      const arrived = counterpart.nextCall();
      const failure = await fail({ behaviour: { kind: 'slow' }, deadlineInMs: reachMs });
      await (
        await arrived
      ).closed;
      expect([kindOf(failure), failure.status, failure.retryable]).toEqual(['timeout', 408, true]);
    });

    it('is not sent after its deadline', async () => {
      const { fail, counterpart } = stand();
      const before = counterpart.received().length;
      const failure = await fail({ behaviour: { kind: 'ok' }, deadlineInMs: -1 });
      expect([kindOf(failure), counterpart.received().length]).toEqual(['timeout', before]);
    });

    it('ends when it is aborted and lets go of the connection', async () => {
      const { fail, counterpart } = stand();
      const caller = new AbortController();
      const arrived = counterpart.nextCall();
      const failed = fail({ behaviour: { kind: 'slow' }, signal: caller.signal });
      const received = await arrived;
      caller.abort();
      await received.closed;
      expect((await failed).code).toBe('aborted');
    });

    it('may be tried again when the agent is not there or hangs up', async () => {
      const failures = [
        await stand().fail({ behaviour: { kind: 'refused' } }),
        await stand().fail({ behaviour: { kind: 'drop' } }),
      ];
      expect(failures.map((failure) => [kindOf(failure), failure.retryable, failure.code])).toEqual([
        ['communication', true, 'connect_failed'],
        ['communication', true, 'connection_lost'],
      ]);
    });
  });
}

function describeStatuses(stand: () => Stand): void {
  const facts = async (status: number): Promise<unknown> => {
    const failure = await stand().fail({ behaviour: { kind: 'status', status } });
    return [failure.status, kindOf(failure), failure.retryable];
  };

  describe('a refusal by the agent', () => {
    it('is not tried again when the question is at fault', async () => {
      expect(await Promise.all([400, 401, 403, 404, 422].map(facts))).toEqual([
        [400, 'communication', false],
        [401, 'authentication', false],
        [403, 'authorization', false],
        [404, 'communication', false],
        [422, 'communication', false],
      ]);
    });

    it('is tried again when the agent is at fault', async () => {
      expect(await Promise.all([408, 500, 502, 503].map(facts))).toEqual([
        [408, 'timeout', true],
        [500, 'communication', true],
        [502, 'communication', true],
        [503, 'communication', true],
      ]);
    });

    it('says when to come again', async () => {
      const behaviour = { kind: 'status', status: 429, retryAfter: '7' } as const;
      const { status, retryable, retryAfterMs } = await stand().fail({ behaviour });
      expect([status, retryable, retryAfterMs]).toEqual([429, true, 7_000]);
    });

    it('quotes the agent, and not at length', async () => {
      const words = 'no such tone: '.padEnd(100_000, 'é');
      const { detail = '' } = await stand().fail({ behaviour: { kind: 'status', status: 422, words } });
      expect(detail).toContain('no such tone');
      expect(Buffer.byteLength(detail)).toBeLessThan(1_400);
    });
  });
}

function describeBadAnswers<Config>(params: ConformanceParams<Config>, stand: () => Stand): void {
  describe('an answer that cannot be used', () => {
    it('is a communication failure when it is malformed', async () => {
      const failure = await stand().fail({ behaviour: { kind: 'malformed' } });
      expect([kindOf(failure), failure.retryable, failure.code]).toEqual(
        params.malformed ?? ['communication', true, 'malformed_json'],
      );
    });

    it('is given up at the size limit and not asked for again', async () => {
      const failure = await stand().fail({ behaviour: { kind: 'huge' } });
      expect([kindOf(failure), failure.retryable, failure.code]).toEqual([
        'communication',
        false,
        'too_large',
      ]);
    });

    if (params.takesText !== true) {
      it('is refused when it is a web page, and not asked for again', async () => {
        const failure = await stand().fail({ behaviour: { kind: 'web-page' } });
        expect([kindOf(failure), failure.retryable, failure.code]).toEqual([
          'communication',
          false,
          'wrong_media_type',
        ]);
      });
    }
  });
}

function describeStreams<Config>(params: ConformanceParams<Config>, stand: () => Stand): void {
  describe('a stream', () => {
    it('is told in chunks while it comes', async () => {
      const told: AgentEvent[] = [];
      const reply = await stand().call({ behaviour: { kind: 'ok' }, emit: (event) => void told.push(event) });
      const chunks = told.flatMap(({ type, data }) =>
        type === 'agent.chunk' && typeof data === 'string' ? [data] : [],
      );
      expect(chunks.length).toBeGreaterThan(1);
      expect(chunks.join('')).toBe(params.streamed);
      expect(reply.output).toEqual(params.answer);
    });

    it('that breaks in the middle may be asked for again', async () => {
      const failure = await stand().fail({ behaviour: { kind: 'broken-stream' } });
      expect([kindOf(failure), failure.retryable, failure.code]).toEqual([
        'communication',
        true,
        'connection_lost',
      ]);
    });

    it('that ends before it says so is no answer', async () => {
      if (params.lostEnd === 'looked-up') {
        expect((await stand().call({ behaviour: { kind: 'lost-end' } })).output).toEqual(params.answer);
        return;
      }
      const failure = await stand().fail({ behaviour: { kind: 'lost-end' } });
      expect([kindOf(failure), failure.retryable, failure.code]).toEqual(['communication', true, 'lost_end']);
    });

    it('is given up when it is aborted, and the vendor is told where it can be', async () => {
      const { fail, counterpart } = stand();
      const caller = new AbortController();
      const before = counterpart.stops?.();
      const arrived = counterpart.nextCall();
      const failed = fail({
        behaviour: { kind: 'slow-stream' },
        signal: caller.signal,
        // Something has come, so that the vendor's ids are known.
        emit: () => setImmediate(() => caller.abort()),
      });
      const received = await arrived;
      expect((await failed).code).toBe('aborted');
      await received.closed;
      if (before !== undefined) expect(counterpart.stops?.()).toBe(before + 1);
    });
  });
}

function describePauses<Config>(params: ConformanceParams<Config>, stand: () => Stand): void {
  describe('a pause', () => {
    it('is told with what a person needs, and ends in the answer once it is decided', async () => {
      const behaviour: Behaviour = { kind: 'pause' };
      const { finish, pause } = await stand().call({ behaviour });
      expect([finish, pause?.title === '']).toEqual(['pause', false]);
      if (pause === undefined) throw new Error('The reply pauses and has no pause.');
      // It is stored meanwhile.
      const state = parseJsonBounded(JSON.stringify(pause.resume));
      const answer = { outcome: 'approve', action: 'approve', ...params.approval };
      const reply = await stand().call({ behaviour, resume: { state, answer }, key: 'key-of-the-answer' });
      expect([reply.finish, reply.output]).toEqual(['stop', params.answer]);
    });
  });
}
