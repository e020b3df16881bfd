import { isObject, type AgentReply, type Failure, type Json, type JsonObject } from '@baton/core';
import { createEgress, type Egress } from '@baton/egress';
import {
  AgentFailureError,
  type Adapter,
  type AgentEvent,
  type AgentRequest,
  type InvokeContext,
} from './adapter.ts';
import type { Behaviour } from './counterpart.ts';
import { contextOf } from './invoke-context-fixture.ts';
import {
  beginEvents,
  startLoopbackCounterpart,
  type LoopbackCall,
  type LoopbackCounterpart,
} from './loopback-counterpart.ts';

/** How a question of a test differs from the ordinary one. */
export interface StandQuestion extends Partial<
  Pick<AgentRequest, 'input' | 'session' | 'resume' | 'repair'>
> {
  /** Beside what every config of the stand has. */
  readonly config?: JsonObject;
  readonly context?: Partial<InvokeContext>;
}

/** What an adapter gave back, and what it told meanwhile. */
export interface Told {
  readonly reply: AgentReply;
  readonly events: readonly AgentEvent[];
  readonly notes: readonly Json[];
}

/** A vendor on loopback that answers as each test says, and the adapter that asks it. */
export interface VendorStand {
  /** From now on the vendor answers so. */
  answers(answer: (call: LoopbackCall) => void): void;
  ask(question?: StandQuestion): Promise<Told>;
  /** The failure of a question that must fail. */
  fail(question?: StandQuestion): Promise<Failure>;
  /** All calls so far, in order. */
  calls(): readonly LoopbackCall[];
  /** The URL of the vendor for a config, without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a stand for the tests of one adapter. */
export async function startVendorStand<Config>(
  adapter: Adapter<Config>,
  config: (url: string) => JsonObject,
): Promise<VendorStand> {
  let answer: (call: LoopbackCall) => void = ({ response }) => void response.writeHead(500).end();
  let url = '';
  const counterpart = await startLoopbackCounterpart({
    config: (baseUrl) => {
      url = baseUrl;
      return {};
    },
    answer: (call) => answer(call),
  });
  counterpart.configFor({ kind: 'ok' });
  const egress = createEgress({ policy: { allowLoopback: true } });
  const ask = async ({ config: more, context, ...asked }: StandQuestion = {}): Promise<Told> => {
    const parsed = adapter.parseConfig({ ...config(url), ...more });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const events: AgentEvent[] = [];
    const notes: Json[] = [];
    const agent = { name: 'writer', version: '1.0.0' };
    const reply = await adapter.invoke(
      { agent, config: parsed.config, input: 'Tell me of tea.', ...asked },
      contextOf(egress, {
        heartbeat: (note) => void notes.push(note),
        emit: (event) => void events.push(event),
        ...context,
      }),
    );
    return { reply, events, notes };
  };
  return {
    answers: (next) => {
      answer = next;
    },
    ask,
    fail: (question) => failureOf({ reply: ask(question) }),
    calls: () => counterpart.calls(),
    url,
    stop: async () => {
      await egress.close();
      await counterpart.stop();
    },
  };
}

/** Sends events whose data are these, as one stream; what comes after `last` is the caller's. */
export function sendEvents({ response }: LoopbackCall, events: readonly Json[], last = ''): void {
  beginEvents(response);
  response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + last);
}

/** The failure of a delivery that must fail. */
export async function failureOf({ reply }: { readonly reply: Promise<unknown> }): Promise<Failure> {
  const outcome = await reply.catch((error: unknown) => error);
  if (outcome instanceof AgentFailureError) return outcome.failure;
  throw new Error(`The call should have failed, and gave ${JSON.stringify(outcome)}.`);
}

/** How a delivery to a stand-in differs from the ordinary one. */
export interface PlayWish extends Partial<Pick<AgentRequest, 'input' | 'session' | 'resume'>> {
  readonly behaviour?: Behaviour;
  /** Beside what the stand-in's config has. */
  readonly config?: JsonObject;
  readonly context?: Partial<InvokeContext>;
}

/** A delivery under way, and what it tells. */
export interface Outcome {
  readonly reply: Promise<AgentReply>;
  readonly told: readonly AgentEvent[];
  readonly beats: readonly Json[];
  readonly counterpart: LoopbackCounterpart;
  readonly egress: Egress;
}

/** Deliveries to stand-ins of one vendor, each with a stand-in of its own. */
export interface Plays<Params> {
  play(params: Params, wish?: PlayWish): Promise<Outcome>;
  /** Lets go of all that were started. */
  stop(): Promise<void>;
}

/** Makes deliveries to stand-ins; they are of the run `run-of-baton`. */
export function createPlays<Config, Params>(
  adapter: Adapter<Config>,
  start: (params: Params) => Promise<LoopbackCounterpart>,
): Plays<Params> {
  const opened: (() => Promise<void>)[] = [];
  return {
    async play(params, { behaviour, config, context, input = null, ...asked } = {}) {
      const counterpart = await start(params);
      const egress = createEgress({ policy: { allowLoopback: true } });
      opened.push(
        () => egress.close(),
        () => counterpart.stop(),
      );
      const base = counterpart.configFor(behaviour ?? { kind: 'ok' });
      const parsed = adapter.parseConfig({ ...(isObject(base) ? base : {}), ...config });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const told: AgentEvent[] = [];
      const beats: Json[] = [];
      const agent = { name: 'writer', version: '1.0.0' };
      const reply = adapter.invoke(
        { agent, config: parsed.config, input, ...asked },
        contextOf(egress, {
          runId: 'run-of-baton',
          heartbeat: (details) => void beats.push(details),
          emit: (event) => void told.push(event),
          ...context,
        }),
      );
      return { reply, told, beats, counterpart, egress };
    },
    async stop() {
      for (const close of opened.splice(0)) await close();
    },
  };
}
