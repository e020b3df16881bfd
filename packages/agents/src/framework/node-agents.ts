import { realpath } from 'node:fs/promises';
import { failure, type AgentReply, type JsonObject } from '@baton/core';
import { EgressError } from '@baton/egress';
import { AgentFailureError, type AgentRequest, type InvokeContext } from '../adapter.ts';
import { toAgentFailure } from '../failure.ts';
import { redactor } from '../secrets.ts';
import type { FrameworkConfig } from './config.ts';
import type { HostCall, HostModule } from './host/host-protocol.ts';
import { hostCommand } from './host-command.ts';
import { startHost } from './host-process.ts';
import { createHosts, type HostBounds, type HostPlan } from './hosts.ts';
import { findModule, type ReadArtifact } from './module-place.ts';

/** The config of an agent that runs in Node. */
export type NodeAgentConfig = Extract<FrameworkConfig, { readonly runtime: 'node' }>;

/** Runs agents of Node frameworks in processes of their own. */
export interface NodeAgents {
  /** One delivery. Throws {@link AgentFailureError} and nothing else. */
  invoke(request: AgentRequest<NodeAgentConfig>, context: InvokeContext): Promise<AgentReply>;
  /** Ends all processes. */
  stop(): Promise<void>;
}

/** Parameters of {@link createNodeAgents}. */
export interface NodeAgentsParams extends HostBounds {
  /** The folder that modules lie in. */
  readonly folder: string;
  readonly readArtifact: ReadArtifact;
  /** The environment of this process, of which agents get a few harmless variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Creates what runs agents of Node frameworks; no process is started before the first call. */
export function createNodeAgents(params: NodeAgentsParams): NodeAgents {
  const hosts = createHosts(params);
  return {
    async invoke(request, context) {
      const label = `Agent "${request.agent.name}"`;
      const left = context.deadlineAt - Date.now();
      const deadline = AbortSignal.timeout(Math.min(Math.max(left, 0), LONGEST_TIMER_MS));
      const signal = AbortSignal.any([context.signal, deadline]);
      try {
        if (left <= 0) throw new EgressError('timeout', 'The deadline had passed before the call went out.');
        const plan = await planOf(request, context, { ...params, label });
        const call = callOf(request, context, label);
        return await hosts.ask(plan, call, { signal, emit: context.emit });
      } catch (error) {
        throw failureOf(error, { context, deadline, label });
      }
    },
    stop: () => hosts.stop(),
  };
}

/** The longest delay a timer of Node takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function planOf(
  { config }: AgentRequest<NodeAgentConfig>,
  { workspaceId }: InvokeContext,
  params: NodeAgentsParams & { readonly label: string },
): Promise<HostPlan> {
  const root = await realpath(params.folder).catch(() => Promise.reject(noFolder()));
  const module = await findModule(config.module, workspaceId, { ...params, root });
  const { framework, parameters, limits } = config;
  const order = { framework, parameters, export: config.export, root, module };
  return {
    // What one workspace leaves in the memory of a process, no other one may find there.
    identity: {
      workspaceId,
      framework,
      parameters,
      export: config.export,
      limits,
      module: identityOf(module),
    },
    start: async (signal) => {
      const command = await hostCommand({ ...params, root, memoryMb: limits.memoryMb });
      return startHost({ label: params.label, command, order, signal });
    },
  };
}

function noFolder(): AgentFailureError {
  const detail = 'The folder of agents (BATON_AGENTS_DIR) of this worker is not there.';
  return new AgentFailureError(failure('configuration', detail, { code: 'unknown_module' }));
}

function identityOf(module: HostModule): JsonObject {
  return module.kind === 'artifact' ? { kind: module.kind, sha256: module.sha256 } : { ...module };
}

function callOf(request: AgentRequest, context: InvokeContext, label: string): HostCall {
  return {
    label,
    input: request.input,
    idempotencyKey: context.idempotencyKey,
    runId: context.runId,
    ...(request.session === undefined ? {} : { session: request.session }),
    ...(request.resume === undefined ? {} : { resume: request.resume }),
  };
}

interface Given {
  readonly context: InvokeContext;
  readonly deadline: AbortSignal;
  readonly label: string;
}

/** A process that was ended because nobody waits any more has not crashed. */
function failureOf(error: unknown, { context, deadline, label }: Given): AgentFailureError {
  const redact = redactor(context.secrets);
  const failed = context.signal.aborted
    ? failure('runtime', `${label}: The call was aborted.`, { retryable: true, code: 'aborted' })
    : deadline.aborted
      ? failure('timeout', `${label}: No complete answer in time.`, { retryable: true, code: 'timeout' })
      : toAgentFailure(error, label);
  const clean = failed.detail === undefined ? failed : { ...failed, detail: redact(failed.detail) };
  return new AgentFailureError(clean, error);
}
