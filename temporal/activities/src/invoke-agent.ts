import { failure, parseJson, parseWorkflowId, type AgentReply, type Json } from '@baton/core';
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
import type { AgentDesk } from './agent-desk.ts';
import type { LiveFrames, LiveLine } from './live-frames.ts';
import type { LocalCalls } from './local-calls.ts';
import { createEffects, type Effect, type EffectContext, type Work } from './effects.ts';
import { createToldEvents, type ToldEvents } from './told-events.ts';

/** What calls to agents need. */
export interface InvokeAgentPorts {
  readonly adapters: AdapterRegistry;
  readonly egress: Egress;
  readonly secrets: SecretResolver;
  readonly localCalls: LocalCalls;
  readonly desk: Pick<AgentDesk, 'through' | 'locally'>;
  readonly frames: LiveFrames;
}

/** Makes the activity that delivers one call to an agent. */
export function createInvokeAgent(
  ports: InvokeAgentPorts,
): Pick<Activities, 'invokeAgent' | 'invokeAgentLocally'> {
  const effects = createEffects<Json>(ports.localCalls);
  return {
    invokeAgent: (params) =>
      ports.desk.through(params, () => effects.run(effectOf(params), call(ports, params))),
    invokeAgentLocally: (params) =>
      ports.desk.locally(params, () => effects.runLocally(effectOf(params), call(ports, params))),
  };
}

function effectOf({ agent, timeoutMs, idempotencyKey, goesOn }: InvokeAgentParams): Effect {
  const label = `Agent "${agent.name}"`;
  return { label, timeoutMs, key: idempotencyKey, goesOn };
}

function call(ports: InvokeAgentPorts, params: InvokeAgentParams): Work<Json> {
  return async (context) => {
    const { adapters, egress } = ports;
    const adapter = adapters.get(params.agent.adapter);
    const { config } = params.agent;
    const secrets = await resolveSecrets(readSecrets(config).names, ports.secrets);
    const parsed = adapter.parseConfig(withSecrets(config, secrets));
    const told = createToldEvents();
    const line = lineOf(ports, params, context);
    try {
      const reply = await adapter.invoke(requestOf(parsed, params), {
        ...context,
        idempotencyKey: params.idempotencyKey,
        ...(params.budget === undefined ? {} : { budget: params.budget }),
        egress,
        secrets,
        emit: (event) => {
          told.add(event);
          line.tell(event);
        },
        heartbeat: context.note,
        lastHeartbeat: context.noted,
      });
      return toJson(reply, told);
    } finally {
      await line.close();
    }
  };
}

const NOBODY: LiveLine = { tell: () => undefined, close: async () => undefined };

function lineOf({ frames }: InvokeAgentPorts, { step }: InvokeAgentParams, context: EffectContext): LiveLine {
  const run = parseWorkflowId(`${context.workspaceId}.${context.runId}`);
  if (run === null) return NOBODY;
  return frames.open({ ...run, stepId: step.id, attempt: step.attempt, delivery: context.delivery });
}

/** A pause is rare, and all of the rest is plain JSON already. */
function toJson({ pause, ...reply }: AgentReply, told: ToldEvents): Json {
  const events = told.list();
  return {
    ...reply,
    usage: { ...reply.usage },
    ...(events.length === 0 ? {} : { events }),
    ...(pause === undefined ? {} : { pause: parseJson(JSON.stringify(pause)) }),
  };
}

function requestOf(
  parsed: ReturnType<ReturnType<AdapterRegistry['get']>['parseConfig']>,
  params: InvokeAgentParams,
): Parameters<ReturnType<AdapterRegistry['get']>['invoke']>[0] {
  const { agent, input, session, resume, repair } = params;
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
    ...(repair === undefined ? {} : { repair }),
  };
}
