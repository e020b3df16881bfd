import { AgentFailureError, createAdapters, type Adapter, type InvokeContext } from '@baton/agents';
import type { AgentReply, Failure, Json, JsonObject } from '@baton/core';
import { createEgress, type Egress } from '@baton/egress';

/** The adapter of this kind. */
export function adapterOf(kind: string): Adapter {
  const found = createAdapters().find((adapter) => adapter.kind === kind);
  if (found === undefined) throw new Error(`There is no adapter "${kind}".`);
  return found;
}

/** A delivery to a real vendor. */
export interface Question {
  readonly config: JsonObject;
  readonly input?: Json;
  readonly session?: string;
  readonly resume?: { readonly state: Json; readonly answer: JsonObject };
  readonly context?: Partial<InvokeContext>;
}

/** Makes deliveries to real vendors, without a gate in between. */
export interface Asking {
  ask(question: Question): Promise<AgentReply>;
  /** The failure of a delivery that must fail. */
  failureOf(question: Question): Promise<Failure>;
  stop(): Promise<void>;
}

/** Makes deliveries by an adapter. */
export function createAsking(adapter: Adapter): Asking {
  const egress = createEgress({ policy: { allowLoopback: true } });
  const ask: Asking['ask'] = async ({ config, input = null, session, resume, context }) => {
    const parsed = adapter.parseConfig(config);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const more = {
      ...(session === undefined ? {} : { session }),
      ...(resume === undefined ? {} : { resume }),
    };
    const agent = { name: 'writer', version: '1.0.0' };
    return adapter.invoke({ agent, config: parsed.config, input, ...more }, contextWith(egress, context));
  };
  return {
    ask,
    failureOf: async (question) => {
      const outcome = await ask(question).catch((error: unknown) => error);
      if (outcome instanceof AgentFailureError) return outcome.failure;
      throw new Error(`The delivery should have failed, and gave ${JSON.stringify(outcome)}.`);
    },
    stop: () => egress.close(),
  };
}

function contextWith(egress: Egress, more: Partial<InvokeContext> = {}): InvokeContext {
  return {
    idempotencyKey: 'k-1',
    deadlineAt: Date.now() + 60_000,
    signal: new AbortController().signal,
    runId: 'run-1',
    workspaceId: 'workspace-1',
    egress,
    secrets: {},
    heartbeat: () => {},
    lastHeartbeat: null,
    emit: () => {},
    ...more,
  };
}
