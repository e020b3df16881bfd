import { createAdapterRegistry, createAdapters, type InvokeContext } from '@baton/agents';
import {
  startDifyCounterpart,
  startFlowiseCounterpart,
  startLanggraphCounterpart,
  startN8nCounterpart,
  startOpenaiCounterpart,
  type LoopbackCounterpart,
} from '@baton/agents/stand-ins';
import { isObject, type Json, type JsonObject } from '@baton/core';
import { createEgress } from '@baton/egress';
import { Agent, request } from 'undici';

/** An adapter beside the bare calls that it makes. */
export interface Contender {
  readonly adapter: string;
  /** Calls over HTTP for one delivery. */
  readonly calls: number;
  /** One delivery through the adapter; throws when the answer is wrong. */
  readonly deliver: () => Promise<void>;
  /** The same calls with nothing around them. */
  readonly bare: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const MESSAGES = { messages: [{ role: 'user', content: 'tea?' }] };

/** What each adapter is asked, and who answers it. */
const VENDORS: Readonly<Record<string, readonly [() => Promise<LoopbackCounterpart>, Json]>> = {
  http: [startHttpAgent, MESSAGES],
  dify: [() => startDifyCounterpart({ app: 'workflow' }), { inputs: { topic: 'tea' } }],
  flowise: [() => startFlowiseCounterpart(), { question: 'Is the tea ready?' }],
  langgraph: [() => startLanggraphCounterpart(), MESSAGES],
  n8n: [() => startN8nCounterpart(), { chatInput: 'tea?' }],
  openai: [() => startOpenaiCounterpart(), MESSAGES],
};

/** An answer with its usage in it, read by expressions. */
async function startHttpAgent(): Promise<LoopbackCounterpart> {
  const vendor = await startOpenaiCounterpart();
  const usage = { inputTokens: '${ .usage.prompt_tokens }', outputTokens: '${ .usage.completion_tokens }' };
  return {
    ...vendor,
    configFor: (behaviour) => {
      const { endpoint } = objectOf(vendor.configFor(behaviour));
      const response = { output: '${ .choices[0].message.content }', usage };
      return { endpoint: `${typeof endpoint === 'string' ? endpoint : ''}/chat/completions`, response };
    },
  };
}

function objectOf(value: Json): JsonObject {
  if (!isObject(value)) throw new Error('A config is no object.');
  return value;
}

/** Names of the adapters that are measured. */
export const MEASURED_ADAPTERS: readonly string[] = Object.keys(VENDORS);

/** Starts the stand-in of an adapter's vendor, and asks it once to learn which calls a delivery makes. */
export async function startContender(name: string): Promise<Contender> {
  const [start, input] = VENDORS[name] ?? [];
  if (start === undefined || input === undefined) throw new Error(`Nobody answers the adapter "${name}".`);
  const vendor = await start();
  const egress = createEgress({ policy: { allowLoopback: true } });
  const adapter = createAdapterRegistry(createAdapters()).get(name);
  const parsed = adapter.parseConfig(vendor.configFor({ kind: 'ok' }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const asked = { agent: { name: 'bench', version: '1.0.0' }, config: parsed.config, input };
  const deliver = async (): Promise<void> => {
    const { finish } = await adapter.invoke(asked, contextOf(egress));
    if (finish !== 'stop') throw new Error(`The adapter "${name}" gave an answer that ends with ${finish}.`);
  };
  await deliver();
  const recorded = vendor.calls().map((call) => ({
    url: `${call.baseUrl}${call.path}${call.query.size === 0 ? '' : `?${call.query.toString()}`}`,
    method: call.method,
    headers: forwarded(call.headers),
    body: call.body === null ? null : JSON.stringify(call.body),
  }));
  const dispatcher = new Agent();
  return {
    adapter: name,
    calls: recorded.length,
    deliver,
    bare: async () => {
      for (const { url, method, headers, body } of recorded) {
        const response = await request(url, { method, headers, body, dispatcher });
        await response.body.text();
        if (response.statusCode >= 300) throw new Error(`${url} answered ${response.statusCode}.`);
      }
    },
    stop: async () => {
      await egress.close();
      await dispatcher.close();
      await vendor.stop();
    },
  };
}

const OF_THE_CONNECTION = ['host', 'connection', 'content-length', 'transfer-encoding'];

function forwarded(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !OF_THE_CONNECTION.includes(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(kept);
}

/** What surrounds a delivery of the benchmark. */
export function contextOf(egress: InvokeContext['egress']): InvokeContext {
  return {
    idempotencyKey: 'k-1',
    deadlineAt: Date.now() + 60_000,
    signal: new AbortController().signal,
    runId: 'run-1',
    workspaceId: 'bench',
    egress,
    secrets: {},
    heartbeat: () => undefined,
    lastHeartbeat: null,
    emit: () => undefined,
  };
}
