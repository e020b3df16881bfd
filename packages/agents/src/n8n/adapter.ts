import { setTimeout as wait } from 'node:timers/promises';
import { failure, type AgentReply, type Json } from '@baton/core';
import { EgressError } from '@baton/egress';
import { AgentFailureError, type Adapter, type AgentRequest, type InvokeContext } from '../adapter.ts';
import { createExchange, type Exchange, type VendorCall } from '../wire/exchange.ts';
import { at, textAt } from '../wire/fields.ts';
import { probeUrl } from '../wire/probe.ts';
import { headersOf, parseN8nConfig, type N8nConfig } from './config.ts';
import { executionReply, readStream, toReply } from './reply.ts';

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
      pauses: false,
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
  try {
    if (config.respond === 'onReceived')
      return await poll({ exchange, config, agent: agent.name, context, pollMs }, call);
    if (config.respond !== 'stream') return toReply((await exchange.ask(call)).body);
    const stream = await exchange.stream(call, ['application/json']);
    return await readStream(stream.chunks, agent.name, context);
  } catch (error) {
    throw exchange.failureOf(error);
  }
}

interface Polling {
  readonly exchange: Exchange;
  readonly config: N8nConfig;
  readonly agent: string;
  readonly context: InvokeContext;
  readonly pollMs: number;
}

/** Starts the workflow, unless an earlier attempt has, and looks at its execution until it is done. */
async function poll(polling: Polling, call: VendorCall): Promise<AgentReply> {
  const { exchange, agent, context, pollMs } = polling;
  const known = textAt(context.lastHeartbeat, 'executionId');
  const id = known ?? executionIdOf((await exchange.ask(call)).body, agent);
  context.heartbeat({ executionId: id });
  try {
    for (;;) {
      const { body } = await exchange.ask({
        method: 'GET',
        ...executionCall(polling, id, '?includeData=true'),
      });
      const reply = executionReply(body, agent, id);
      if (reply !== null) return reply;
      await pause(pollMs, context.signal);
      context.heartbeat({ executionId: id });
    }
  } catch (error) {
    if (context.signal.aborted) await exchange.tell(executionCall(polling, id, '/stop'));
    // The next attempt must begin anew, and not find this execution again.
    else if (error instanceof AgentFailureError && error.failure.code === 'workflow_failed')
      context.heartbeat(null);
    throw error;
  }
}

function executionCall({ config }: Polling, id: string, rest: string): VendorCall {
  const { endpoint = '', apiKey = '' } = config.api ?? {};
  return {
    url: `${endpoint}/executions/${encodeURIComponent(id)}${rest}`,
    headers: { 'x-n8n-api-key': apiKey },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    throw new EgressError('aborted', 'The caller gave the call up.', error);
  }
}

function executionIdOf(body: Json, agent: string): string {
  const given = at(body, 'executionId');
  if (typeof given === 'string' && given !== '') return given;
  if (typeof given === 'number') return String(given);
  const detail = `Agent "${agent}" answered without an executionId; set its response data to { "executionId": "{{ $execution.id }}" }.`;
  throw new AgentFailureError(failure('configuration', detail, { code: 'no_execution_id' }));
}
