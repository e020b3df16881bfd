import { timingSafeEqual, createHash } from 'node:crypto';
import { failure, isObject, parseJson, type AgentReply, type Failure, type Json } from '@baton/core';
import { AgentFailureError } from '../../adapter.ts';
import { at, objectAt, textAt } from '../../wire/fields.ts';
import { createDriver, type Driver } from './driver.ts';
import { asLanggraph } from './foreign-codec.ts';
import type { AgentOrder, HostCall } from './host-protocol.ts';
import { loadFailure, makeAgent } from './make-agent.ts';
import { thrownFailure } from './thrown-failure.ts';

/** An agent as a function platform runs it. */
export interface AgentFunction {
  /** Answers a request of the web's standard. */
  fetch(request: Request): Promise<Response>;
  /** Answers an event of AWS Lambda: a function URL, or an HTTP API. */
  handler(event: Json): Promise<FunctionAnswer>;
}

/** An answer as Lambda takes it. */
export interface FunctionAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Parameters of {@link createAgentFunction}. */
export interface AgentFunctionParams {
  readonly name: string;
  /** The agent's module, and `@langchain/langgraph` as it sees it; null: it does not. */
  readonly module: unknown;
  readonly langgraph: unknown;
  readonly order: AgentOrder;
  /** Who calls must show it as a bearer token. Undefined: nobody may call. */
  readonly token: string | undefined;
}

/** Creates the function of an agent. It answers a POST of `{input, session?, resume?, pauses?}` with the agent's reply. */
export function createAgentFunction(params: AgentFunctionParams): AgentFunction {
  let made: Promise<Driver> | null = null;
  const label = `Agent "${params.name}"`;
  const answer = async (asked: Asked): Promise<FunctionAnswer> => {
    try {
      const refusal = refusalOf(asked, params.token);
      if (refusal !== null) return refusal;
      const call = callOf(asked, label);
      made ??= makeDriver(params);
      const driver = await made;
      return send(200, replyFor(asked, await driver.answer(call, () => undefined)));
    } catch (error) {
      return failed(thrownFailure(error, label, Date.now()));
    }
  };
  return {
    async fetch(request) {
      const headers = Object.fromEntries(request.headers);
      const {
        statusCode,
        headers: told,
        body,
      } = await answer({
        method: request.method,
        headers,
        body: jsonOf(await request.text()),
      });
      return new Response(body, { status: statusCode, headers: { ...told } });
    },
    handler(event) {
      const text = textAt(event, 'body') ?? '';
      const isBase64 = at(event, 'isBase64Encoded') === true;
      const method = textAt(event, 'requestContext', 'http', 'method') ?? textAt(event, 'httpMethod') ?? '';
      const given = Object.entries(objectAt(event, 'headers'));
      const headers = Object.fromEntries(
        given.map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : '']),
      );
      return answer({
        method,
        headers,
        body: jsonOf(isBase64 ? Buffer.from(text, 'base64').toString() : text),
      });
    },
  };
}

interface Asked {
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: no JSON. */
  readonly body: Json | undefined;
}

async function makeDriver({ module, langgraph, order, name }: AgentFunctionParams): Promise<Driver> {
  try {
    const agent = await makeAgent(module, order);
    return createDriver({ agent, framework: order.framework, langgraph: asLanggraph(langgraph) });
  } catch (error) {
    throw loadFailure(name, error);
  }
}

function refusalOf({ method, headers, body }: Asked, token: string | undefined): FunctionAnswer | null {
  if (token === undefined || token === '')
    return send(503, { detail: 'Set BATON_AGENT_TOKEN: nobody may call this agent without it.' });
  if (!isSame(headers['authorization'] ?? '', `Bearer ${token}`))
    return send(401, { detail: 'Show the token of this agent as a bearer token.' });
  if (method !== 'POST') return send(405, { detail: 'Ask by POST.' });
  if (body !== undefined && isObject(body) && Object.hasOwn(body, 'input')) return null;
  return send(400, { detail: 'Send JSON: { "input": … }.' });
}

/** Digests are of one length, so that the time of a comparison tells nothing. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function callOf({ headers, body }: Asked, label: string): HostCall {
  const [session, state] = [textAt(body, 'session'), at(body, 'resume', 'state')];
  return {
    label,
    input: at(body, 'input') ?? null,
    idempotencyKey: headers['idempotency-key'] ?? crypto.randomUUID(),
    runId: headers['baton-run-id'] ?? '',
    ...(session === undefined ? {} : { session }),
    ...(state === undefined ? {} : { resume: { state, answer: objectAt(body, 'resume', 'answer') } }),
  };
}

/** A pause is an answer for who can ask a person; for everybody else it would look like the end. */
function replyFor({ body }: Asked, reply: AgentReply): object {
  if (reply.finish !== 'pause' || at(body, 'pauses') === true) return reply;
  const detail = 'The agent asks a person, and who has called takes no pauses ("pauses": true).';
  throw new AgentFailureError(failure('runtime', detail, { status: 422, code: 'pause_not_taken' }));
}

/** The status says whether the call is made again, as the status of every answer does. */
function failed({ retryable, status, retryAfterMs, title, detail, code }: Failure): FunctionAnswer {
  const mayRetry = status === 408 || status === 429 || status >= 500;
  const told = mayRetry === retryable ? status : retryable ? 500 : 422;
  const wait = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  return send(told, { title, status: told, detail, code }, wait);
}

function send(statusCode: number, body: object, headers: FunctionAnswer['headers'] = {}): FunctionAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    // The caller is told that it is no JSON.
    return undefined;
  }
}
