import type { AgentReply } from '@baton/core';
import type { Adapter, AgentRequest, InvokeContext } from '../adapter.ts';
import { createExchange } from '../wire/exchange.ts';
import { probeUrl } from '../wire/probe.ts';
import { headersOf, parseN8nConfig, type N8nConfig } from './config.ts';
import { resumeExecution, runExecution } from './execution.ts';
import { readStream, toReply } from './reply.ts';

/** Parameters of {@link createN8nAdapter}. */
export interface N8nAdapterParams {
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number;
  /** Time between two looks at an execution, in milliseconds. Default 2,000. */
  readonly pollMs?: number;
}

/** The adapter for workflows on n8n, started by their webhooks. */
export function createN8nAdapter({
  now = Date.now,
  pollMs = 2_000,
}: N8nAdapterParams = {}): Adapter<N8nConfig> {
  return {
    kind: 'n8n',
    capabilities: {
      streaming: true,
      sessions: false,
      pauses: true,
      cancel: true,
      files: false,
      health: true,
    },
    parseConfig: parseN8nConfig,
    invoke: (request, context) => invoke(request, context, { now, pollMs }),
    // The webhook itself would start the workflow.
    health: ({ webhookUrl }, context) => probeUrl(new URL('/healthz', webhookUrl).href, context, now),
  };
}

async function invoke(
  request: AgentRequest<N8nConfig>,
  context: InvokeContext,
  { now, pollMs }: Required<N8nAdapterParams>,
): Promise<AgentReply> {
  const { config, agent, input } = request;
  const headers = headersOf(config);
  const hidden = [...Object.values(headers), ...(config.api === undefined ? [] : [config.api.apiKey])];
  const exchange = createExchange({ agent: agent.name, context, now, hidden });
  const call = { method: config.method, url: config.webhookUrl, json: input, headers };
  const polling = { exchange, config, agent: agent.name, context, pollMs };
  try {
    if (request.resume !== undefined) return await resumeExecution(polling, request.resume);
    if (config.respond === 'onReceived') return await runExecution(polling, call);
    if (config.respond !== 'stream') return toReply((await exchange.ask(call)).body);
    const stream = await exchange.stream(call, ['application/json']);
    return await readStream(stream.chunks, agent.name, context);
  } catch (error) {
    throw exchange.failureOf(error);
  }
}
