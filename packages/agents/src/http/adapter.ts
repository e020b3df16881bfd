import type { AgentReply } from '@baton/core';
import { EgressError, type EgressRequest, type EgressResponse, type EgressStream } from '@baton/egress';
import {
  AgentFailureError,
  type Adapter,
  type AgentRequest,
  type Health,
  type HealthContext,
  type InvokeContext,
} from '../adapter.ts';
import { answerToFailure } from '../answer-failure.ts';
import { toAgentFailure } from '../failure.ts';
import { redactor } from '../secrets.ts';
import { firstOf } from '../wire/exchange.ts';
import { probeUrl } from '../wire/probe.ts';
import { callbackUrl, LATER, readCallback } from './callback.ts';
import { parseHttpConfig, type HttpConfig } from './config.ts';
import { untilDone } from './polling.ts';
import { toReply } from './reply.ts';
import { toHttpRequest } from './request.ts';
import { MAX_STREAM_BYTES, readStream } from './streaming.ts';

/** Parameters of {@link createHttpAdapter}. */
export interface HttpAdapterParams {
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number;
}

/** The adapter for any agent that answers one HTTP call: JSON or text in, JSON or text out. */
export function createHttpAdapter({ now = Date.now }: HttpAdapterParams = {}): Adapter<HttpConfig> {
  return {
    kind: 'http',
    capabilities: {
      streaming: true,
      sessions: true,
      pauses: false,
      cancel: true,
      files: false,
      health: true,
    },
    parseConfig: parseHttpConfig,
    invoke: (request, context) => invoke(request, context, now),
    health: (config, context) => probe(config, context, now),
  };
}

async function invoke(
  request: AgentRequest<HttpConfig>,
  context: InvokeContext,
  now: () => number,
): Promise<AgentReply> {
  const label = `Agent "${request.agent.name}"`;
  const known = request.config.authorization?.secrets ?? [];
  const redact = redactor({ ...context.secrets, ...Object.fromEntries(known.entries()) });
  try {
    const { polling, response, stream, callback } = request.config;
    if (callback !== null && request.resume !== undefined) {
      const reading = { agent: request.agent.name, config: request.config, callback, redact };
      return readCallback(reading, request.resume.answer);
    }
    if (stream !== null) {
      const answer = await openStream(request, context, { now, label, redact });
      return await readStream(
        { agent: request.agent.name, config: request.config, stream, emit: context.emit, redact },
        answer,
      );
    }
    const begin = async (): Promise<EgressResponse> => {
      const answer = await call(request, context, now);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw new AgentFailureError(answerToFailure(answer, { label, redact, now: now() }));
    };
    if (callback !== null) {
      await begin();
      return LATER;
    }
    if (polling === null) return toReply(await begin(), response);
    const last = await untilDone({ request, context, polling, label, redact, now }, begin);
    return toReply(last, { ...response, output: polling.output ?? response.output });
  } catch (error) {
    if (error instanceof AgentFailureError) throw error;
    throw new AgentFailureError(toAgentFailure(error, label), error);
  }
}

async function call(
  request: AgentRequest<HttpConfig>,
  context: InvokeContext,
  now: () => number,
): Promise<EgressResponse> {
  return context.egress.request(await toCall(request, context, now));
}

async function toCall(
  request: AgentRequest<HttpConfig>,
  context: InvokeContext,
  now: () => number,
): Promise<EgressRequest> {
  const url = request.config.callback === null ? null : await callbackUrl(context);
  const call = toHttpRequest(request, context, url);
  const timeoutMs = context.deadlineAt - now();
  if (timeoutMs <= 0) throw new EgressError('timeout', 'The deadline had passed before the call went out.');
  return { ...call, timeoutMs, signal: context.signal, redirect: false };
}

interface Said {
  readonly now: () => number;
  readonly label: string;
  readonly redact: (text: string) => string;
}

/** A successful answer while it comes; what is said of a failure is short. */
async function openStream(
  request: AgentRequest<HttpConfig>,
  context: InvokeContext,
  { now, label, redact }: Said,
): Promise<EgressStream> {
  const call = await toCall(request, context, now);
  const answer = await context.egress.stream({ ...call, maxResponseBytes: MAX_STREAM_BYTES });
  if (answer.status >= 200 && answer.status < 300) return answer;
  const failed = { ...answer, body: await firstOf(answer.chunks) };
  throw new AgentFailureError(answerToFailure(failed, { label, redact, now: now() }));
}

function probe(config: HttpConfig, context: HealthContext, now: () => number): Promise<Health> {
  // Where GET is how the agent is invoked, the probe must not invoke it.
  const url = config.method === 'GET' ? new URL('/', config.endpoint).href : config.endpoint;
  return probeUrl(url, context, now);
}
