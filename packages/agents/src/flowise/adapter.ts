import { randomUUID } from 'node:crypto';
import { failure, type AgentReply, type Json } from '@baton/core';
import { AgentFailureError, type Adapter, type AgentRequest, type InvokeContext } from '../adapter.ts';
import { EVENTS_OR_JSON, isEvents, jsonEvents, lostEnd, wholeJson } from '../wire/answers.ts';
import { createExchange, type Exchange } from '../wire/exchange.ts';
import { textAt } from '../wire/fields.ts';
import { probeUrl } from '../wire/probe.ts';
import { parseFlowiseConfig, type FlowiseConfig } from './config.ts';
import { LASTING, saysStopped, statusOf, wordsOf } from './refusal.ts';
import { toReply } from './reply.ts';
import { stopCall, toCall } from './request.ts';
import { collect } from './stream.ts';

/** Parameters of {@link createFlowiseAdapter}. */
export interface FlowiseAdapterParams {
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number;
  /** Makes the id of a new chat. Default: a random UUID. */
  readonly newId?: () => string;
}

/** The adapter for chatflows and agentflows on a Flowise server. */
export function createFlowiseAdapter(params: FlowiseAdapterParams = {}): Adapter<FlowiseConfig> {
  const { now = Date.now, newId = randomUUID } = params;
  return {
    kind: 'flowise',
    capabilities: {
      streaming: true,
      sessions: true,
      pauses: true,
      cancel: true,
      files: false,
      health: true,
    },
    parseConfig: parseFlowiseConfig,
    invoke: (request, context) => invoke(request, context, { now, newId }),
    health: ({ endpoint }, context) => probeUrl(`${endpoint}/api/v1/ping`, context, now),
  };
}

async function invoke(
  request: AgentRequest<FlowiseConfig>,
  context: InvokeContext,
  { now, newId }: Required<FlowiseAdapterParams>,
): Promise<AgentReply> {
  const { agent, config } = request;
  const exchange = createExchange({
    agent: agent.name,
    context,
    bearer: config.apiKey,
    words: wordsOf,
    lasting: LASTING,
    now,
  });
  const chatId = textAt(request.resume?.state, 'chatId') ?? request.session ?? newId();
  const lost = textAt(context.lastHeartbeat, 'chatId');
  // What never went out must not be stopped: others may be in the same chat.
  const goesOut = context.deadlineAt > now() && !context.signal.aborted;
  try {
    const call = toCall(request, chatId);
    // What a lost worker has begun cannot be found again; while it goes on it would speak into the same chat.
    if (lost !== undefined) await exchange.tell(stopCall(config, lost));
    context.heartbeat({ chatId });
    const body = config.stream
      ? await streamed({ exchange, context, agent: agent.name }, call)
      : (await exchange.ask(call)).body;
    const reply = toReply(body, request, chatId);
    if (reply !== undefined) return reply;
    const detail = `Agent "${agent.name}" answered with JSON that is no prediction of Flowise.`;
    throw new AgentFailureError(failure('communication', detail, { status: 502, code: 'no_answer' }));
  } catch (error) {
    const failed = exchange.failureOf(error);
    if (goesOut && GOES_ON.has(failed.failure.code ?? '')) await exchange.tell(stopCall(config, chatId));
    throw failed;
  }
}

/** Failures after which a flow goes on unless it is stopped: it does not look whether anybody listens. */
const GOES_ON: ReadonlySet<string> = new Set([
  'aborted',
  'closed',
  'timeout',
  'connection_lost',
  'lost_end',
  'too_large',
]);

/** What reading a stream needs. */
interface Reading {
  readonly exchange: Exchange;
  readonly context: InvokeContext;
  readonly agent: string;
}

async function streamed(
  { exchange, context, agent }: Reading,
  call: Parameters<Exchange['stream']>[0],
): Promise<Json> {
  const stream = await exchange.stream(call, EVENTS_OR_JSON);
  // A flow that cannot stream answers whole.
  if (!isEvents(stream)) return wholeJson(stream.chunks);
  const body = await collect(jsonEvents(stream.chunks), {
    emit: context.emit,
    failed: (words) => refused(words, agent, exchange),
  });
  if (body === undefined) throw lostEnd(agent);
  return body;
}

function refused(words: string, agent: string, exchange: Exchange): AgentFailureError {
  if (!saysStopped(words)) return exchange.refuse(statusOf(words), words);
  const detail = `Somebody has stopped the flow of agent "${agent}" on its server.`;
  return new AgentFailureError(failure('runtime', detail, { code: 'stopped' }));
}
