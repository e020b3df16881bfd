import { failure, type AgentReply } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import { AgentFailureError, type Adapter, type AgentRequest, type InvokeContext } from '../adapter.ts';
import { createExchange, type Exchange } from '../wire/exchange.ts';
import { listAt, textAt } from '../wire/fields.ts';
import { probeUrl } from '../wire/probe.ts';
import { serverSentEvents } from '../wire/server-sent-events.ts';
import { parseLanggraphConfig, type LanggraphConfig } from './config.ts';
import { createReading, type Reading } from './reading.ts';
import { cancelCall, joinCall, runCall, threadCall, type RunIds } from './request.ts';

/** Parameters of {@link createLanggraphAdapter}. */
export interface LanggraphAdapterParams {
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number;
}

/** The adapter for graphs on a LangGraph Agent Server. */
export function createLanggraphAdapter({
  now = Date.now,
}: LanggraphAdapterParams = {}): Adapter<LanggraphConfig> {
  return {
    kind: 'langgraph',
    capabilities: {
      streaming: true,
      sessions: true,
      pauses: true,
      cancel: true,
      files: false,
      health: true,
    },
    parseConfig: parseLanggraphConfig,
    invoke: (request, context) => invoke(request, context, now),
    health: ({ endpoint }, context) => probeUrl(`${endpoint}/ok`, context, now),
  };
}

/** One delivery; the ids are known from its first answers on. */
interface Delivery {
  readonly request: AgentRequest<LanggraphConfig>;
  readonly context: InvokeContext;
  readonly exchange: Exchange;
  readonly reading: Reading;
  ids: Partial<RunIds>;
}

async function invoke(
  request: AgentRequest<LanggraphConfig>,
  context: InvokeContext,
  now: () => number,
): Promise<AgentReply> {
  const { config, agent, resume } = request;
  const headers = config.apiKey === undefined ? {} : { 'x-api-key': config.apiKey };
  const exchange = createExchange({ agent: agent.name, context, now, headers });
  const counted = listAt(resume?.state, 'counted').filter((id) => typeof id === 'string');
  const reading = createReading({ agent: agent.name, context, counted: new Set(counted) });
  const delivery: Delivery = { request, context, exchange, reading, ids: {} };
  learn(delivery, textAt(context.lastHeartbeat, 'threadId'), textAt(context.lastHeartbeat, 'runId'));
  try {
    return await answer(delivery);
  } catch (error) {
    const { threadId, runId } = delivery.ids;
    if (context.signal.aborted && threadId !== undefined && runId !== undefined)
      await exchange.tell(cancelCall(config, { threadId, runId }));
    throw exchange.failureOf(error);
  }
}

async function answer(delivery: Delivery): Promise<AgentReply> {
  const { exchange, reading, request } = delivery;
  if (delivery.ids.runId === undefined) await start(delivery, await threadOf(delivery));
  const { threadId, runId } = delivery.ids;
  if (threadId === undefined || runId === undefined) throw lost(delivery, 'told no id of its run');
  const ids = { threadId, runId };
  const told = reading.reply(ids);
  if (told !== null) return told;
  // A stream mostly ends without a word, and so does one that is lost: the run itself knows.
  reading.takeResult((await exchange.ask(joinCall(request.config, ids))).body);
  return reading.reply(ids) ?? Promise.reject(lost(delivery, 'ended without a result'));
}

/** The thread of the session, or a new one. */
async function threadOf(delivery: Delivery): Promise<string> {
  const { exchange, request } = delivery;
  const known = textAt(request.resume?.state, 'threadId') ?? request.session ?? delivery.ids.threadId;
  if (known !== undefined) return known;
  const { body } = await exchange.ask(threadCall(request.config));
  const threadId = textAt(body, 'thread_id');
  if (threadId === undefined) throw lost(delivery, 'created a thread without an id');
  return threadId;
}

/** Starts the run, and follows its stream where there is one. */
async function start(delivery: Delivery, threadId: string): Promise<void> {
  const { exchange, reading, request } = delivery;
  learn(delivery, threadId);
  const call = runCall(request, threadId);
  if (!request.config.stream) {
    learn(delivery, threadId, textAt((await exchange.ask(call)).body, 'run_id'));
    return;
  }
  const stream = await exchange.stream(call, ['text/event-stream']);
  const place = /\/runs\/([^/?#]+)/.exec(stream.headers['content-location'] ?? '')?.[1];
  learn(delivery, threadId, place);
  for await (const { event, data } of serverSentEvents(stream.chunks)) {
    const parsed = data === '' ? null : parseJsonBounded(data, { maxDepth: MAX_DEPTH });
    if (event === 'metadata') learn(delivery, threadId, textAt(parsed, 'run_id'));
    else reading.take(event, parsed);
  }
}

/** Deepest nesting of an event. */
const MAX_DEPTH = 200;

/** Told at once: whoever goes on with this delivery must know the ids. */
function learn(delivery: Delivery, threadId: string | undefined, runId = delivery.ids.runId): void {
  const { ids, context } = delivery;
  if (threadId === undefined || (threadId === ids.threadId && runId === ids.runId)) return;
  delivery.ids = { threadId, ...(runId === undefined ? {} : { runId }) };
  context.heartbeat({ ...delivery.ids });
}

function lost({ request }: Delivery, what: string): AgentFailureError {
  const detail = `The server of agent "${request.agent.name}" ${what}.`;
  return new AgentFailureError(
    failure('communication', detail, { status: 502, code: 'lost_end', retryable: true }),
  );
}
