import { failure, own, type AgentReply, type Json } from '@baton/core';
import { AgentFailureError, type Adapter, type AgentRequest, type InvokeContext } from '../adapter.ts';
import { EVENTS_OR_JSON, isEvents, jsonEvents, lostEnd, wholeJson } from '../wire/answers.ts';
import { createExchange, type Exchange } from '../wire/exchange.ts';
import { textAt } from '../wire/fields.ts';
import { probeUrl } from '../wire/probe.ts';
import { errorOf, type Answer, type Api } from './answer.ts';
import { chat } from './chat.ts';
import { parseOpenaiConfig, type OpenaiConfig } from './config.ts';
import { LASTING, statusOf, wordsOf } from './refusal.ts';
import { toReply } from './reply.ts';
import { lookUpCall, toCall } from './request.ts';
import { responses } from './responses.ts';
import { tellResults } from './tools.ts';

/** Parameters of {@link createOpenaiAdapter}. */
export interface OpenaiAdapterParams {
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number;
}

const APIS: Readonly<Record<OpenaiConfig['api'], Api>> = { chat, responses };

/** The adapter for models behind OpenAI's API and the many that are compatible with it. */
export function createOpenaiAdapter({ now = Date.now }: OpenaiAdapterParams = {}): Adapter<OpenaiConfig> {
  return {
    kind: 'openai',
    capabilities: {
      streaming: true,
      sessions: true,
      pauses: false,
      cancel: true,
      files: false,
      health: true,
    },
    repairs: true,
    parseConfig: parseOpenaiConfig,
    invoke: (request, context) => invoke(request, context, now),
    // Without a key the list of models is refused, which is a sign of life as well.
    health: ({ endpoint }, context) => probeUrl(`${endpoint}/models`, context, now),
  };
}

/** What one delivery works with. */
interface Delivery {
  readonly request: AgentRequest<OpenaiConfig>;
  readonly context: InvokeContext;
  readonly exchange: Exchange;
}

async function invoke(
  request: AgentRequest<OpenaiConfig>,
  context: InvokeContext,
  now: () => number,
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
  const delivery = { request, context, exchange };
  tellResults(request.resume, context.emit);
  try {
    const body =
      (await lookUp(delivery, textAt(context.lastHeartbeat, 'responseId'))) ?? (await ask(delivery));
    try {
      const answer = toAnswer(body, delivery);
      for (const data of answer.toolCalls) context.emit({ type: 'agent.tool_call', data });
      return toReply(answer, request);
    } catch (error) {
      // The answer cannot be used: an attempt that looked it up again would end as this one does.
      context.heartbeat({});
      throw error;
    }
  } catch (error) {
    throw exchange.failureOf(error);
  }
}

/** Asks, and gives the whole answer. */
async function ask(delivery: Delivery): Promise<Json> {
  const { request, context, exchange } = delivery;
  const { config, agent } = request;
  const call = toCall(request, context.budget);
  if (!config.stream) return (await exchange.ask(call)).body;
  const stream = await exchange.stream(call, EVENTS_OR_JSON);
  // Not every compatible server streams.
  if (!isEvents(stream)) return wholeJson(stream.chunks);
  let id: string | undefined;
  const body = await APIS[config.api].collect(jsonEvents(stream.chunks), {
    emit: context.emit,
    known: (responseId) => {
      id = responseId;
      context.heartbeat({ responseId });
    },
    failed: (error) => refused(error, exchange),
  });
  const whole = body ?? (await lookUp(delivery, id));
  if (whole === undefined) throw lostEnd(agent.name);
  return whole;
}

/** What was answered under an id, if it is there and whole: otherwise the question is asked (again). */
async function lookUp(
  { request, context, exchange }: Delivery,
  id: string | undefined,
): Promise<Json | undefined> {
  const { config } = request;
  if (id === undefined || id === '' || config.api === 'chat' || own(config.parameters, 'store') === false)
    return undefined;
  try {
    const { body } = await exchange.ask(lookUpCall(config, id));
    return responses.read(body) === undefined ? undefined : body;
  } catch (error) {
    if (context.signal.aborted) throw error;
    // Servers that keep nothing know no look-up; what is wrong otherwise the question itself will show.
    return undefined;
  }
}

function toAnswer(body: Json, { request, exchange }: Delivery): Answer {
  const error = errorOf(body);
  if (error !== undefined) throw refused(error, exchange);
  const answer = APIS[request.config.api].read(body);
  if (answer !== undefined) return answer;
  const status = textAt(body, 'status');
  const detail =
    status === undefined
      ? `Agent "${request.agent.name}" answered with JSON that is no answer of the API "${request.config.api}".`
      : `The response of agent "${request.agent.name}" ended as "${status}".`;
  throw new AgentFailureError(
    failure('communication', detail, { status: 502, code: 'no_answer', retryable: true }),
  );
}

/** An error that was sent with a status of success. */
function refused(error: Json, exchange: Exchange): AgentFailureError {
  return exchange.refuse(statusOf(error), wordsOf(error) ?? JSON.stringify(error));
}
