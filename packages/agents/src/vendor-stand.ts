import type { AgentReply, Failure, Json, JsonObject } from '@baton/core';
import { createEgress } from '@baton/egress';
import {
  AgentFailureError,
  type Adapter,
  type AgentEvent,
  type AgentRequest,
  type InvokeContext,
} from './adapter.ts';
import { beginEvents, startLoopbackCounterpart, type LoopbackCall } from './loopback-counterpart.ts';

/** How a question of a test differs from the ordinary one. */
export interface StandQuestion extends Partial<Pick<AgentRequest, 'input' | 'session' | 'resume'>> {
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
      {
        idempotencyKey: 'k-1',
        deadlineAt: Date.now() + 5_000,
        signal: new AbortController().signal,
        runId: 'run-1',
        egress,
        secrets: {},
        heartbeat: (note) => void notes.push(note),
        lastHeartbeat: null,
        emit: (event) => void events.push(event),
        ...context,
      },
    );
    return { reply, events, notes };
  };
  return {
    answers: (next) => {
      answer = next;
    },
    ask,
    fail: async (question) => {
      const outcome = await ask(question).catch((error: unknown) => error);
      if (outcome instanceof AgentFailureError) return outcome.failure;
      throw new Error(`The call should have failed, and gave ${JSON.stringify(outcome)}.`);
    },
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
