import { answersLater, failure, parseJson, parseWorkflowId, type AgentReply, type Json } from '@baton/core';
import {
  AgentFailureError,
  readSecrets,
  resolveSecrets,
  withSecrets,
  type AdapterRegistry,
  type AgentResume,
  type SecretResolver,
} from '@baton/agents';
import type { Egress } from '@baton/egress';
import type { Activities, InvokeAgentParams } from './activities.ts';
import type { AgentDesk } from './agent-desk.ts';
import { askOrAwait, type CallbackDesk, type LateAnswer, type LateCall } from './callback-desk.ts';
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
  readonly callbacks: Pick<CallbackDesk, 'of'>;
}

/** Makes the activity that delivers one call to an agent. */
export function createInvokeAgent(
  ports: InvokeAgentPorts,
): Pick<Activities, 'invokeAgent' | 'invokeAgentLocally'> {
  const effects = createEffects<Json>(ports.localCalls);
  return {
    invokeAgent: (params) => {
      const make = (): Promise<Json> => effects.run(effectOf(params), call(ports, params));
      // Who only looks for an answer calls nobody.
      return params.calledBack === true ? make() : ports.desk.through(params, make);
    },
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
    const { adapters, egress, callbacks } = ports;
    const { agent, idempotencyKey } = params;
    const adapter = adapters.get(agent.adapter);
    const secrets = await resolveSecrets(readSecrets(agent.config).names, ports.secrets);
    const parsed = adapter.parseConfig(withSecrets(agent.config, secrets));
    const told = createToldEvents();
    const line = lineOf(ports, params, context);
    const late = answersLater(agent)
      ? callbacks.of({ key: idempotencyKey, deadlineAt: context.deadlineAt })
      : null;
    const ask = (resume?: AgentResume): Promise<AgentReply> =>
      adapter.invoke(requestOf(parsed, resume === undefined ? params : { ...params, resume }), {
        ...context,
        idempotencyKey,
        ...(params.budget === undefined ? {} : { budget: params.budget }),
        egress,
        secrets,
        ...(late === null ? {} : { openCallback: late.open }),
        emit: (event) => {
          told.add(event);
          line.tell(event);
        },
        heartbeat: context.note,
        lastHeartbeat: context.noted,
      });
    try {
      const reply = late === null ? await ask() : await askOrAwait(lateCallOf(params, late), ask);
      return 'kind' in reply ? { ...reply } : toJson(reply, told);
    } finally {
      await line.close();
    }
  };
}

function lateCallOf({ agent, timeoutMs, calledBack }: InvokeAgentParams, late: LateAnswer): LateCall {
  const detail = `Agent "${agent.name}" has not sent its answer within ${timeoutMs} ms.`;
  const tooLate = (): AgentFailureError =>
    new AgentFailureError(failure('timeout', detail, { retryable: true, code: 'timeout' }));
  return { late, calledBack: calledBack === true, tooLate };
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
