import { failure, type AgentReply, type Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';
import { AgentFailureError, type Adapter, type AgentRequest, type InvokeContext } from '../adapter.ts';
import { createExchange, type Exchange, type VendorCall } from '../wire/exchange.ts';
import { textAt } from '../wire/fields.ts';
import { probeUrl } from '../wire/probe.ts';
import { serverSentEvents } from '../wire/server-sent-events.ts';
import { parseDifyConfig, type DifyConfig } from './config.ts';
import { toSubmission, type DifyIds, type Submission } from './pause.ts';
import { createReading, type Reading } from './reading.ts';
import { joinCall, lookUpCall, startCall, stopCall, submitCall } from './request.ts';

/** Parameters of {@link createDifyAdapter}. */
export interface DifyAdapterParams {
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number;
}

/** A plan's quota answers 429 as a crowd does, but waiting does not help. */
const LASTING =
  /rate_limit_error|provider_quota_exceeded|provider_not_initialize|model_currently_not_support/;

/** The adapter for apps on Dify: chats, completions and workflows, always by streams. */
export function createDifyAdapter({ now = Date.now }: DifyAdapterParams = {}): Adapter<DifyConfig> {
  return {
    kind: 'dify',
    capabilities: {
      streaming: true,
      sessions: true,
      pauses: true,
      cancel: true,
      files: false,
      health: true,
    },
    parseConfig: parseDifyConfig,
    invoke: (request, context) => invoke(request, context, now),
    health: ({ endpoint }, context) => probeUrl(`${endpoint}/info`, context, now),
  };
}

/** One delivery. */
interface Delivery {
  readonly request: AgentRequest<DifyConfig>;
  readonly context: InvokeContext;
  readonly exchange: Exchange;
  readonly user: string;
}

async function invoke(
  request: AgentRequest<DifyConfig>,
  context: InvokeContext,
  now: () => number,
): Promise<AgentReply> {
  const { config, agent, resume } = request;
  const exchange = createExchange({
    agent: agent.name,
    context,
    now,
    bearer: config.apiKey,
    lasting: LASTING,
  });
  const delivery = { request, context, exchange, user: config.user ?? context.runId };
  const submission = resume === undefined ? null : toSubmission(resume);
  const reading = createReading({
    app: config.app,
    agent: agent.name,
    exchange,
    context,
    ids:
      submission === null
        ? knownIds(context.lastHeartbeat)
        : { ...submission.ids, submitting: submission.token },
    ...(submission === null ? {} : { answered: submission.token, used: submission.used }),
  });
  try {
    await (submission === null ? ask(delivery, reading) : goOn(delivery, reading, submission));
    return reading.reply() ?? (await findEnd(delivery, reading));
  } catch (error) {
    const { taskId } = reading.ids();
    if (context.signal.aborted && taskId !== undefined)
      await exchange.tell(stopCall(config, taskId, delivery.user));
    throw exchange.failureOf(error);
  }
}

/** Starts the app, unless an earlier attempt has told of a run that can be found again. */
async function ask(delivery: Delivery, reading: Reading): Promise<void> {
  if (reading.ids().runId !== undefined) return;
  await follow(delivery, reading, startCall(delivery.request, delivery.user));
}

/** Hands the form in and follows the run. */
async function goOn(delivery: Delivery, reading: Reading, submission: Submission): Promise<void> {
  const { exchange, context, request, user } = delivery;
  const earlier = textAt(context.lastHeartbeat, 'submitting') === submission.token;
  context.heartbeat({ ...reading.ids() });
  try {
    await exchange.ask(submitCall(request.config, submission, user));
  } catch (error) {
    // The first one wins; when an earlier attempt may have been the first, its answer is this one.
    if (!earlier || !isSubmitted(error)) throw error;
  }
  reading.join();
  await follow(delivery, reading, joinCall(request.config, submission.ids.runId, user));
}

function isSubmitted(error: unknown): boolean {
  return (
    error instanceof AgentFailureError &&
    error.failure.status === 412 &&
    error.failure.detail?.includes('human_input_form_submitted') === true
  );
}

/** Reads a stream until the answer is there, or the stream ends. */
async function follow({ exchange }: Delivery, reading: Reading, call: VendorCall): Promise<void> {
  const stream = await exchange.stream(call, ['text/event-stream']);
  for await (const { data } of serverSentEvents(stream.chunks)) {
    if (data !== '' && reading.take(parseJsonBounded(data, { maxDepth: MAX_DEPTH }))) return;
  }
}

/** Deepest nesting of an event. */
const MAX_DEPTH = 200;

/** The end of a run whose stream has ended before, or was another attempt's: looked up, and followed while it goes on. */
async function findEnd(delivery: Delivery, reading: Reading): Promise<AgentReply> {
  const { exchange, request, user } = delivery;
  const { runId } = reading.ids();
  if (runId !== undefined) {
    reading.join();
    const { body } = await exchange.ask(lookUpCall(request.config, runId));
    if (!reading.takeRecord(body)) await follow(delivery, reading, joinCall(request.config, runId, user));
    const reply = reading.reply();
    if (reply !== null) return reply;
  }
  const detail = `The stream of agent "${request.agent.name}" ended before its answer did.`;
  throw new AgentFailureError(
    failure('communication', detail, { status: 502, code: 'lost_end', retryable: true }),
  );
}

function knownIds(told: Json): DifyIds {
  const [taskId, runId] = [textAt(told, 'taskId'), textAt(told, 'runId')];
  const conversationId = textAt(told, 'conversationId');
  // A plain chat cannot be looked up: it is asked again.
  if (runId === undefined) return {};
  return {
    runId,
    ...(taskId === undefined ? {} : { taskId }),
    ...(conversationId === undefined ? {} : { conversationId }),
  };
}
