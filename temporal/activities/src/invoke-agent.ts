import { failure, parseJson, type AgentReply, type Json } from '@baton/core';
import {
  AgentFailureError,
  readSecrets,
  resolveSecrets,
  withSecrets,
  type AdapterRegistry,
  type SecretResolver,
} from '@baton/agents';
import type { Egress } from '@baton/egress';
import type { Activities, InvokeAgentParams } from './activities.ts';
import type { LocalCalls } from './local-calls.ts';
import { createEffects, type Effect, type Work } from './effects.ts';

/** What calls to agents need. */
export interface InvokeAgentPorts {
  readonly adapters: AdapterRegistry;
  readonly egress: Egress;
  readonly secrets: SecretResolver;
  readonly localCalls: LocalCalls;
}

/** Makes the activity that delivers one call to an agent. */
export function createInvokeAgent(
  ports: InvokeAgentPorts,
): Pick<Activities, 'invokeAgent' | 'invokeAgentLocally'> {
  const effects = createEffects<Json>(ports.localCalls);
  return {
    invokeAgent: (params) => effects.run(effectOf(params), call(ports, params)),
    invokeAgentLocally: (params) => effects.runLocally(effectOf(params), call(ports, params)),
  };
}

function effectOf({ agent, timeoutMs, idempotencyKey, goesOn }: InvokeAgentParams): Effect {
  const label = `Agent "${agent.name}"`;
  return { label, timeoutMs, key: idempotencyKey, goesOn };
}

function call({ adapters, egress, secrets: all }: InvokeAgentPorts, params: InvokeAgentParams): Work<Json> {
  return async (context) => {
    const adapter = adapters.get(params.agent.adapter);
    const { config } = params.agent;
    const secrets = await resolveSecrets(readSecrets(config).names, all);
    const parsed = adapter.parseConfig(withSecrets(config, secrets));
    const reply = await adapter.invoke(requestOf(parsed, params), {
      ...context,
      idempotencyKey: params.idempotencyKey,
      ...(params.budget === undefined ? {} : { budget: params.budget }),
      egress,
      secrets,
      // Live frames have no reader yet: no adapter of this version streams.
      emit: () => undefined,
      heartbeat: context.note,
      lastHeartbeat: context.noted,
    });
    return toJson(reply);
  };
}

/** A pause is rare, and all of the rest is plain JSON already. */
function toJson({ pause, ...reply }: AgentReply): Json {
  const plain = { ...reply, usage: { ...reply.usage } };
  return pause === undefined ? plain : { ...plain, pause: parseJson(JSON.stringify(pause)) };
}

function requestOf(
  parsed: ReturnType<ReturnType<AdapterRegistry['get']>['parseConfig']>,
  params: InvokeAgentParams,
): Parameters<ReturnType<AdapterRegistry['get']>['invoke']>[0] {
  const { agent, input, session, resume } = params;
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
    const detail = `Agent "${agent.name}" ${agent.version} has a config that this version of Baton refuses: ${problems}`;
    throw new AgentFailureError(failure('configuration', detail));
  }
  return {
    agent: { name: agent.name, version: agent.version },
    config: parsed.config,
    input,
    ...(session === undefined ? {} : { session }),
    ...(resume === undefined ? {} : { resume }),
  };
}
